import type { ListSchema, ObjectSchema, SchemaNode } from '../../schema/schema';
import { isMap } from '../go-format';
import { FieldSet } from './field-set';
import { type PathElement, fieldElement } from './path-element';
import { DEDUCED, type Shape, equalValues, fieldValue, isAtomic, itemElement, planOf, shapeOf, typeOfItems, typeOfKey, writtenValue } from './typed';

/** What one object has that the other has not. No field is in more than one of the sets. */
export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

/**
 * Compares two objects of one type field by field. `filled`: both stand for Go structs, so fields that are absent count as
 * zero wherever Go would write them; else the objects are taken literally.
 */
export function compareObjects(schema: ObjectSchema, from: unknown, to: unknown, filled: boolean): Comparison {
  const c = new Comparer(filled);
  c.node(schema, from, to);
  return c;
}

class Comparer implements Comparison {
  readonly added = new FieldSet();
  readonly modified = new FieldSet();
  readonly removed = new FieldSet();
  private readonly path: PathElement[] = [];

  constructor(private readonly filled: boolean) {}

  /** undefined: the side does not have the field; null is a value. */
  node(s: SchemaNode, l: unknown, r: unknown): void {
    if (equalValues(l, r)) return; // most of an object is the same, and this is quicker than going by the type
    const ls = l === undefined ? undefined : shapeOf(s, l);
    const rs = r === undefined ? undefined : shapeOf(s, r);
    // Where the shapes differ the value is looked at in both, as upstream does.
    if (ls && rs && ls !== rs) this.as(ls, s, l, r);
    const leaf = this.as(rs ?? ls!, s, l, r);
    if (leaf) return;
    if (l === undefined) this.added.add(this.path);
    else if (r === undefined) this.removed.add(this.path);
  }

  /** Compares in one shape; true when the field is a leaf and has been dealt with. */
  private as(shape: Shape, s: SchemaNode, l: unknown, r: unknown): boolean {
    if (shape === 'scalar' || isAtomic(s, shape)) return this.leaf(l, r);
    if (shape === 'list') {
      const x = Array.isArray(l) ? l : undefined;
      const y = Array.isArray(r) ? r : undefined;
      if (!x?.length && !y?.length) return this.leaf(l, r);
      this.lists(s as ListSchema, x ?? [], y ?? []);
      return false;
    }
    const x = isMap(l) ? l : undefined;
    const y = isMap(r) ? r : undefined;
    if (this.isEmptyMap(s, x) && this.isEmptyMap(s, y)) return this.leaf(l, r);
    this.maps(s, x, y);
    return false;
  }

  private leaf(l: unknown, r: unknown): true {
    if (l === undefined) this.added.add(this.path);
    else if (r === undefined) this.removed.add(this.path);
    else if (!equalValues(l, r)) this.modified.add(this.path);
    return true;
  }

  private isEmptyMap(s: SchemaNode, m: Record<string, unknown> | undefined): boolean {
    if (!m) return true;
    if (this.filled && s.kind === 'object' && planOf(s).neverEmpty) return false;
    for (const k in m) if (m[k] !== undefined) return false;
    return true;
  }

  private maps(s: SchemaNode, l: Record<string, unknown> | undefined, r: Record<string, unknown> | undefined): void {
    if (this.filled && s.kind === 'object') return this.structs(s, l, r);
    for (const k in l) this.key(s, k, l[k], r?.[k]);
    for (const k in r) if (!l || l[k] === undefined) this.key(s, k, undefined, r[k]);
  }

  private key(s: SchemaNode, k: string, l: unknown, r: unknown): void {
    this.step(fieldElement(k), typeOfKey(s, k) ?? DEDUCED, l, r);
  }

  private structs(s: ObjectSchema, l: Record<string, unknown> | undefined, r: Record<string, unknown> | undefined): void {
    const plan = planOf(s);
    for (const f of plan.fields) {
      const x = l && fieldValue(f, l);
      const y = r && writtenValue(f, r);
      if (x !== y) this.step(f.element, f.schema, x, y);
    }
    if (!plan.open) return;
    const extra = (m: Record<string, unknown> | undefined, k: string): boolean => m?.[k] !== undefined && !s.properties.has(k);
    for (const k in l) if (extra(l, k)) this.key(s, k, l[k], r?.[k]);
    for (const k in r) if (extra(r, k) && l?.[k] === undefined) this.key(s, k, undefined, r[k]);
  }

  private step(e: PathElement, s: SchemaNode, l: unknown, r: unknown): void {
    if (l === undefined && r === undefined) return;
    this.path.push(e);
    this.node(s, l, r);
    this.path.pop();
  }

  private lists(s: ListSchema, l: readonly unknown[], r: readonly unknown[]): void {
    const left = this.index(s, l);
    const right = this.index(s, r);
    for (const [e, x] of left) this.items(s, e, x, right.get(e) ?? NONE);
    for (const [e, y] of right) if (!left.has(e)) this.items(s, e, NONE, y);
  }

  private index(s: ListSchema, list: readonly unknown[]): Map<PathElement, unknown[]> {
    const out = new Map<PathElement, unknown[]>();
    for (const item of list) {
      const e = itemElement(s, item, this.filled);
      const same = out.get(e);
      if (same) same.push(item);
      else out.set(e, [item]);
    }
    return out;
  }

  /** Items with the same key: one on each side is the rule; several are compared and owned as one. */
  private items(s: ListSchema, e: PathElement, l: readonly unknown[], r: readonly unknown[]): void {
    if (l.length <= 1 && r.length <= 1) return this.step(e, typeOfItems(s), l[0], r[0]);
    const here = [...this.path, e];
    if (l.length > 1 && r.length > 1) {
      if (!equalValues(l, r)) this.modified.add(here);
    } else if (l.length > 1) {
      if (r.length) this.step(e, typeOfItems(s), undefined, r[0]);
      this.removed.add(here);
    } else {
      if (l.length) this.step(e, typeOfItems(s), l[0], undefined);
      this.added.add(here);
    }
  }
}

const NONE: readonly unknown[] = [];
