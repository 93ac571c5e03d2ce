import { celProblem } from '../../api/cel/compile-error';
import { deviceEnvironment } from '../../api/cel/device-environment';
import { invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { longerThan } from '../shared/names';
import type { Raw } from '../shared/raw';
import { validateItems } from './lists';

const SELECTORS_MAX = 32;
const EXPRESSION_MAX = 10 * 1024;

function validateSelector(s: Raw, path: string): FieldError[] {
  if (!s.cel) return [required(`${path}.cel`)];
  const expression = (s.cel.expression ?? '') as string;
  const at = `${path}.cel.expression`;
  if (longerThan(expression, EXPRESSION_MAX)) return [tooLong(at, EXPRESSION_MAX)];
  const problem = celProblem(deviceEnvironment(), expression, ['bool'], (type) => `must evaluate to bool or the unknown type, not ${type}`);
  return problem === undefined ? [] : [invalidValue(at, expression, problem)];
}

/** Selectors of devices. */
export function validateDeviceSelectors(selectors: readonly Raw[] | undefined, path: string): FieldError[] {
  return validateItems(selectors, SELECTORS_MAX, validateSelector, path);
}
