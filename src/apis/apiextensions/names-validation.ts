import { invalidValue, type FieldError } from '../../api/errors/field-error';
import { isDns1035Label } from '../shared/names';
import type { Raw } from '../shared/raw';

/** Complaints about names of a resource; what is empty is not looked at. */
export function validateNames(names: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const check = (name: string | undefined, at: string, mixedCase = false): void => {
    if (!name) return;
    const bad = isDns1035Label(mixedCase ? name.toLowerCase() : name);
    if (!bad.length) return;
    const text = bad.join(',');
    errors.push(invalidValue(`${path}.${at}`, name, mixedCase ? `may have mixed case, but should otherwise match: ${text}` : text));
  };
  const checkAll = (list: readonly string[] | undefined, field: string): void => {
    list?.forEach((name, i) => {
      const bad = isDns1035Label(name);
      if (bad.length) errors.push(invalidValue(`${path}.${field}[${i}]`, name, bad.join(',')));
    });
  };
  check(names.plural, 'plural');
  check(names.singular, 'singular');
  check(names.kind, 'kind', true);
  check(names.listKind, 'listKind', true);
  checkAll(names.shortNames, 'shortNames');
  if (names.kind && names.kind === names.listKind) errors.push(invalidValue(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  checkAll(names.categories, 'categories');
  return errors;
}
