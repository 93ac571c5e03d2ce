/**
 * Deep equality of decoded JSON values as apiequality.Semantic sees the Go values behind them: absent, null and the empty list are the
 * same. An empty object differs from an absent one, since behind it stands a pointer that is set (emptyDir: {}); empty maps are
 * dropped by the decoder already. Quantities and times are compared as text, because decoding made them canonical.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || a === undefined) return isNothing(b);
  if (b === null || b === undefined) return isNothing(a);
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!semanticEqual(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const x = a as Record<string, unknown>;
  const y = b as Record<string, unknown>;
  for (const key in x) if (!semanticEqual(x[key], y[key])) return false;
  for (const key in y) if (!(key in x) && !isNothing(y[key])) return false;
  return true;
}

function isNothing(v: unknown): boolean {
  return v === null || v === undefined || (Array.isArray(v) && v.length === 0);
}
