import { cloneJson } from '../meta/clone';
import { decodeStruct } from './decode';
import type { Decoder } from './decode';
import { DecodeError } from './decode-error';
import type { DecodeState } from './decode-state';
import type { AnySchema, ObjectSchema } from './schema';

/** RawExtension, JSON and FieldsV1 are copied as they come; the JSONSchemaPropsOr… types hold a schema or something else. */
export function decodeAny(node: AnySchema): Decoder {
  const { inner } = node;
  if (inner === undefined) return cloneJson;
  if (node.name!.endsWith('OrBool')) return (v, s) => orBool(inner, v, s);
  const strings = node.name!.endsWith('OrStringArray');
  return (v, s) => {
    if (Array.isArray(v)) return v.length === 0 ? null : v.map((x: unknown) => (strings ? text(x, s) : lenient(inner, x, s)));
    // Upstream reads anything else as nothing.
    return typeof v === 'object' ? lenient(inner, v, s) : null;
  };
}

function orBool(inner: ObjectSchema, v: unknown, s: DecodeState): unknown {
  if (typeof v === 'boolean') return v;
  if (typeof v !== 'object' || Array.isArray(v)) throw new DecodeError('boolean or JSON schema expected');
  return lenient(inner, v, s);
}

/** These types read their schema themselves: nothing inside counts as unknown, and the first wrong type ends the decoding. */
function lenient(inner: ObjectSchema, v: unknown, s: DecodeState): unknown {
  const { problems, saved } = s;
  s.problems = undefined;
  s.saved = undefined;
  const out = decodeStruct(inner, v ?? {}, s);
  if (s.saved !== undefined) throw s.saved as Error;
  s.problems = problems;
  s.saved = saved;
  return out;
}

function text(v: unknown, s: DecodeState): string {
  if (typeof v === 'string') return v;
  if (v === null) return '';
  throw s.typeError(v, 'string');
}
