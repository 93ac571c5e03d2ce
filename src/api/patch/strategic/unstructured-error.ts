import type { ScalarSchema, SchemaNode } from '../../schema/schema';
import { isMap, jsonKind } from '../go-format';
import { goKind } from './patch-meta';

/** What the converter that strategic and applied objects go through says of one; `why`: what the JSON decoder says of it. */
export function converterError(s: SchemaNode, v: unknown, why: string): string {
  return unstructuredError(s, v) ?? why.replace(/^illegal base64/, 'error decoding from json: illegal base64');
}

/**
 * A copy in which integers have the size of their fields, as that converter makes them: what is too large wraps around as in Go, a whole
 * number beyond 64 bits becomes the smallest.
 */
export function withFittingNumbers(s: SchemaNode, v: unknown): unknown {
  if (v === null || v === undefined) return v;
  switch (s.kind) {
    case 'object': {
      if (!isMap(v)) return v;
      const out: Record<string, unknown> = { ...v };
      for (const [name, f] of s.properties) if (Object.hasOwn(v, name)) out[name] = withFittingNumbers(f.schema, v[name]);
      return out;
    }
    case 'map':
      return isMap(v) ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, withFittingNumbers(s.values, x)])) : v;
    case 'list':
      return Array.isArray(v) ? v.map((x) => withFittingNumbers(s.items, x)) : v;
    case 'integer':
      return typeof v === 'number' && Number.isInteger(v) ? wrapped(v, s.format === 'int32' ? 32 : 64) : v;
    default:
      return v;
  }
}

function wrapped(n: number, bits: number): number {
  const whole = Math.abs(n) < 2 ** 63 || n === -(2 ** 63) ? BigInt(n) : -(2n ** 63n);
  return Number(BigInt.asIntN(bits, whole));
}

/**
 * The complaint about a patched object that does not fit its type, in the words of the converter that strategic merge patches go
 * through (the JSON decoder has others); undefined: this converter has none. `goType`: Go's name of the type where it has one.
 */
function unstructuredError(s: SchemaNode, v: unknown, goType?: string): string | undefined {
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
  if (s.format === 'int-or-string') return intOrStringError(v);
  if (s.format === 'byte') return typeof v === 'string' ? undefined : `cannot restore slice from ${kindOf(v)}`;
  const fits =
    s.kind === 'string' ? s.format !== undefined || typeof v === 'string' : s.kind === 'boolean' ? typeof v === 'boolean' : typeof v === 'number' && (s.kind === 'number' || Number.isInteger(v));
  return fits ? undefined : `cannot convert ${typeName(v)} to ${goType && s.format === undefined ? goType : goKind(s)}`;
}

/** Its own decoder takes anything but texts for a number. */
function intOrStringError(v: unknown): string | undefined {
  if (typeof v === 'string' || (typeof v === 'number' && Number.isInteger(v))) return undefined;
  return `json: cannot unmarshal ${typeof v === 'number' ? `number ${v}` : jsonKind(v)} into Go value of type int32`;
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
