import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { isDns1123Label, isDns1123Subdomain } from './names';

/** Adds the messages of a name check. */
export function pushMessages(errors: FieldError[], messages: readonly string[], value: unknown, path: string): void {
  for (let i = 0; i < messages.length; i++) errors.push(invalidValue(path, value, messages[i]!));
}

/** 'Required value' unless there is text. */
export function pushRequired(errors: FieldError[], value: unknown, path: string): void {
  if (!value) errors.push(required(path));
}

/** Unless `value` is one of `allowed`, which must be sorted as upstream lists them. */
export function pushNotSupported(errors: FieldError[], value: string, allowed: readonly string[], path: string): void {
  if (!allowed.includes(value)) errors.push(notSupported(path, value, allowed));
}

export function pushLabelNameErrors(errors: FieldError[], value: string, path: string): void {
  pushMessages(errors, isDns1123Label(value), value, path);
}

export function pushSubdomainErrors(errors: FieldError[], value: string, path: string): void {
  pushMessages(errors, isDns1123Subdomain(value), value, path);
}

export const NOT_NEGATIVE = 'must be greater than or equal to 0';

export function pushNonNegative(errors: FieldError[], value: number | undefined, path: string): void {
  if (value !== undefined && value < 0) errors.push(invalidValue(path, value, NOT_NEGATIVE));
}
