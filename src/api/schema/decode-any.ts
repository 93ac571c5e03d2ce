import { cloneJson } from '../meta/clone';
import { DecodeError } from './decode-error';
import type { DecodeState, Decoder } from './decode-state';
import type { AnySchema, ObjectSchema } from './schema';

type StructDecoder = (schema: ObjectSchema, value: unknown, s: DecodeState) => unknown;

/**
 * RawExtension and JSON are copied as they come; FieldsV1, which nobody ever changes, stays the same one, so that a patched object is not
 * compared with the stored one by all the fields of all its managers. The JSONSchemaPropsOr… types hold a schema or something else.
 */
export function decodeAny(node: AnySchema, struct: StructDecoder): Decoder {
  const { inner } = node;
  if (inner === undefined) return node.name?.endsWith('.FieldsV1') ? (v) => v : cloneJson;
  const lenient = (v: unknown, s: DecodeState): unknown => decodeLeniently(() => struct(inner, v ?? {}, s), s);
  if (node.name!.endsWith('OrBool')) {
    return (v, s) => {
      if (typeof v === 'boolean') return v;
      if (typeof v !== 'object' || Array.isArray(v)) throw new DecodeError('boolean or JSON schema expected');
      return lenient(v, s);
    };
  }
  const strings = node.name!.endsWith('OrStringArray');
  return (v, s) => {
    if (Array.isArray(v)) return v.length === 0 ? null : v.map((x: unknown) => (strings ? text(x, s) : lenient(x, s)));
    // Upstream reads anything else as nothing.
    return typeof v === 'object' ? lenient(v, s) : null;
  };
}

/** These types read their schema themselves: nothing inside counts as unknown, and the first wrong type ends the decoding. */
function decodeLeniently(decode: () => unknown, s: DecodeState): unknown {
  const { problems, saved } = s;
  s.problems = undefined;
  s.saved = undefined;
  const out = decode();
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
