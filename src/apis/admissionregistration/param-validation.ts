import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { validateLabelSelector, type LabelSelectorSource } from '../shared/labels';
import { isDns1035Label, isDns1123Subdomain, isPathSegmentName } from '../shared/names';
import type { Raw } from '../shared/raw';

/** Complaints about the kind of a policy's parameters. */
export function validateParamKind(kind: Raw | undefined): FieldError[] {
  if (!kind) return [];
  const errors: FieldError[] = [];
  const path = 'spec.paramKind.apiVersion';
  const apiVersion = (kind.apiVersion ?? '') as string;
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/');
  if (!apiVersion) errors.push(required(path));
  else if (parts.length > 2) errors.push(invalidValue(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const version = parts.at(-1)!;
    const group = parts.length === 2 ? parts[0]! : '';
    const badGroup = group ? isDns1123Subdomain(group) : [];
    if (badGroup.length) errors.push(invalidValue(path, group, badGroup.join(',')));
    const badVersion = isDns1035Label(version);
    if (!version) errors.push(invalidValue(path, apiVersion, 'version must be specified'));
    else if (badVersion.length) errors.push(invalidValue(path, version, badVersion.join(',')));
  }
  const name = (kind.kind ?? '') as string;
  const bad = isDns1035Label(name.toLowerCase());
  if (!name) errors.push(required('spec.paramKind.kind'));
  else if (bad.length) errors.push(invalidValue('spec.paramKind.kind', name, `may have mixed case, but should otherwise match: ${bad.join(',')}`));
  return errors;
}

/** Complaints about how a binding finds parameters: by name or by labels. */
export function validateParamRef(ref: Raw | undefined): FieldError[] {
  if (!ref) return [];
  const path = 'spec.paramRef';
  const errors: FieldError[] = [];
  const exclusive = (field: string): FieldError => forbiddenField(`${path}.${field}`, 'name and selector are mutually exclusive');
  const name = (ref.name ?? '') as string;
  for (const m of name ? isPathSegmentName(name) : []) errors.push(invalidValue(`${path}.name`, name, m));
  if (name && ref.selector) errors.push(exclusive('name'));
  if (ref.selector) errors.push(...validateLabelSelector(ref.selector, `${path}.selector`));
  if (name && ref.selector) errors.push(exclusive('selector'));
  if (!name && !ref.selector) errors.push(required(path, 'one of name or selector must be specified'));
  const action = ref.parameterNotFoundAction as string | undefined;
  if (!action) errors.push(required(`${path}.parameterNotFoundAction`));
  else if (action !== 'Deny' && action !== 'Allow') errors.push(notSupported(`${path}.parameterNotFoundAction`, action, ['Deny', 'Allow']));
  return errors;
}

/** The ParamKind cell of a policy. */
export function paramKindCell(o: KubeObject): string {
  const kind = o.spec?.paramKind as Raw | undefined;
  return kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>';
}

/** The ParamRef cell of a binding: '*' stands for every namespace. */
export function paramRefCell(o: KubeObject): string {
  const ref = o.spec?.paramRef as Raw | undefined;
  if (ref?.name) return `${ref.namespace || '*'}/${ref.name}`;
  return ref?.selector ? goSelector(ref.selector) : '<unset>';
}

/** A label selector as the String method of the generated Go type writes it. */
function goSelector(s: LabelSelectorSource): string {
  const labels = Object.entries(s.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}: ${v},`).join('');
  const expressions = (s.matchExpressions ?? []).map((e) => `LabelSelectorRequirement{Key:${e.key},Operator:${e.operator},Values:[${(e.values ?? []).join(' ')}],},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
}
