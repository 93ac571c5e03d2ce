import { invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { isDns1123Subdomain, longerThan } from '../shared/names';

const DRIVER_NAME_MAX = 63;

/** Complaints about the name of a CSI driver where another object refers to it: a subdomain in either case, of at most 63 bytes. */
export function validateDriverName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)];
  const errors = longerThan(name, DRIVER_NAME_MAX) ? [tooLong(path, DRIVER_NAME_MAX)] : [];
  for (const m of isDns1123Subdomain(name.toLowerCase())) errors.push(invalidValue(path, name, m));
  return errors;
}
