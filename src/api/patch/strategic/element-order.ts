import type { SchemaNode } from '../../schema/schema';
import { goValue, isMap } from '../go-format';
import { dropDirectives, hasDirective } from './directives';
import { LIST, MAP, badElementOrder, noMergeKey, patchError, wrongType } from './errors';
import type { JsonMap } from './merge-map';
import { elementKind, mergeLists } from './merge-list';
import { listFieldMeta } from './patch-meta';

const PREFIX = '$setElementOrder';

/**
 * Carries out the `$setElementOrder/NAME` directives of a patch: merges the list NAME and puts it in the order given. Both are
 * taken out of the patch; `out` is changed.
 */
export function mergeOrderedLists(out: JsonMap, patch: JsonMap, s: SchemaNode): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(PREFIX) || !Object.hasOwn(patch, directive)) continue;
    const order = patch[directive];
    delete patch[directive];
    if (!Array.isArray(order)) throw wrongType(LIST, order);
    const name = listName(directive);
    const present = listAt(out, name);
    const patched = listAt(patch, name);
    const meta = listFieldMeta(s, name);
    checkOrder(patched ?? [], order, meta.mergeKey);
    if (!present && !patched) continue;
    const merged = !patched ? present! : !present ? (dropDirectives(patched) as unknown[]) : meta.strategy === 'merge' ? mergeLists(present, patched, meta, false) : patched;
    elementKind(present ?? [], patched ?? []);
    const stood = present && patched && meta.strategy === 'merge' && meta.mergeKey ? afterDeletions(present as JsonMap[], patched as JsonMap[], meta.mergeKey) : present;
    out[name] = inOrder(merged, order, stood ?? [], meta.mergeKey);
    delete patch[name];
  }
}

function listName(directive: string): string {
  const slash = directive.indexOf('/');
  if (slash < 0 || directive.slice(0, slash) !== PREFIX) throw badElementOrder();
  return directive.slice(slash + 1);
}

function listAt(o: JsonMap, name: string): unknown[] | undefined {
  if (!Object.hasOwn(o, name)) return undefined;
  const v = o[name];
  if (!Array.isArray(v)) throw wrongType(LIST, v);
  return v as unknown[];
}

/** The patch may only have items of the order, in that order; deletions do not count. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (!order.length || !patch.length) return;
  const items = mergeKey ? patch.filter((p) => asMap(p).$patch !== 'delete') : patch;
  let i = 0;
  for (let j = 0; i < items.length && j < order.length; ) {
    if (hasDirective(items[i])) {
      i++;
      continue;
    }
    if (keyOf(items[i], mergeKey) === keyOf(order[j], mergeKey)) i++;
    j++;
  }
  if (i < items.length) throw patchError(`The order in patch list:\n${goValue(patch)}\n doesn't match ${PREFIX} list:\n${goValue(order)}\n`);
}

/**
 * How the list stood once the patch had deleted from it and added to it. Upstream moves items up in place and lets additions take
 * the room that is left, and the final order is found by this list rather than by the original one.
 */
function afterDeletions(present: readonly JsonMap[], patch: readonly JsonMap[], mergeKey: string): JsonMap[] {
  const list = [...present];
  let used = list.length;
  const find = (key: unknown): number => list.findIndex((x, i) => i < used && x[mergeKey] === key);
  for (const p of patch) {
    if (p.$patch !== 'delete') continue;
    for (let at = find(p[mergeKey]); at >= 0; at = find(p[mergeKey])) list.copyWithin(at, at + 1, used--);
  }
  if (patch.some((p) => p.$patch === 'replace')) return list;
  for (const p of patch) if (!hasDirective(p) && used < list.length && find(p[mergeKey]) < 0) list[used++] = p;
  return list;
}

/**
 * Puts a merged list in order: items that `order` names come as it says, the others as they stood in `present`, interleaved so
 * that an item of the others goes before the first named one that stood after it.
 */
export function inOrder(merged: readonly unknown[], order: readonly unknown[], present: readonly unknown[], mergeKey: string): unknown[] {
  merged.forEach((x) => keyOf(x, mergeKey)); // complains about these first
  if (mergeKey && merged.length) order.forEach((x, i) => {
    if (!isMap(x)) throw patchError(`value for key ${i} is not a map`);
  });
  const rankInOrder = ranks(order, mergeKey);
  const rankInPresent = ranks(present, mergeKey);
  const named: unknown[] = [];
  const others: unknown[] = [];
  for (const x of merged) (rankInOrder.has(keyOf(x, mergeKey)) ? named : others).push(x);
  sortBy(named, rankInOrder, mergeKey);
  sortBy(others, rankInPresent, mergeKey);
  const out: unknown[] = [];
  let i = 0;
  for (const x of named) {
    const stood = rankInPresent.get(keyOf(x, mergeKey));
    while (i < others.length && stood !== undefined && (rankInPresent.get(keyOf(others[i], mergeKey)) ?? Infinity) < stood) out.push(others[i++]);
    out.push(x);
  }
  return [...out, ...others.slice(i)];
}

function ranks(list: readonly unknown[], mergeKey: string): Map<unknown, number> {
  const out = new Map<unknown, number>();
  list.forEach((x, i) => {
    const k = keyOf(x, mergeKey);
    if (!out.has(k)) out.set(k, i);
  });
  return out;
}

/** Upstream sorts by insertion and takes anything without a rank for less than whatever it meets, so that items without one change places. */
function sortBy(list: unknown[], rank: ReadonlyMap<unknown, number>, mergeKey: string): void {
  const rankOf = list.map((x) => rank.get(keyOf(x, mergeKey)));
  for (let i = 1; i < list.length; i++) {
    for (let j = i; j > 0; j--) {
      const [before, after] = [rankOf[j - 1], rankOf[j]];
      if (before !== undefined && after !== undefined && after >= before) break;
      [list[j - 1], list[j]] = [list[j], list[j - 1]];
      [rankOf[j - 1], rankOf[j]] = [after, before];
    }
  }
}

/** What an item is known by: itself, or its merge key. */
function keyOf(item: unknown, mergeKey: string): unknown {
  if (!mergeKey) return item;
  const m = asMap(item);
  if (!Object.hasOwn(m, mergeKey)) throw noMergeKey(m, mergeKey);
  return m[mergeKey];
}

function asMap(v: unknown): JsonMap {
  if (!isMap(v)) throw wrongType(MAP, v);
  return v;
}
