/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const out: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [k, v] of Object.entries(patch)) {
    if (v === null) delete out[k];
    else if (v !== undefined) out[k] = mergePatch(out[k], v);
  }
  return out;
}

const KEYS: Record<string, string> = { ownerReferences: 'uid', conditions: 'type', containers: 'name', taints: 'key' };

/** Enough of strategic merge for what components send: merge keys of the lists above and $patch: delete in them; other lists are replaced. */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const out: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [k, v] of Object.entries(patch)) {
    const removed = /^\$deleteFromPrimitiveList\/(.*)$/.exec(k)?.[1];
    if (removed) out[removed] = ((out[removed] ?? []) as unknown[]).filter((x) => !(v as unknown[]).includes(x));
    else if (v === null) delete out[k];
    else if (Array.isArray(v) && KEYS[k]) out[k] = mergeList((out[k] ?? []) as Item[], v as Item[], KEYS[k]);
    else if (v !== undefined) out[k] = strategicPatch(out[k], v);
  }
  return out;
}

type Item = Record<string, unknown>;

function mergeList(old: Item[], patch: Item[], key: string): Item[] {
  const out = [...old];
  for (const p of patch) {
    const i = out.findIndex((x) => x[key] === p[key]);
    if (p['$patch'] === 'delete') {
      if (i >= 0) out.splice(i, 1);
    } else if (i >= 0) out[i] = strategicPatch(out[i], p) as Item;
    else out.push(p);
  }
  return out;
}
