import { goValue, isMap } from '../go-format';
import { inOrder } from './element-order';
import { listOfLists, noMergeKey, patchError, unknownDirective } from './errors';
import { type JsonMap, mergeMaps } from './merge-map';
import { type FieldMeta, goKind } from './patch-meta';

/**
 * Merges lists whose type says so: items of maps by their merge key, scalars as a set. Items of the patch come in the order of the patch,
 * new ones before the others. `deleting`: the patch lists scalars to take out instead.
 */
export function mergeLists(original: readonly unknown[], patch: readonly unknown[], meta: FieldMeta, deleting: boolean): unknown[] {
  if (!original.length && !patch.length) return [...original];
  if (elementKind(original, patch) !== 'map') {
    if (deleting) return original.filter((x) => !patch.includes(x));
    const merged = withoutRepeats([...original, ...patch]);
    return inOrder(merged, patch, original, '');
  }
  const key = meta.mergeKey;
  if (!key) throw patchError(`cannot merge lists without merge key for ${goKind(meta.schema)}`);
  const { base, items } = applySpecialItems(original as JsonMap[], patch as JsonMap[], key);
  const merged = mergeItems(base, items, meta);
  return inOrder(merged, items, base, key);
}

/** Items with `$patch`: delete takes the item with that key out, replace (anywhere) lets the patch stand for the whole list. */
function applySpecialItems(original: readonly JsonMap[], patch: readonly JsonMap[], key: string): { base: readonly JsonMap[]; items: JsonMap[] } {
  const items: JsonMap[] = [];
  let base = original;
  let replace = false;
  for (const p of patch) {
    if (!Object.hasOwn(p, '$patch')) items.push(p);
    else if (p.$patch === 'replace') replace = true;
    else if (p.$patch === 'merge') throw patchError('merging lists cannot yet be specified in the patch');
    else if (p.$patch !== 'delete') throw unknownDirective(p.$patch, p);
    else if (!Object.hasOwn(p, key)) throw noMergeKey(p, key);
    else base = base.filter((o) => !Object.hasOwn(o, key) || o[key] !== p[key]);
  }
  return replace ? { base: items, items: [] } : { base, items };
}

function mergeItems(base: readonly JsonMap[], items: readonly JsonMap[], meta: FieldMeta): JsonMap[] {
  const out = [...base];
  for (const p of items) {
    if (!Object.hasOwn(p, meta.mergeKey)) throw noMergeKey(p, meta.mergeKey);
    const at = out.findIndex((o) => Object.hasOwn(o, meta.mergeKey) && o[meta.mergeKey] === p[meta.mergeKey]);
    if (at >= 0) out[at] = mergeMaps(out[at]!, p, meta.schema);
    else out.push(p);
  }
  return out;
}

/** Repeated scalars once; each hole is filled from the end, which is the order upstream leaves. */
function withoutRepeats(list: unknown[]): unknown[] {
  for (let i = 0; i < list.length; i++) {
    for (let j = i + 1; j < list.length; ) {
      if (list[i] !== list[j]) {
        j++;
        continue;
      }
      const last = list.pop();
      if (j < list.length) list[j] = last;
    }
  }
  return list;
}

/** What all items are. @throws for lists of lists, for mixed and for empty ones */
export function elementKind(...lists: (readonly unknown[])[]): string {
  let kind: string | undefined;
  for (const list of lists) {
    for (const x of list) {
      const k = Array.isArray(x) ? 'list' : isMap(x) ? 'map' : typeof x;
      if (kind === undefined && k === 'list') throw listOfLists();
      if (kind !== undefined && kind !== k) throw patchError(`list element types are not identical: ${goValue(lists)}`);
      kind = k;
    }
  }
  if (kind === undefined) throw patchError('no elements in any of the given slices');
  return kind;
}
