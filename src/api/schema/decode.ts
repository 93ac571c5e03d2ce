import type { KubeObject } from '../meta/object';
import { ANYTHING, decodeScalar } from './decode-scalar';
import { DecodeError } from './decode-error';
import { goType } from './go-type';
import type { Field, ObjectSchema, SchemaNode } from './schema';

export { DecodeError } from './decode-error';

/** Deeper nesting than any type has: a document made to exhaust the stack. */
const MAX_DEPTH = 100;

/** Where the decoder is: Go's field names for errors, and the full path for strict complaints. */
interface State {
  /** Fields, and '[3]' or '.key' steps in between; a field step has no mark. */
  path: string[];
  problems: string[] | undefined;
  depth: number;
}

/** Turns a JSON value that is neither null nor absent into its normal form; `struct` is the Go type whose field it stands in. */
type Decoder = (value: unknown, s: State, struct: string) => unknown;

interface Member {
  key: string;
  decode: Decoder;
  field: Field;
  /** Whether a decoded value is so empty that Go leaves the field out. */
  omits: (v: unknown) => boolean;
}

interface Struct {
  members: Map<string, Member>;
  /** Fields that are written even when nobody gave them, with a maker of their zero. */
  always: readonly { key: string; zero: () => unknown }[];
}

const structs = new WeakMap<ObjectSchema, Struct>();
const decoders = new WeakMap<SchemaNode, Decoder>();

/**
 * Makes a fresh object in normal form out of parsed JSON: nulls and unknown fields dropped, zero values left out or put in as Go writes
 * them, quantities and times canonical. Unknown fields are pushed to `problems` (`unknown field "spec.foo"`), in the order of the document.
 * @throws DecodeError in the words of Go's decoder for a value of the wrong type
 */
export function decodeObject(schema: ObjectSchema, value: unknown, problems?: string[]): KubeObject {
  return decodeStruct(schema, value, { path: [], problems, depth: 0 }, schema.goName) as KubeObject;
}

function decodeStruct(schema: ObjectSchema, value: unknown, s: State, struct: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, goType(schema), s, struct);
  if (++s.depth > MAX_DEPTH) throw new DecodeError('exceeded max depth');
  const shape = structs.get(schema) ?? compile(schema);
  const out: Record<string, unknown> = {};
  const from = value as Record<string, unknown>;
  for (const key in from) {
    const member = shape.members.get(key);
    if (member === undefined) {
      if (s.problems !== undefined) s.problems.push(`unknown field ${JSON.stringify(fullPath(s, key))}`);
      continue;
    }
    const v = from[key];
    if (v === null || v === undefined) continue;
    s.path.push(key);
    const decoded = member.decode(v, s, schema.goName);
    s.path.pop();
    if (!member.omits(decoded)) out[key] = decoded;
  }
  for (const a of shape.always) if (out[a.key] === undefined) out[a.key] = a.zero();
  s.depth--;
  return out;
}

function compile(schema: ObjectSchema): Struct {
  const members = new Map<string, Member>();
  const always: { key: string; zero: () => unknown }[] = [];
  for (const [key, field] of schema.properties) {
    members.set(key, { key, field, decode: decoderOf(field.schema), omits: omitter(field) });
    if (!field.omitEmpty) always.push({ key, zero: zeroOf(field) });
  }
  const made = { members, always };
  structs.set(schema, made);
  return made;
}

function decoderOf(node: SchemaNode): Decoder {
  let d = decoders.get(node);
  if (!d) decoders.set(node, (d = make(node)));
  return d;
}

function make(node: SchemaNode): Decoder {
  switch (node.kind) {
    case 'object':
      return (v, s, struct) => decodeStruct(node, v, s, struct);
    case 'map':
      return mapDecoder(node.values, goType(node));
    case 'list':
      return listDecoder(node.items, goType(node));
    case 'any':
      return ANYTHING;
    default: {
      const scalar = decodeScalar(node);
      const type = goType(node);
      return (v, s, struct) => {
        const out = scalar(v);
        if (out === undefined) throw wrongType(v, type, s, struct);
        return out;
      };
    }
  }
}

function mapDecoder(values: SchemaNode, type: string): Decoder {
  const decode = decoderOf(values);
  const zero = mapZero(values);
  return (value, s, struct) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(value, type, s, struct);
    const out: Record<string, unknown> = {};
    const from = value as Record<string, unknown>;
    s.path.push('');
    const last = s.path.length - 1;
    for (const key in from) {
      const v = from[key];
      // Assigning this name would set the prototype instead.
      if (key === '__proto__') continue;
      s.path[last] = `.${key}`;
      out[key] = v === null || v === undefined ? zero : decode(v, s, struct);
    }
    s.path.pop();
    return out;
  };
}

/** A null in a map is the zero of its values. */
function mapZero(values: SchemaNode): unknown {
  if (values.kind === 'string') return values.format === 'quantity' ? '0' : '';
  if (values.kind === 'integer' || values.kind === 'number') return 0;
  return values.kind === 'boolean' ? false : null;
}

function listDecoder(items: SchemaNode, type: string): Decoder {
  const decode = decoderOf(items);
  return (value, s, struct) => {
    if (!Array.isArray(value)) throw wrongType(value, type, s, struct);
    const out = new Array(value.length) as unknown[];
    s.path.push('');
    const last = s.path.length - 1;
    for (let i = 0; i < value.length; i++) {
      s.path[last] = `[${i}]`;
      const v = value[i] as unknown;
      out[i] = v === null || v === undefined ? itemZero(items) : decode(v, s, struct);
    }
    s.path.pop();
    return out;
  };
}

function itemZero(items: SchemaNode): unknown {
  return items.kind === 'object' ? decodeStruct(items, {}, { path: [], problems: undefined, depth: 0 }, items.goName) : mapZero(items);
}

/** Whether Go leaves the field out for this value. */
function omitter(field: Field): (v: unknown) => boolean {
  const { schema, pointer, omitEmpty } = field;
  if (!omitEmpty) return never;
  switch (schema.kind) {
    case 'list':
      return (v) => (v as unknown[]).length === 0;
    case 'map':
      return (v) => isEmpty(v as object);
    case 'object':
      return pointer ? never : (v) => isEmpty(v as object);
    case 'any':
      return never;
    default:
      return pointer ? never : (v) => v === '' || v === 0 || v === false;
  }
}

const never = (): boolean => false;

function isEmpty(o: object): boolean {
  for (const _ in o) return false;
  return true;
}

/** What Go writes for a field that nobody set. */
function zeroOf(field: Field): () => unknown {
  const { schema, pointer } = field;
  if (schema.kind === 'object' && !pointer) return () => decodeStruct(schema, {}, { path: [], problems: undefined, depth: 0 }, schema.goName);
  if (pointer) return () => null;
  const zero = schema.kind === 'string' && (schema.format === 'date-time' || schema.format === 'micro-time') ? null : schema.kind === 'string' && schema.format === 'int-or-string' ? 0 : mapZero(schema);
  return () => zero;
}

function wrongType(value: unknown, type: string, s: State, struct: string): DecodeError {
  const what = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' && type.includes('int') && !type.startsWith('[') ? `number ${value}` : typeof value;
  if (s.path.length === 0) return new DecodeError(`json: cannot unmarshal ${what} into Go value of type ${type}`);
  const fields = s.path.filter((p) => p[0] !== '[' && p[0] !== '.').join('.');
  return new DecodeError(`json: cannot unmarshal ${what} into Go struct field ${struct}.${fields} of type ${type}`);
}

function fullPath(s: State, key: string): string {
  let out = '';
  for (const p of s.path) out += out !== '' && p[0] !== '[' && p[0] !== '.' ? `.${p}` : p;
  return out === '' ? key : `${out}.${key}`;
}
