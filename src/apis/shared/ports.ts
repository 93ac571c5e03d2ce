import type { FieldError } from '../../api/errors/field-error';
import { pushMessages } from './checks';
import { isPortName, isPortNumber } from './formats';

/** Complaints about a port given as a number or by its name; absent counts as 0 (ValidatePortNumOrName). */
export function pushPortNumberOrNameErrors(errors: FieldError[], port: string | number | undefined, path: string): void {
  const value = port ?? 0;
  pushMessages(errors, typeof value === 'string' ? isPortName(value) : isPortNumber(value), value, path);
}
