import { invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { DNS1123_LABEL_MAX, DNS1123_SUBDOMAIN_MAX, isDns1123Label, isDns1123Subdomain, longerThan } from '../shared/names';

const SIGNER_NAME_MAX = DNS1123_SUBDOMAIN_MAX + (DNS1123_SUBDOMAIN_MAX + DNS1123_LABEL_MAX + 1) + 1;

/** Complaints about a signer's name: a domain of two labels or more, a slash, and dotted names. */
export function validateSignerName(name: string, path: string): FieldError[] {
  if (!name) return [required(path)];
  const segments = name.split('/');
  if (segments.length !== 2) return [invalidValue(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  const [domain, rest] = segments as [string, string];
  const errors = longerThan(domain, DNS1123_SUBDOMAIN_MAX) ? [tooLong(path, DNS1123_SUBDOMAIN_MAX)] : [];
  const labels = domain.split('.');
  pushFirstBad(errors, labels, isDns1123Label, domain, path);
  if (labels.length < 2) errors.push(invalidValue(path, domain, 'should be a domain with at least two segments separated by dots'));
  pushFirstBad(errors, rest.split('.'), isDns1123Subdomain, rest, path);
  if (longerThan(name, SIGNER_NAME_MAX)) errors.push(tooLong(path, SIGNER_NAME_MAX));
  return errors;
}

/** One bad label is enough: more would read the same. */
function pushFirstBad(errors: FieldError[], labels: readonly string[], check: (s: string) => string[], whole: string, path: string): void {
  for (const label of labels) {
    const bad = check(label);
    for (const m of bad) errors.push(invalidValue(path, whole, `validating label ${JSON.stringify(label)}: ${m}`));
    if (bad.length) return;
  }
}
