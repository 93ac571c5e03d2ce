import type { Raw } from '../shared/raw';

/** JSONSchemaProps as decoded. */
export type JsonSchema = Raw;

/** `items` as a schema; undefined when it is a list of schemas or nothing. */
export function itemsOf(s: JsonSchema | undefined): JsonSchema | undefined {
  const items = s?.items as JsonSchema | readonly JsonSchema[] | undefined;
  return Array.isArray(items) ? undefined : (items as JsonSchema | undefined);
}

/** `additionalProperties` as a schema; undefined when it is true, false or nothing. */
export function additionalOf(s: JsonSchema | undefined): JsonSchema | undefined {
  const a = s?.additionalProperties as JsonSchema | boolean | undefined;
  return typeof a === 'object' ? a : undefined;
}

/** Properties by name, sorted by it. */
export function sortedEntries(map: Readonly<Record<string, JsonSchema>> | undefined): [string, JsonSchema][] {
  return Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Schemas directly below `s`, with the steps that lead there. */
export function* childrenOf(s: JsonSchema): Generator<[string, JsonSchema]> {
  const additional = additionalOf(s);
  if (additional) yield ['additionalProperties', additional];
  for (const [name, p] of sortedEntries(s.properties)) yield [`properties[${name}]`, p];
  if (s.not) yield ['not', s.not];
  for (const field of ['allOf', 'oneOf', 'anyOf']) for (const [i, x] of ((s[field] ?? []) as JsonSchema[]).entries()) yield [`${field}[${i}]`, x];
  for (const [name, d] of sortedEntries(s.definitions)) yield [`definitions[${name}]`, d];
  if (Array.isArray(s.items)) for (const [i, x] of (s.items as JsonSchema[]).entries()) yield [`items[${i}]`, x];
  else if (s.items) yield ['items', s.items];
  for (const [name, d] of sortedEntries(s.dependencies)) if (!Array.isArray(d)) yield [`dependencies[${name}]`, d];
}

/** Visits a schema and every schema in it. */
export function walkSchema(s: JsonSchema | undefined, visit: (s: JsonSchema) => void): void {
  if (!s) return;
  visit(s);
  for (const [, child] of childrenOf(s)) walkSchema(child, visit);
}
