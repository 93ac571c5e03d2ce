import { QUANTITY_FORMAT_ERROR, canonicalQuantity } from '../quantity';
import { canonicalBase64 } from './base64';
import { DecodeError } from './decode-error';
import type { Decoder } from './decode-state';
import { canonicalMicroTime, canonicalTime } from './go-time';
import type { ScalarSchema } from './schema';

const INT32 = 2 ** 31;
const INT64 = 2 ** 63;

/** The decoder of a scalar: normal form, or undefined after a complaint. @throws DecodeError for values that read themselves (times, quantities) */
export function scalarDecoder(schema: ScalarSchema): Decoder {
  switch (schema.kind) {
    case 'boolean':
      return (v, s) => (typeof v === 'boolean' ? v : s.wrongType(v));
    case 'number':
      return (v, s) => (typeof v === 'number' ? v : s.wrongType(v));
    case 'integer': {
      const int32 = schema.format === 'int32';
      const limit = int32 ? INT32 : INT64;
      // The double next to the smallest int64 stands for all numbers near it, nearly all of which are too small.
      const least = int32 ? -INT32 : -INT64 + 1024;
      return (v, s) => (typeof v === 'number' && Number.isInteger(v) && v < limit && v >= least ? v + 0 : s.wrongType(v));
    }
    case 'string':
      return textDecoder(schema.format);
  }
}

function textDecoder(format: string | undefined): Decoder {
  switch (format) {
    case 'quantity':
      return quantity;
    case 'int-or-string':
      return intOrString;
    case 'date-time':
      return (v, s) => canonicalTime(typeof v === 'string' ? v : fail(s.typeError(v, 'string')));
    case 'micro-time':
      return (v, s) => canonicalMicroTime(typeof v === 'string' ? v : fail(s.typeError(v, 'string')));
    case 'byte':
      return bytes;
    default:
      return (v, s) => (typeof v === 'string' ? v : s.wrongType(v));
  }
}

const quantity: Decoder = (v) => {
  if (typeof v !== 'string' && typeof v !== 'number') throw new DecodeError(QUANTITY_FORMAT_ERROR);
  try {
    return canonicalQuantity(typeof v === 'string' ? v.trim() : v);
  } catch (e) {
    throw new DecodeError((e as Error).message);
  }
};

const intOrString: Decoder = (v, s) => {
  if (typeof v === 'string') return v;
  if (typeof v === 'number' && Number.isInteger(v) && v < INT32 && v >= -INT32) return v + 0;
  throw s.typeError(v, 'int32');
};

const bytes: Decoder = (v, s) => {
  if (typeof v === 'string') {
    const out = canonicalBase64(v);
    return typeof out === 'string' ? out : s.save(`illegal base64 data at input byte ${out}`);
  }
  if (!Array.isArray(v)) return s.wrongType(v);
  // Go takes a list of numbers for bytes, too.
  for (const b of v as unknown[]) if (b !== null && (!Number.isInteger(b) || (b as number) < 0 || (b as number) > 255)) return void (s.saved ??= s.typeError(b, 'uint8'));
  return Buffer.from((v as (number | null)[]).map(Number)).toString('base64');
};

function fail(e: Error): never {
  throw e;
}
