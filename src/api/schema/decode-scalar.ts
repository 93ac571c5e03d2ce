import { cloneJson } from '../meta/clone';
import { canonicalQuantity } from '../quantity';
import { DecodeError } from './decode-error';
import { canonicalMicroTime, canonicalTime } from './go-time';
import type { ScalarSchema } from './schema';

/** RawExtension, JSON, FieldsV1: any value, copied. */
export const ANYTHING = (v: unknown): unknown => cloneJson(v);

const INT32 = 2 ** 31;

/** A function that returns the normal form of a value, or undefined when it is of the wrong type. @throws DecodeError for bad contents */
export function decodeScalar(schema: ScalarSchema): (v: unknown) => unknown {
  switch (schema.kind) {
    case 'boolean':
      return (v) => (typeof v === 'boolean' ? v : undefined);
    case 'number':
      return (v) => (typeof v === 'number' ? v : undefined);
    case 'integer':
      return schema.format === 'int32' ? (v) => (Number.isInteger(v) && (v as number) < INT32 && (v as number) >= -INT32 ? v : undefined) : (v) => (Number.isInteger(v) ? v : undefined);
    case 'string':
      return text(schema.format);
  }
}

function text(format: string | undefined): (v: unknown) => unknown {
  switch (format) {
    case 'quantity':
      return quantity;
    case 'int-or-string':
      return intOrString;
    case 'date-time':
      return (v) => canonicalTime(timeText(v));
    case 'micro-time':
      return (v) => canonicalMicroTime(timeText(v));
    case 'byte':
      return (v) => (typeof v === 'string' ? base64(v) : undefined);
    default:
      return (v) => (typeof v === 'string' ? v : undefined);
  }
}

function quantity(v: unknown): string {
  if (typeof v !== 'string' && typeof v !== 'number') throw new DecodeError(BAD_QUANTITY);
  try {
    return canonicalQuantity(typeof v === 'string' ? v : String(v));
  } catch (e) {
    throw new DecodeError((e as Error).message);
  }
}
const BAD_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function intOrString(v: unknown): unknown {
  if (typeof v === 'string') return v;
  if (Number.isInteger(v) && (v as number) < INT32 && (v as number) >= -INT32) return v;
  const what = typeof v === 'number' ? `number ${v}` : Array.isArray(v) ? 'array' : typeof v === 'boolean' ? 'bool' : typeof v;
  throw new DecodeError(`json: cannot unmarshal ${what} into Go value of type int32`);
}

function timeText(v: unknown): string {
  if (typeof v === 'string') return v;
  const what = Array.isArray(v) ? 'array' : typeof v === 'boolean' ? 'bool' : typeof v;
  throw new DecodeError(`json: cannot unmarshal ${what} into Go value of type string`);
}

/** Standard base64 with padding; line breaks are skipped, as Go does. */
function base64(v: string): string {
  let n = 0;
  let padded = 0;
  let breaks = false;
  for (let i = 0; i < v.length; i++) {
    const c = v.charCodeAt(i);
    if (c === 10 || c === 13) {
      breaks = true;
      continue;
    }
    const letter = (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 43 || c === 47;
    if (c === 61 && n % 4 >= 2 && padded < 2) padded++;
    else if (!letter || padded) throw new DecodeError(`illegal base64 data at input byte ${i}`);
    n++;
  }
  if (n % 4 !== 0) throw new DecodeError(`illegal base64 data at input byte ${v.length - (n % 4)}`);
  return breaks ? v.replace(/[\r\n]/g, '') : v;
}
