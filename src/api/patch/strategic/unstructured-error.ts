import type { ScalarSchema, SchemaNode } from '../../schema/schema';
import { isMap } from '../go-format';
import { goKind } from './patch-meta';

/**
 * The complaint about a patched object that does not fit its type, in the words of the converter that strategic merge patches go
 * through (the JSON decoder has others); undefined: this converter has none. `goType`: Go's name of the type where it has one.
 */
export function unstructuredError(s: SchemaNode, v: unknown, goType?: string): string | undefined {
  if (v === null || v === undefined) return undefined;
  switch (s.kind) {
    case 'object':
      if (!isMap(v)) return `cannot restore struct from: ${kindOf(v)}`;
      for (const [name, f] of s.properties) {
        const wrong = unstructuredError(f.schema, v[name], f.goType);
        if (wrong) return wrong;
      }
      return undefined;
    case 'map':
      return isMap(v) ? first(s.values, Object.values(v)) : `cannot restore map from ${kindOf(v)}`;
    case 'list':
      return Array.isArray(v) ? first(s.items, v, goType?.replace(/^\[\]/, '')) : `cannot restore slice from ${kindOf(v)}`;
    case 'any':
      return undefined;
    default:
      return scalarError(s, v, goType);
  }
}

function first(s: SchemaNode, values: readonly unknown[], goType?: string): string | undefined {
  for (const v of values) {
    const wrong = unstructuredError(s, v, goType);
    if (wrong) return wrong;
  }
  return undefined;
}

/** Most scalars with a format have decoders of their own, whose words are the JSON decoder's. */
function scalarError(s: ScalarSchema, v: unknown, goType?: string): string | undefined {
  if (s.format === 'byte') return typeof v === 'string' ? undefined : `cannot restore slice from ${kindOf(v)}`;
  const fits =
    s.kind === 'string' ? s.format !== undefined || typeof v === 'string' : s.kind === 'boolean' ? typeof v === 'boolean' : typeof v === 'number' && (s.kind === 'number' || Number.isInteger(v));
  return fits ? undefined : `cannot convert ${typeName(v)} to ${goType && s.format === undefined ? goType : goKind(s)}`;
}

function kindOf(v: unknown): string {
  return Array.isArray(v) ? 'slice' : isMap(v) ? 'map' : typeName(v);
}

function typeName(v: unknown): string {
  if (Array.isArray(v)) return '[]interface {}';
  if (isMap(v)) return 'map[string]interface {}';
  if (typeof v === 'number') return Number.isInteger(v) ? 'int64' : 'float64';
  return typeof v === 'boolean' ? 'bool' : 'string';
}
