import { type FieldError, invalidValue, tooLong } from '../../api/errors/field-error';
import { isPrintable } from '../../api/patch/go-format';

/** Longest name of a field manager, in bytes. */
export const MAX_MANAGER = 128;

/** Complaints about the name of a field manager at `path` (ValidateFieldManager upstream); the empty name is no complaint. */
export function managerNameErrors(path: string, name: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(name) > MAX_MANAGER) errors.push(tooLong(path, MAX_MANAGER));
  let i = 0;
  for (const c of name) {
    if (!isPrintable(c)) errors.push(invalidValue(path, name, `invalid character U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} (at position ${i})`));
    i += Buffer.byteLength(c);
  }
  return errors;
}
