import { invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import type { Raw } from '../shared/raw';
import { validateDriverName } from './names';

export const PARAMETERS_MAX = 10 * 1024;

/** A driver's own JSON: an object of bounded size. `stored`: it is as it was, its size stays unchecked. */
export function validateRawObject(value: unknown, path: string, max: number, stored = false): FieldError[] {
  if (value === undefined || value === null) return [required(path)];
  if (!stored && Buffer.byteLength(JSON.stringify(value)) > max) return [tooLong(path, max)];
  if (typeof value !== 'object' || Array.isArray(value)) return [invalidValue(path, '<value omitted>', 'must be a valid JSON object')];
  return [];
}

/** What is handed on to a driver (DeviceConfiguration): today only its opaque parameters. */
export function validateDeviceConfiguration(config: Raw, path: string, stored = false): FieldError[] {
  const opaque = config.opaque as Raw | undefined;
  if (!opaque) return [required(`${path}.opaque`)];
  return [
    ...validateDriverName(opaque.driver, `${path}.opaque.driver`),
    ...validateRawObject(opaque.parameters, `${path}.opaque.parameters`, PARAMETERS_MAX, stored),
  ];
}
