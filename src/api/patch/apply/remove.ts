import type { ListSchema, ObjectSchema, SchemaNode } from '../../schema/schema';
import { isMap } from '../go-format';
import type { FieldSet } from './field-set';
import { fieldElement } from './path-element';
import { DEDUCED, isAtomic, itemElement, shapeOf, typeOfItems, typeOfKey } from './typed';
import { setKey } from '../../meta/set-key';

/** The object without the fields and items in the set. What only loses things inside stays, empty if need be. */
export function removeFields(schema: ObjectSchema, value: unknown, set: FieldSet): Record<string, unknown> {
  return (set.empty ? value : (remove(schema, value, set) ?? {})) as Record<string, unknown>;
}

/** null: nothing is left. */
function remove(s: SchemaNode, v: unknown, set: FieldSet): unknown {
  const shape = shapeOf(s, v);
  if (shape === 'scalar') return v;
  if (isAtomic(s, shape)) return null;
  if (shape === 'list') return Array.isArray(v) ? removeItems(s as ListSchema, v, set) : null;
  return isMap(v) ? removeKeys(s, v, set) : null;
}

function removeKeys(s: SchemaNode, v: Record<string, unknown>, set: FieldSet): unknown {
  const out: Record<string, unknown> = {};
  let left = false;
  for (const k in v) {
    const e = fieldElement(k);
    if (v[k] === undefined || set.members.has(e)) continue;
    const below = set.below(e);
    setKey(out, k, below.empty ? v[k] : keepContainer(v[k], remove(typeOfKey(s, k) ?? DEDUCED, v[k], below)));
    left = true;
  }
  return left ? out : null;
}

function removeItems(s: ListSchema, v: readonly unknown[], set: FieldSet): unknown {
  const out: unknown[] = [];
  for (const item of v) {
    const e = itemElement(s, item, false);
    if (set.members.has(e)) continue;
    const below = set.below(e);
    out.push(below.empty ? item : keepContainer(item, remove(typeOfItems(s), item, below)));
  }
  return out.length ? out : null;
}

/** A list or map all of whose contents went stays as an empty one. */
function keepContainer(before: unknown, after: unknown): unknown {
  if (after !== null) return after;
  return Array.isArray(before) ? [] : isMap(before) ? {} : null;
}
