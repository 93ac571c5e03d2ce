import { duplicate, invalidValue, type FieldError } from '../../api/errors/field-error';
import { validateLabelName } from '../shared/labels';
import { validateItems } from './lists';

const MAX = 4;

/** Conditions that a device must have, and those it must not have, before its pod is bound: both lists or none, apart from each other. */
export function validateBindingConditions(wanted: readonly string[] = [], failed: readonly string[] = [], path: string): FieldError[] {
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
  if (!wanted.length && failed.length) errors.push(invalidValue(wantedPath, null, 'bindingConditions are required to use bindingFailureConditions'));
  if (!failed.length && wanted.length) errors.push(invalidValue(failedPath, null, 'bindingFailureConditions are required to use bindingConditions'));
  return errors;
}
