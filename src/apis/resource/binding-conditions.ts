import { duplicate, invalidValue, type FieldError } from '../../api/errors/field-error';
import { givenEmpty } from '../../api/schema/empties';
import { validateLabelName } from '../shared/labels';
import type { Raw } from '../shared/raw';
import { validateItems } from './lists';

const MAX = 4;

/** Conditions that a device must have, and those it must not have, before its pod is bound: both lists or none, apart from each other. */
export function validateBindingConditions(device: Raw, path: string): FieldError[] {
  const wanted = (device.bindingConditions ?? []) as string[];
  const failed = (device.bindingFailureConditions ?? []) as string[];
  const wantedPath = `${path}.bindingConditions`;
  const failedPath = `${path}.bindingFailureConditions`;
  const errors = [...validateItems(wanted, MAX, validateLabelName, wantedPath), ...validateItems(failed, MAX, validateLabelName, failedPath)];
  wanted.forEach((c, i) => {
    if (wanted.indexOf(c) < i) errors.push(duplicate(`${wantedPath}[${i}]`, c));
  });
  failed.forEach((c, i) => {
    if (failed.indexOf(c) < i) errors.push(duplicate(`${failedPath}[${i}]`, c));
    if (wanted.includes(c)) errors.push(invalidValue(`${failedPath}[${i}]`, c, 'bindingFailureConditions must not overlap with bindingConditions'));
  });
  if (!wanted.length && failed.length) errors.push(invalidValue(wantedPath, givenEmpty(device, 'bindingConditions') ?? null, 'bindingConditions are required to use bindingFailureConditions'));
  if (!failed.length && wanted.length) errors.push(invalidValue(failedPath, givenEmpty(device, 'bindingFailureConditions') ?? null, 'bindingFailureConditions are required to use bindingConditions'));
  return errors;
}
