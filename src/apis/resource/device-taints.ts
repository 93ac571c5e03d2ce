import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { validateLabelName } from '../shared/labels';
import { isLabelValue } from '../shared/names';
import type { Raw } from '../shared/raw';

const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];

function validateValue(value: string, path: string): FieldError[] {
  return isLabelValue(value).map((m) => invalidValue(path, value, m));
}

export function validateDeviceTaint(t: Raw, path: string): FieldError[] {
  const errors = [...validateLabelName(t.key ?? '', `${path}.key`), ...validateValue(t.value ?? '', `${path}.value`)];
  if (!t.effect) errors.push(required(`${path}.effect`));
  else if (!EFFECTS.includes(t.effect)) errors.push(notSupported(`${path}.effect`, t.effect, EFFECTS));
  return errors;
}

export function validateDeviceToleration(t: Raw, path: string): FieldError[] {
  const errors = t.key ? validateLabelName(t.key, `${path}.key`) : [];
  if (t.operator === 'Exists') {
    if (t.value) errors.push(invalidValue(`${path}.value`, t.value, 'must be empty for operator `Exists`'));
  } else if (t.operator === 'Equal') errors.push(...validateValue(t.value ?? '', `${path}.value`));
  else if (!t.operator) errors.push(required(`${path}.operator`));
  else errors.push(notSupported(`${path}.operator`, t.operator, ['Equal', 'Exists']));
  if (t.effect && !EFFECTS.includes(t.effect)) errors.push(notSupported(`${path}.effect`, t.effect, EFFECTS));
  return errors;
}
