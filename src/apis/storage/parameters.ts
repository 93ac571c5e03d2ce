import { invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { isQualifiedName } from '../shared/names';

const MAX_PARAMETERS = 512;
const MAX_PARAMETERS_SIZE = 256 * 1024;

/** Complaints about the name of a provisioner or driver: a qualified name in either case. */
export function validateProvisioner(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)];
  const lower = name.toLowerCase();
  return isQualifiedName(lower).map((m) => invalidValue(path, lower, m));
}

/** Complaints about the parameters that a class hands to its driver; at least one when not `allowEmpty`. */
export function validateParameters(parameters: Record<string, string> | undefined, allowEmpty: boolean, path: string): FieldError[] {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > MAX_PARAMETERS) return [tooLong(path, MAX_PARAMETERS)];
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of entries) {
    if (!key) errors.push(invalidValue(path, key, 'field can not be empty.'));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > MAX_PARAMETERS_SIZE) errors.push(tooLong(path, MAX_PARAMETERS_SIZE));
  if (!allowEmpty && !entries.length) errors.push(required(path, 'must contain at least one key/value pair'));
  return errors;
}
