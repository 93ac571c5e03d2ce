import { compareQuantity, addQuantity, quantityValue } from '../../api/quantity';
import { forbiddenField, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { Raw } from '../shared/raw';
import { validateSet } from './lists';

const VALUES_MAX = 10;

function validateValues(fallback: string, max: string, values: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (let i = 1; i < values.length; i++) {
    if (compareQuantity(values[i - 1]!, values[i]!) > 0) errors.push(invalidValue(`${path}[${i}]`, values[i], 'values must be sorted in ascending order'));
  }
  const check = (v: string, at: string): FieldError[] =>
    compareQuantity(v, max) > 0 ? [invalidValue(at, v, `option is larger than capacity value: ${max}`)] : [];
  errors.push(...validateSet(values, VALUES_MAX, check, (v) => String(quantityValue(v)), path));
  if (values.length > VALUES_MAX || !values.some((v) => compareQuantity(v, fallback) === 0)) {
    errors.push(invalidValue(path, fallback, 'default value is not valid according to the requestPolicy'));
  }
  return errors;
}

function validateStep(value: string, min: string, step: string, path: string): FieldError[] {
  const rest = (quantityValue(value) - quantityValue(min)) % quantityValue(step);
  return rest === 0 ? [] : [invalidValue(path, value, `value is not a multiple of a given step (${step}) from (${min})`)];
}

function validateRange(fallback: string, capacity: string, range: Raw, path: string): FieldError[] {
  const { min, max, step } = range as { min?: string; max?: string; step?: string };
  if (min === undefined) return [required(`${path}.min`, 'required when validRange is defined')];
  const errors: FieldError[] = [];
  const say = (bad: boolean, field: string, value: string, detail: string): void => {
    if (bad) errors.push(invalidValue(`${path}.${field}`, value, detail));
  };
  say(compareQuantity(min, capacity) > 0, 'min', min, `min is larger than capacity value: ${capacity}`);
  say(compareQuantity(fallback, min) < 0, 'min', fallback, `default is less than min: ${min}`);
  if (max !== undefined) {
    say(compareQuantity(min, max) > 0, 'max', min, `min is larger than max: ${max}`);
    say(compareQuantity(max, capacity) > 0, 'max', max, `max is larger than capacity value: ${capacity}`);
    say(compareQuantity(fallback, max) > 0, 'max', fallback, `default is more than max: ${max}`);
  }
  if (step !== undefined) {
    const first = addQuantity(min, step);
    say(compareQuantity(first, capacity) > 0, 'step', step, `one step ${first} is larger than capacity value: ${capacity}`);
    errors.push(...validateStep(fallback, min, step, `${path}.step`));
    if (max !== undefined) errors.push(...validateStep(max, min, step, `${path}.step`));
  }
  return errors;
}

/** Complaints about how much of a capacity of `capacity` may be asked for (CapacityRequestPolicy). */
export function validateRequestPolicy(capacity: string, policy: Raw, path: string): FieldError[] {
  const values = (policy.validValues ?? []) as string[];
  const fallback = (policy.default ?? undefined) as string | undefined;
  if (values.length && policy.validRange) {
    return [forbiddenField(path, 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time')];
  }
  if (!values.length && !policy.validRange) return [];
  const field = values.length ? 'validValues' : 'validRange';
  if (fallback === undefined) return [required(`${path}.default`, `required when ${field} is defined`)];
  return values.length
    ? validateValues(fallback, capacity, values, `${path}.validValues`)
    : validateRange(fallback, capacity, policy.validRange, `${path}.validRange`);
}
