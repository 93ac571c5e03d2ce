import type { SchemaNode } from '../../schema/schema';
import { isMap } from '../go-format';
import { dropDirectives, dropNulls, hasDirective, takeRetainKeys } from './directives';
import { mergeOrderedLists } from './element-order';
import { badDeleteList, unknownDirective } from './errors';
import { mergeLists } from './merge-list';
import { listFieldMeta, mapFieldMeta } from './patch-meta';
import { setKey } from '../../meta/set-key';

export type JsonMap = Record<string, unknown>;

const DELETE_PREFIX = '$deleteFromPrimitiveList';

/**
 * Merges a patch into a map of type `s`. The original stays as it is and the result shares with it; the patch is used up: directives
 * are taken out of it, which is how messages show it afterwards.
 */
export function mergeMaps(original: JsonMap, patch: JsonMap, s: SchemaNode): JsonMap {
  if (hasDirective(patch)) return replaceOrDelete(patch);
  const out = takeRetainKeys(original, patch);
  mergeOrderedLists(out, patch, s);
  for (const k of Object.keys(patch)) mergeKey(out, k, patch[k], s);
  return out;
}

/** `$patch` in a map concerns the whole of it. */
function replaceOrDelete(patch: JsonMap): JsonMap {
  const directive = patch.$patch;
  if (directive === 'replace') {
    delete patch.$patch;
    return patch;
  }
  if (directive === 'delete') return {};
  throw unknownDirective(directive, patch);
}

function mergeKey(out: JsonMap, patchKey: string, value: unknown, s: SchemaNode): void {
  const deleting = patchKey.startsWith(DELETE_PREFIX);
  const k = deleting ? listKey(patchKey) : patchKey;
  if (value === null || value === undefined) {
    delete out[k];
    return;
  }
  const present = Object.hasOwn(out, k) ? out[k] : undefined;
  if (goTypeOf(present) !== goTypeOf(value)) {
    if (deleting) return;
    dropNulls(value);
    put(out, k, value);
  } else if (isMap(value)) {
    const meta = mapFieldMeta(s, k);
    setKey(out, k, meta.strategy === 'replace' ? value : mergeMaps(present as JsonMap, value, meta.schema));
  } else if (Array.isArray(value)) {
    const meta = listFieldMeta(s, k);
    setKey(out, k, meta.strategy === 'merge' || deleting ? mergeLists(present as unknown[], value, meta, deleting) : value);
  } else {
    setKey(out, k, value);
  }
}

/** A value that is new in its place; one that only says what to do with it leaves nothing. */
function put(out: JsonMap, k: string, value: unknown): void {
  const kept = dropDirectives(value);
  if (kept === undefined) delete out[k];
  else setKey(out, k, kept);
}

/** The list that `$deleteFromPrimitiveList/finalizers` is about. */
function listKey(directive: string): string {
  const slash = directive.indexOf('/');
  if (slash < 0 || directive.slice(0, slash) !== DELETE_PREFIX) throw badDeleteList();
  return directive.slice(slash + 1);
}

function goTypeOf(v: unknown): string {
  return Array.isArray(v) ? 'list' : v === null ? 'undefined' : typeof v;
}
