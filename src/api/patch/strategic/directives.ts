import { isMap } from '../go-format';
import { badRetainKeys } from './errors';
import type { JsonMap } from './merge-map';
import { setKey } from '../../meta/set-key';

const RETAIN_KEYS = '$retainKeys';

export function hasDirective(v: unknown): v is JsonMap & { $patch: unknown } {
  return isMap(v) && Object.hasOwn(v, '$patch');
}

/**
 * A copy of `original` that `$retainKeys` in the patch has been applied to: only the keys it lists are left. The directive
 * is taken out of the patch. @throws BadRequest when the patch sets a key that the directive does not list
 */
export function takeRetainKeys(original: JsonMap, patch: JsonMap): JsonMap {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return { ...original };
  const list = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(list)) throw badRetainKeys();
  const retained = new Set<unknown>(list);
  for (const k of Object.keys(patch)) {
    const free = patch[k] === null || k.startsWith('$deleteFromPrimitiveList') || k.startsWith('$setElementOrder');
    if (!free && !retained.has(k)) throw badRetainKeys();
  }
  const out: JsonMap = {};
  for (const k of Object.keys(original)) if (retained.has(k)) setKey(out, k, original[k]);
  return out;
}

/** Takes maps with `$patch` out of a value, in place; undefined when the value itself is one. */
export function dropDirectives(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(dropDirectives).filter((x) => x !== undefined);
  if (!isMap(v)) return v;
  if (hasDirective(v)) return undefined;
  for (const k of Object.keys(v)) {
    const kept = dropDirectives(v[k]);
    if (kept === undefined) delete v[k];
    else v[k] = kept;
  }
  return v;
}

/** Takes keys that are null out of all maps in a value, in place. */
export function dropNulls(v: unknown): void {
  if (Array.isArray(v)) v.forEach(dropNulls);
  if (!isMap(v)) return;
  for (const k of Object.keys(v)) {
    if (v[k] === null) delete v[k];
    else dropNulls(v[k]);
  }
}
