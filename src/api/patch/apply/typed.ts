import { givenEmpty } from '../../schema/empties';
import type { Field, ListSchema, ObjectSchema, SchemaNode } from '../../schema/schema';
import { compareText, isMap } from '../go-format';
import { type PathElement, fieldElement, keyElement, valueElement } from './path-element';
import { setKey } from '../../meta/set-key';

/**
 * The schema as server-side apply sees it: every value is a scalar, a list or a map; lists and maps are either atomic (owned as one)
 * or have items of their own. Values without a declared type take the shape they have: their maps are granular, their lists atomic.
 */
export type Shape = 'scalar' | 'list' | 'map';

const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension';

/** Values of this type take any shape and are not atomic. */
export const DEDUCED: SchemaNode = { kind: 'any' };

/** The shape in which to treat `v`; null takes that of its type. */
export function shapeOf(s: SchemaNode, v: unknown): Shape {
  switch (s.kind) {
    case 'object':
    case 'map':
      return 'map';
    case 'list':
      return 'list';
    case 'any':
      return Array.isArray(v) ? 'list' : v === null || typeof v === 'object' ? 'map' : 'scalar';
    default:
      return 'scalar';
  }
}

/** True when a list or map of this type has one owner. */
export function isAtomic(s: SchemaNode, shape: Shape): boolean {
  switch (s.kind) {
    case 'object':
    case 'map':
      return s.atomic === true;
    case 'list':
      return s.listType === 'atomic';
    case 'any':
      return shape === 'list' || s.name === RAW_EXTENSION;
    default:
      return true;
  }
}

/** The type of a key of a map or struct; undefined: a struct that does not have it. */
export function typeOfKey(s: SchemaNode, key: string): SchemaNode | undefined {
  if (s.kind === 'object') return s.properties.get(key)?.schema ?? (isOpen(s) ? DEDUCED : undefined);
  return s.kind === 'map' ? s.values : DEDUCED;
}

/** True when the type declares the key by name (a struct's field), as opposed to a map entry. */
export function isDeclared(s: SchemaNode, key: string): boolean {
  return s.kind === 'object' && s.properties.has(key);
}

/** Custom resources may keep fields that their schema does not name. */
function isOpen(s: ObjectSchema): boolean {
  return s.extensions?.['x-kubernetes-preserve-unknown-fields'] === true;
}

/** The type of a list's items. */
export function typeOfItems(s: SchemaNode): SchemaNode {
  return s.kind === 'list' ? s.items : DEDUCED;
}

/**
 * The step that leads to an item of a set or keyed list. A key that the item lacks takes its default; when it has none it is left out,
 * which makes a different item. `filled`: the item stands for a Go struct, whose absent fields are zero where Go would write them.
 * @throws Error in upstream's words for items that cannot be told apart
 */
export function itemElement(list: ListSchema, item: unknown, filled: boolean): PathElement {
  if (!list.mapKeys?.length) return setElement(item);
  if (item === null || item === undefined) throw new Error('associative list with keys may not have a null element');
  if (!isMap(item)) throw new Error('associative list with keys may not have non-map elements');
  const declared = list.items.kind === 'object' ? list.items.properties : undefined;
  const names: string[] = [];
  const values: unknown[] = [];
  for (const name of sortedKeys(list)) {
    const field = declared?.get(name);
    let v = item[name];
    if (v === undefined && filled && field) v = absentValue(field);
    if (v === undefined) v = field?.default ?? undefined;
    if (v === undefined) continue;
    names.push(name);
    values.push(v);
  }
  if (!names.length) {
    const keys = list.mapKeys.map((k) => JSON.stringify(k)).join(' ');
    throw new Error(`associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`);
  }
  return keyElement(names, values);
}

function setElement(item: unknown): PathElement {
  if (Array.isArray(item)) throw new Error('not supported: associative list with lists as elements');
  if (item === null || item === undefined) throw new Error("associative list without keys has an element that's an explicit null");
  if (isMap(item)) throw new Error("associative list without keys has an element that's a map type");
  return valueElement(item);
}

function sortedKeys(list: ListSchema): readonly string[] {
  const keys = list.mapKeys!;
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return [...keys].sort(compareText);
  return keys;
}

/** A struct's field with what walking it needs. */
export interface PlannedField {
  name: string;
  element: PathElement;
  schema: SchemaNode;
  /** What Go writes when the field is zero; undefined: nothing. */
  absent: unknown;
  /** null is the zero value too. */
  pointer: boolean;
}

/** A struct's fields in alphabetical order. */
export interface Plan {
  fields: readonly PlannedField[];
  /** Some fields are written even when they are zero, so the struct is never empty. */
  neverEmpty: boolean;
  /** There may be fields that the type does not declare. */
  open: boolean;
}

/** Derived from the immutable schema alone, so it is shared by everything in the process. */
const plans = new WeakMap<ObjectSchema, Plan>();

/** The fields of a struct; made once per type. */
export function planOf(s: ObjectSchema): Plan {
  let plan = plans.get(s);
  if (!plan) {
    const fields = [...s.properties].map(([name, f]) => ({ name, element: fieldElement(name), schema: f.schema, absent: absentValue(f), pointer: f.pointer === true }));
    fields.sort((a, b) => compareText(a.name, b.name));
    plans.set(s, (plan = { fields, neverEmpty: fields.some((f) => f.absent !== undefined), open: isOpen(s) }));
  }
  return plan;
}

/** The value of a field as Go would write it. */
export function fieldValue(f: PlannedField, o: Record<string, unknown>): unknown {
  const v = o[f.name];
  return v === undefined || (v === null && f.pointer) ? f.absent : v;
}

/** fieldValue of what a client has just written: a list or map that was given empty is one, where an absent one is null. Stored ones have forgotten it. */
export function writtenValue(f: PlannedField, o: Record<string, unknown>): unknown {
  const v = fieldValue(f, o);
  return v === null && f.absent === null ? (givenEmpty(o, f.name) ?? null) : v;
}

/** The JSON of a zero field: nothing with omitempty, null for pointers, lists and maps, {} for structs, else the zero value. */
function absentValue(f: Field): unknown {
  if (f.omitEmpty) return undefined;
  if (f.pointer) return null;
  switch (f.schema.kind) {
    case 'object':
      return EMPTY_STRUCT;
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 0;
    case 'string':
      return absentText(f.schema.format);
    default:
      return null;
  }
}

const EMPTY_STRUCT: Readonly<Record<string, unknown>> = Object.freeze({});

function absentText(format: string | undefined): unknown {
  switch (format) {
    case 'date-time':
    case 'micro-time':
      return null;
    case 'int-or-string':
      return 0;
    case 'quantity':
      return '0';
    case 'duration':
      return '0s';
    default:
      return '';
  }
}

/** Deep equality as the merge library has it: null, absent and empty all differ; numbers by value. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equalValues(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const x = a as Record<string, unknown>;
  const y = b as Record<string, unknown>;
  let count = 0;
  for (const k in x) {
    if (x[k] === undefined) continue;
    if (y[k] === undefined || !equalValues(x[k], y[k])) return false;
    count++;
  }
  for (const k in y) if (y[k] !== undefined) count--;
  return count === 0;
}

/**
 * A copy of a stored object with every field that Go writes although it is zero, as the typed object behind it has.
 * Only structs are completed; undeclared parts are taken as they are and shared.
 */
export function fillStructs(s: SchemaNode, v: unknown): unknown {
  if (v === null || typeof v !== 'object') return v;
  switch (s.kind) {
    case 'object': {
      const o = v as Record<string, unknown>;
      const out: Record<string, unknown> = {};
      for (const f of planOf(s).fields) {
        const x = fieldValue(f, o);
        if (x !== undefined) out[f.name] = fillStructs(f.schema, x);
      }
      for (const k in o) if (!s.properties.has(k) && o[k] !== undefined) out[k] = o[k];
      return out;
    }
    case 'map': {
      const out: Record<string, unknown> = {};
      for (const k in v) setKey(out, k, fillStructs(s.values, (v as Record<string, unknown>)[k]));
      return out;
    }
    case 'list':
      return Array.isArray(v) ? v.map((x) => fillStructs(s.items, x)) : v;
    default:
      return v;
  }
}
