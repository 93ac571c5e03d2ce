import type { ListSchema, ObjectSchema, SchemaNode } from '../../schema/schema';
import { isMap } from '../go-format';
import type { PathElement } from './path-element';
import { DEDUCED, type Shape, isAtomic, itemElement, shapeOf, typeOfItems, typeOfKey } from './typed';
import { setKey } from '../../meta/set-key';

/**
 * The live object with an applied configuration laid over it: what the configuration says wins, nothing is removed. Lists that the
 * configuration touches take its order for the items they share; the others keep their place as far as that allows.
 * Parts are shared with the arguments, which stay as they are.
 */
export function mergeApplied(schema: ObjectSchema, live: unknown, applied: unknown): Record<string, unknown> {
  return (merge(schema, live, applied) ?? {}) as Record<string, unknown>;
}

/** undefined: not there (null is a value); the result is undefined when nothing is left. */
function merge(s: SchemaNode, l: unknown, r: unknown): unknown {
  if (l === undefined && r === undefined) return undefined;
  return as(shapeOf(s, keep(l, r)), s, l, r);
}

function as(shape: Shape, s: SchemaNode, l: unknown, r: unknown): unknown {
  if (shape === 'scalar' || isAtomic(s, shape)) return keep(l, r);
  if (shape === 'list') {
    const x = Array.isArray(l) ? l : [];
    const y = Array.isArray(r) ? r : [];
    return x.length || y.length ? mergeLists(s as ListSchema, x, y) : keep(l, r);
  }
  const x = isMap(l) ? l : undefined;
  const y = isMap(r) ? r : undefined;
  if (isEmpty(x) && isEmpty(y)) return keep(l, r);
  return mergeMaps(s, x, y);
}

const keep = (l: unknown, r: unknown): unknown => (r !== undefined ? r : l);

function isEmpty(m: Record<string, unknown> | undefined): boolean {
  for (const k in m) if (m[k] !== undefined) return false;
  return true;
}

function mergeMaps(s: SchemaNode, l: Record<string, unknown> | undefined, r: Record<string, unknown> | undefined): unknown {
  const out: Record<string, unknown> = {};
  let any = false;
  const put = (k: string, x: unknown, y: unknown): void => {
    const v = merge(typeOfKey(s, k) ?? DEDUCED, x, y);
    if (v === undefined) return;
    setKey(out, k, v);
    any = true;
  };
  for (const k in l) put(k, l[k], r?.[k]);
  for (const k in r) if (l?.[k] === undefined) put(k, undefined, r[k]);
  return any ? out : undefined;
}

interface Indexed {
  elements: PathElement[];
  /** The item of each key; null where several share it: those are not merged with anything. */
  items: Map<PathElement, unknown>;
}

function index(s: ListSchema, list: readonly unknown[]): Indexed {
  const elements = list.map((x) => itemElement(s, x, false));
  const items = new Map<PathElement, unknown>();
  elements.forEach((e, i) => items.set(e, items.has(e) ? null : list[i]));
  return { elements, items };
}

/**
 * Walks both lists at once. Items that only the live list has are put where they stand; an item of both is put when the applied
 * list comes to it, and a shared live item that is not the next one wanted is passed over.
 */
function mergeLists(s: ListSchema, live: readonly unknown[], applied: readonly unknown[]): unknown {
  const l = index(s, live);
  const r = index(s, applied);
  const shared = r.elements.filter((e) => l.items.has(e));
  const out: unknown[] = [];
  const placed = new Set<PathElement>();
  let next = 0;
  const put = (x: unknown, y: unknown): void => {
    const v = merge(typeOfItems(s), x, y);
    if (v !== undefined) out.push(v);
  };
  const putApplied = (e: PathElement): void => {
    placed.add(e);
    put(l.items.get(e), r.items.get(e));
  };
  for (let i = 0, j = 0; i < live.length || j < applied.length; ) {
    const le = l.elements[i];
    const re = r.elements[j];
    if (le !== undefined && re !== undefined) {
      if (le === re) {
        putApplied(re);
        i++;
        j++;
        next++;
        continue;
      }
      if (r.items.has(le) && shared[next] !== undefined && shared[next] !== le) {
        i++;
        continue;
      }
    }
    if (le !== undefined) {
      if (!r.items.has(le)) {
        put(live[i], undefined);
        i++;
        continue;
      }
      if (placed.has(le)) i++;
    }
    if (re !== undefined) {
      putApplied(re);
      j++;
      if (shared[next] === re) next++;
    }
  }
  return out.length ? out : undefined;
}
