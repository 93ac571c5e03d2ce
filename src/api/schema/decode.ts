import type { KubeObject } from '../meta/object';
import { decodeAny } from './decode-any';
import { DecodeError } from './decode-error';
import { scalarDecoder } from './decode-scalar';
import { DecodeState } from './decode-state';
import type { Decoder } from './decode-state';
import { noteEmpty } from './empties';
import type { Field, ListSchema, MapSchema, ObjectSchema, SchemaNode } from './schema';
import { setKey } from '../meta/set-key';

export { DecodeError } from './decode-error';

interface Struct {
  /** Decoders of the fields; they return undefined for a value that Go leaves out. */
  members: Map<string, Decoder>;
  /** Fields that are written even when nobody gave them, with a maker of their zero. */
  always: readonly { key: string; zero: () => unknown }[];
}

const structs = new WeakMap<ObjectSchema, Struct>();
const decoders = new WeakMap<SchemaNode, Decoder>();

/**
 * Makes a fresh object in normal form out of parsed JSON: nulls and unknown fields dropped, zero values left out or put in as Go writes
 * them once an object has been stored (an empty list that is always written becomes null), quantities and times canonical.
 * Unknown fields are pushed to `problems` (`unknown field "spec.foo"`), in the order of the document.
 * @throws DecodeError in the words of Go's decoder for a value of the wrong type
 */
export function decodeObject(schema: ObjectSchema, value: unknown, problems?: string[]): KubeObject {
  const s = new DecodeState(schema, problems);
  let out: unknown;
  try {
    out = decodeStruct(schema, value ?? {}, s);
  } catch (e) {
    // The only way to a stack that is too small is a document that is nested to no purpose.
    throw e instanceof RangeError ? new DecodeError('exceeded max depth') : e;
  }
  if (s.saved !== undefined) throw s.saved;
  return out as KubeObject;
}

/** Decodes `value` as a struct at the place where `s` is. */
function decodeStruct(schema: ObjectSchema, value: unknown, s: DecodeState): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return s.wrongType(value);
  const { members, always } = structs.get(schema) ?? compile(schema);
  const out: Record<string, unknown> = {};
  const from = value as Record<string, unknown>;
  const path = s.path;
  for (const key in from) {
    const decode = members.get(key);
    if (decode === undefined) {
      if (s.problems !== undefined) s.unknownField(key);
      continue;
    }
    const v = from[key];
    if (v === null || v === undefined) continue;
    path.push(key);
    const decoded = decode(v, s);
    path.pop();
    if (decoded !== undefined) out[key] = decoded;
    else if (typeof v === 'object') noteEmpty(out, key, v);
  }
  for (const a of always) if (out[a.key] === undefined) out[a.key] = a.zero();
  return out;
}

function compile(schema: ObjectSchema): Struct {
  const members = new Map<string, Decoder>();
  const always: { key: string; zero: () => unknown }[] = [];
  for (const [key, field] of schema.properties) {
    members.set(key, memberDecoder(field));
    if (!field.omitEmpty) always.push({ key, zero: zeroOf(field) });
  }
  const made = { members, always };
  structs.set(schema, made);
  return made;
}

/** A decoder that also leaves out what Go leaves out. What is empty but always written is left to zeroOf. */
function memberDecoder(field: Field): Decoder {
  const { schema, pointer, omitEmpty } = field;
  const decode = decoderOf(schema);
  switch (schema.kind) {
    case 'list':
      if (field.keepEmpty) return decode;
      return (v, s) => {
        const out = decode(v, s) as unknown[] | undefined;
        return out === undefined || out.length === 0 ? undefined : out;
      };
    case 'map':
      return (v, s) => {
        const out = decode(v, s) as object | undefined;
        return out === undefined || isEmpty(out) ? undefined : out;
      };
    case 'object':
      if (pointer || !omitEmpty) return decode;
      return (v, s) => {
        const out = decode(v, s) as object | undefined;
        return out === undefined || isEmpty(out) ? undefined : out;
      };
    case 'any':
      return decode;
    default:
      if (pointer || !omitEmpty) return decode;
      return (v, s) => {
        const out = decode(v, s);
        return out === '' || out === 0 || out === false ? undefined : out;
      };
  }
}

function decoderOf(node: SchemaNode): Decoder {
  let d = decoders.get(node);
  if (!d) decoders.set(node, (d = make(node)));
  return d;
}

function make(node: SchemaNode): Decoder {
  switch (node.kind) {
    case 'object':
      return (v, s) => decodeStruct(node, v, s);
    case 'map':
      return mapDecoder(node);
    case 'list':
      return listDecoder(node);
    case 'any':
      return decodeAny(node, decodeStruct);
    default:
      return scalarDecoder(node);
  }
}

function mapDecoder(node: MapSchema): Decoder {
  const decode = decoderOf(node.values);
  return (value, s) => {
    if (typeof value !== 'object' || Array.isArray(value)) return s.wrongType(value);
    const out: Record<string, unknown> = {};
    const from = value as Record<string, unknown>;
    const path = s.path;
    for (const key in from) {
      const v = from[key];
      path.push(key);
      const decoded = v === null || v === undefined ? elementZero(node.values) : decode(v, s);
      path.pop();
      setKey(out, key, decoded);
    }
    return out;
  };
}

function listDecoder(node: ListSchema): Decoder {
  const decode = decoderOf(node.items);
  return (value, s) => {
    if (!Array.isArray(value)) return s.wrongType(value);
    const out = new Array(value.length) as unknown[];
    const path = s.path;
    const last = path.length;
    path.push(0);
    for (let i = 0; i < value.length; i++) {
      path[last] = i;
      const v = value[i] as unknown;
      out[i] = v === null || v === undefined ? elementZero(node.items) : decode(v, s);
    }
    path.pop();
    return out;
  };
}

/** What a null in a list or map stands for: the zero of the element. */
function elementZero(node: SchemaNode): unknown {
  if (node.kind === 'object') return decodeStruct(node, {}, new DecodeState(node, undefined));
  if (node.kind === 'integer' || node.kind === 'number') return 0;
  if (node.kind === 'boolean') return false;
  if (node.kind === 'list') return [];
  if (node.kind !== 'string') return null;
  switch (node.format) {
    case 'quantity':
      return '0';
    case 'int-or-string':
      return 0;
    case 'date-time':
    case 'micro-time':
      return null;
    default:
      return '';
  }
}

/** What Go writes for a field that nobody set. */
function zeroOf(field: Field): () => unknown {
  const { schema, pointer } = field;
  if (schema.kind === 'object' && !pointer) return () => elementZero(schema);
  const slice = schema.kind === 'string' && schema.format === 'byte';
  // The zero of bytes is no empty text but no slice at all.
  const zero = pointer || slice || schema.kind === 'object' ? null : elementZero(schema);
  return () => zero;
}

function isEmpty(o: object): boolean {
  for (const _ in o) return false;
  return true;
}
