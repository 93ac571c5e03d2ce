import type { ListSchema, ObjectSchema, SchemaNode } from '../../schema/schema';
import { isMap } from '../go-format';
import { FieldSet } from './field-set';
import { type PathElement, fieldElement } from './path-element';
import { DEDUCED, isAtomic, isDeclared, itemElement, shapeOf, typeOfItems, typeOfKey } from './typed';

/**
 * Every field that an object mentions: leaves, items of lists, entries of maps. Structs and lists themselves are not in the set
 * unless they are empty or null.
 */
export function fieldSetOf(schema: ObjectSchema, value: unknown): FieldSet {
  const set = new FieldSet();
  collect(schema, value, set, []);
  return set;
}

function collect(s: SchemaNode, v: unknown, set: FieldSet, path: PathElement[]): void {
  const shape = shapeOf(s, v);
  if (shape === 'scalar' || isAtomic(s, shape)) set.add(path);
  else if (shape === 'list') collectItems(s as ListSchema, Array.isArray(v) ? v : [], set, path);
  else if (isMap(v)) collectKeys(s, v, set, path);
}

function collectKeys(s: SchemaNode, v: Record<string, unknown>, set: FieldSet, path: PathElement[]): void {
  for (const k in v) {
    const x = v[k];
    if (x === undefined) continue;
    path.push(fieldElement(k));
    collect(typeOfKey(s, k) ?? DEDUCED, x, set, path);
    if (x === null || (isMap(x) && Object.keys(x).length === 0) || !isDeclared(s, k)) set.add(path);
    path.pop();
  }
}

function collectItems(s: ListSchema, list: readonly unknown[], set: FieldSet, path: PathElement[]): void {
  const elements = list.map((x) => itemElement(s, x, false));
  const once = new Map<PathElement, boolean>();
  for (const e of elements) once.set(e, !once.has(e));
  list.forEach((x, i) => {
    const e = elements[i]!;
    path.push(e);
    if (once.get(e)) collect(typeOfItems(s), x, set, path);
    set.add(path); // items that are there twice are owned as one
    path.pop();
  });
}

/**
 * The set with every struct field on the way to a member made a member too. Upstream compares such sets when it looks for what an
 * applier has left out, so that a struct goes together with the fields in it.
 */
export function withNamedFields(set: FieldSet, s: SchemaNode | undefined): FieldSet {
  const members = new Set(set.members);
  const children = new Map<PathElement, FieldSet>();
  for (const [e, child] of set.children) {
    const name = e[0] === 'f' ? e.slice(2) : undefined;
    if (name !== undefined && s && isDeclared(s, name)) members.add(e);
    children.set(e, withNamedFields(child, typeBelow(s, e)));
  }
  return new FieldSet(members, children);
}

/** The type that a step leads to; undefined where the set does not fit the type. */
export function typeBelow(s: SchemaNode | undefined, e: PathElement): SchemaNode | undefined {
  if (!s) return undefined;
  if (e[0] === 'f') return s.kind === 'object' || s.kind === 'map' || s.kind === 'any' ? typeOfKey(s, e.slice(2)) : undefined;
  if (e[0] === 'k') return s.kind === 'list' || s.kind === 'any' ? typeOfItems(s) : undefined;
  return undefined;
}
