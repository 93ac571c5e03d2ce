import { forbiddenField, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { pushMessages } from './checks';
import { validateLabelName } from './labels';
import { isDns1123Subdomain, isLabelValue } from './names';
import type { Raw } from './raw';

const BAD_OPERATOR = 'not a valid selector operator';

function pushRequirement(errors: FieldError[], r: Raw, path: string, allowInvalidValues: boolean): void {
  const values = (r.values ?? []) as string[];
  switch (r.operator) {
    case 'In':
    case 'NotIn':
      if (!values.length) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length) errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalidValue(`${path}.operator`, r.operator ?? '', BAD_OPERATOR));
  }
  errors.push(...validateLabelName((r.key ?? '') as string, `${path}.key`));
  if (!allowInvalidValues) values.forEach((v, i) => pushMessages(errors, isLabelValue(v), v, `${path}.values[${i}]`));
}

function pushFieldRequirement(errors: FieldError[], r: Raw, path: string): void {
  const values = (r.values ?? []) as string[];
  if (r.operator === 'In' || r.operator === 'NotIn') {
    if (values.length !== 1) errors.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  } else errors.push(invalidValue(`${path}.operator`, r.operator ?? '', BAD_OPERATOR));
  if (r.key !== 'metadata.name') errors.push(invalidValue(`${path}.key`, r.key ?? '', 'not a valid field selector key'));
  else values.forEach((v, i) => pushMessages(errors, isDns1123Subdomain(v), v, `${path}.values[${i}]`));
}

/** Complaints about one term of a node selector. */
export function pushNodeSelectorTermErrors(errors: FieldError[], term: Raw, path: string, allowInvalidValues: boolean): void {
  ((term.matchExpressions ?? []) as Raw[]).forEach((r, i) => pushRequirement(errors, r, `${path}.matchExpressions[${i}]`, allowInvalidValues));
  ((term.matchFields ?? []) as Raw[]).forEach((r, i) => pushFieldRequirement(errors, r, `${path}.matchFields[${i}]`));
}

/** Complaints about a NodeSelector: at least one term, operators, keys, values (ValidateNodeSelector). */
export function validateNodeSelector(selector: Raw, path: string, allowInvalidValues = false): FieldError[] {
  const terms = (selector.nodeSelectorTerms ?? []) as Raw[];
  if (!terms.length) return [required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')];
  const errors: FieldError[] = [];
  terms.forEach((t, i) => pushNodeSelectorTermErrors(errors, t, `${path}.nodeSelectorTerms[${i}]`, allowInvalidValues));
  return errors;
}

/** True when a term of the selector holds a value that no label can have. */
export function nodeSelectorHasInvalidValue(selector: Raw | undefined): boolean {
  return ((selector?.nodeSelectorTerms ?? []) as Raw[]).some((t) =>
    ((t.matchExpressions ?? []) as Raw[]).some((e) => ((e.values ?? []) as string[]).some((v) => isLabelValue(v).length > 0)),
  );
}
