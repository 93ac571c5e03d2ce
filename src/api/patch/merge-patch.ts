import { type Container, PatchedDocument } from './document';
import { setKey } from '../meta/set-key';
import { isMap } from './go-format';

/**
 * Applies a JSON merge patch (RFC 7386): null removes a key, objects are merged, everything else replaces. Nulls inside
 * objects that are new are dropped, also inside lists; those in a list that replaces an object stay. `doc` is not changed.
 */
export function applyMergePatch(doc: unknown, patch: Readonly<Record<string, unknown>>): unknown {
  return mergeDocument(doc, patch).value;
}

/** applyMergePatch, with the document whose text messages quote. */
export function mergeDocument(doc: unknown, patch: Readonly<Record<string, unknown>>): PatchedDocument {
  const d = new PatchedDocument(doc);
  mergeInto(d, d.openRoot() as Record<string, unknown>, patch);
  return d;
}

function mergeInto(d: PatchedDocument, target: Record<string, unknown>, patch: Readonly<Record<string, unknown>>): void {
  for (const k of Object.keys(patch)) {
    const v = patch[k];
    if (v === null || v === undefined) {
      delete target[k];
      continue;
    }
    const present = Object.hasOwn(target, k) ? target[k] : undefined;
    if (!isMap(present)) setKey(target, k, dropNulls(d, v));
    else if (isMap(v)) mergeInto(d, d.open(target, k) as Record<string, unknown>, v);
    else setKey(target, k, v);
  }
}

/** A copy without keys that are null; null items of lists stay. */
export function dropNulls(d: PatchedDocument, v: unknown): unknown {
  if (Array.isArray(v)) return v.map((x) => dropNulls(d, x));
  if (!isMap(v)) return v;
  const out = d.own({} as Container) as Record<string, unknown>;
  for (const k of Object.keys(v)) if (v[k] !== null && v[k] !== undefined) setKey(out, k, dropNulls(d, v[k]));
  return out;
}
