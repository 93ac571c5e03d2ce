import { goFloat, goJson, goQuote } from '../patch/go-format';
import type { StatusCause } from './status-error';

export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One complaint about one field: field.Error upstream. `message` already has the value in it and lacks only the path. */
export interface FieldError {
  type: FieldErrorType;
  /** Path such as spec.containers[0].image */
  field: string;
  message: string;
}

export function notFoundValue(field: string, value: unknown): FieldError {
  return { type: 'FieldValueNotFound', field, message: `Not found: ${showValue(value)}` };
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, message: withDetail('Required value', detail) };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, message: `Duplicate value: ${showValue(value)}` };
}

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: withDetail(`Invalid value: ${showValue(value)}`, detail) };
}

/** invalidValue for a field whose text has a type of its own in Go, which prints it as JSON. */
export function invalidEnum(field: string, value: string, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: withDetail(`Invalid value: ${goJson(value)}`, detail) };
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueTypeInvalid', field, message: withDetail(`Invalid value: ${showValue(value)}`, detail) };
}

export function notSupported(field: string, value: unknown, allowed: readonly string[]): FieldError {
  const detail = allowed.length ? `: supported values: ${allowed.map(goQuote).join(', ')}` : '';
  // Enumerations have types of their own in Go, which it prints as JSON.
  return { type: 'FieldValueNotSupported', field, message: `Unsupported value: ${typeof value === 'string' ? goJson(value) : showValue(value)}${detail}` };
}

/** notSupported for a field whose type in Go is plain text. */
export function notSupportedText(field: string, value: string, allowed: readonly string[]): FieldError {
  return { type: 'FieldValueNotSupported', field, message: `Unsupported value: ${goQuote(value)}: supported values: ${allowed.map(goQuote).join(', ')}` };
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) };
}

/** `max` < 0 leaves the limit out of the text. */
export function tooLong(field: string, max: number): FieldError {
  return { type: 'FieldValueTooLong', field, message: max >= 0 ? `Too long: may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}` : 'Too long: value is too long' };
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  return { type: 'FieldValueTooMany', field, message: `Too many: ${actual}: must have at most ${max} ${max === 1 ? 'item' : 'items'}` };
}

export function internalFieldError(field: string, detail: string): FieldError {
  return { type: 'InternalError', field, message: withDetail('Internal error', detail) };
}

/** The cause of a Status that stands for this error. */
export function causeOf(e: FieldError): StatusCause {
  return { reason: e.type, message: e.message, field: e.field };
}

/** `path: message`, several in brackets: the tail of an Invalid message (aggregated, repeated ones once). */
export function summarize(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}

/** A value as Go's field errors print it: strings quoted, numbers and booleans plain, everything else as JSON. */
export function showValue(v: unknown): string {
  if (v === undefined || v === null) return 'null';
  if (typeof v === 'string') return goQuote(v);
  if (typeof v === 'number' && !Number.isInteger(v)) return goFloat(v);
  return typeof v === 'object' ? goJson(v) : String(v);
}

function withDetail(head: string, detail: string): string {
  return detail ? `${head}: ${detail}` : head;
}
