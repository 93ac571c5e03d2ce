import { setKey } from './set-key';

/** A deep copy of a JSON value; several times faster than structuredClone. */
export function cloneJson<T>(v: T): T {
  if (typeof v !== 'object' || v === null) return v;
  if (Array.isArray(v)) {
    const out = new Array(v.length) as unknown[];
    for (let i = 0; i < v.length; i++) out[i] = cloneJson(v[i] as unknown);
    return out as T;
  }
  const out: Record<string, unknown> = {};
  const from = v as Record<string, unknown>;
  for (const k in from) {
    const x = from[k];
    setKey(out, k, typeof x === 'object' && x !== null ? cloneJson(x) : x);
  }
  return out as T;
}
