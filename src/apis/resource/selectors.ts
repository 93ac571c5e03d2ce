import { required, tooLong, type FieldError } from '../../api/errors/field-error';
import { longerThan } from '../shared/names';
import type { Raw } from '../shared/raw';
import { validateItems } from './lists';

const SELECTORS_MAX = 32;
const EXPRESSION_MAX = 10 * 1024;

function validateSelector(s: Raw, path: string): FieldError[] {
  if (!s.cel) return [required(`${path}.cel`)];
  return longerThan(s.cel.expression ?? '', EXPRESSION_MAX) ? [tooLong(`${path}.cel.expression`, EXPRESSION_MAX)] : [];
}

/** Selectors of devices. The expressions themselves are taken as they are. */
export function validateDeviceSelectors(selectors: readonly Raw[] | undefined, path: string): FieldError[] {
  return validateItems(selectors, SELECTORS_MAX, validateSelector, path);
}
