import { duplicate, invalidValue, notSupported, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { validateLabelName } from './labels';
import { longerThan, regexMessage } from './names';

const REASON_MAX = 1024;
const MESSAGE_MAX = 32 * 1024;
const REASON_FMT = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const REASON = new RegExp(`^${REASON_FMT}$`);
const REASON_MSG = regexMessage(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  REASON_FMT,
  'my_name',
  'MY_NAME',
  'MyName',
  'ReasonA,ReasonB',
  'ReasonA:ReasonB',
);

/** metav1.Condition as JSON. */
export interface Condition {
  type: string;
  status: string;
  observedGeneration?: number;
  lastTransitionTime?: string | null;
  reason?: string;
  message?: string;
}

/** Complaints about a list of metav1.Condition (metav1validation.ValidateConditions upstream). */
export function validateConditions(conditions: readonly Condition[] | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  conditions?.forEach((c, i) => {
    if (types.has(c.type)) errors.push(duplicate(`${path}[${i}].type`, c.type));
    types.add(c.type);
    pushConditionErrors(errors, c, `${path}[${i}]`);
  });
  return errors;
}

function pushConditionErrors(errors: FieldError[], c: Condition, path: string): void {
  errors.push(...validateLabelName(c.type ?? '', `${path}.type`));
  if (!['True', 'False', 'Unknown'].includes(c.status)) errors.push(notSupported(`${path}.status`, c.status ?? '', ['False', 'True', 'Unknown']));
  if ((c.observedGeneration ?? 0) < 0) {
    errors.push(invalidValue(`${path}.observedGeneration`, c.observedGeneration, 'must be greater than or equal to zero'));
  }
  if (!c.lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`));
  const reason = c.reason ?? '';
  if (!reason) errors.push(required(`${path}.reason`));
  else {
    if (!REASON.test(reason)) errors.push(invalidValue(`${path}.reason`, reason, REASON_MSG));
    if (longerThan(reason, REASON_MAX)) errors.push(tooLong(`${path}.reason`, REASON_MAX));
  }
  if (c.message && longerThan(c.message, MESSAGE_MAX)) errors.push(tooLong(`${path}.message`, MESSAGE_MAX));
}
