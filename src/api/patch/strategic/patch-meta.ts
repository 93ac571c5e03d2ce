import type { Field, SchemaNode } from '../../schema/schema';
import { goQuote } from '../go-format';
import { patchError } from './errors';

/** What the type says about merging one of its fields. */
export interface FieldMeta {
  /** Type of the field; of its items when it was looked up as a list. */
  schema: SchemaNode;
  /** 'merge', 'replace' or nothing; retainKeys is not part of it, since the directive works wherever it stands. */
  strategy: string;
  mergeKey: string;
}

/** @throws 500 for a type without fields or without this one */
export function mapFieldMeta(s: SchemaNode, key: string): FieldMeta {
  const f = findField(s, key);
  const strategy = (f.patchStrategy ?? '').split(',').find((x) => x !== 'retainKeys') ?? '';
  return { schema: f.schema, strategy, mergeKey: f.patchMergeKey ?? '' };
}

/** @throws 500 as mapFieldMeta, and when the field is no list */
export function listFieldMeta(s: SchemaNode, key: string): FieldMeta {
  const meta = mapFieldMeta(s, key);
  if (meta.schema.kind !== 'list') throw patchError(`expected slice or array type, but got: ${goKind(s)}`);
  const items = meta.schema.items;
  if (items.kind === 'list') throw patchError('unexpected slice of slice');
  return { ...meta, schema: items };
}

function findField(s: SchemaNode, key: string): Field {
  const kind = goKind(s);
  if (kind !== 'struct') throw patchError(`merging an object in json but data type is not struct, instead is: ${kind}`);
  const exact = s.kind === 'object' ? s.properties.get(key) : undefined;
  if (exact) return exact;
  const lower = key.toLowerCase();
  if (s.kind === 'object') for (const [name, f] of s.properties) if (name.toLowerCase() === lower) return f;
  throw patchError(`unable to find api field in struct ${structName(s)} for the json field ${goQuote(key)}`);
}

function structName(s: SchemaNode): string {
  if (s.kind === 'object') return s.goName;
  const name = (s.kind === 'any' && s.name) || '';
  return name.slice(name.lastIndexOf('.') + 1);
}

/** reflect.Kind of the Go type; values of any shape are structs with a decoder of their own. */
export function goKind(s: SchemaNode): string {
  switch (s.kind) {
    case 'object':
    case 'any':
      return 'struct';
    case 'map':
      return 'map';
    case 'list':
      return 'slice';
    case 'boolean':
      return 'bool';
    case 'integer':
      return s.format === 'int64' ? 'int64' : 'int32';
    case 'number':
      return 'float64';
    default:
      return s.format === undefined ? 'string' : 'struct';
  }
}
