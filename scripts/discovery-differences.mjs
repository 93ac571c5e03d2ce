// How two discovery documents differ: the order of groups, versions and resources counts; that of verbs, names and paths does not.

const UNORDERED = new Set(['verbs', 'shortNames', 'categories', 'paths']);
const IGNORED = new Set(['serverAddressByClientCIDRs']);
const label = (v, i) => v?.name ?? v?.metadata?.name ?? v?.resource ?? v?.subresource ?? v?.version ?? i;

/** A line for every difference below `path` between two discovery documents. */
export function* discoveryDifferences(want, got, path) {
  if (Array.isArray(want) && Array.isArray(got)) {
    const name = path.split('.').at(-1);
    const [a, b] = UNORDERED.has(name) ? [[...want].sort(), [...got].sort()] : [want, got];
    if (!UNORDERED.has(name) && a.some((v) => typeof v === 'object')) {
      const byLabel = new Map(b.map((v, i) => [label(v, i), v]));
      for (const [i, v] of a.entries()) {
        const l = label(v, i);
        if (!byLabel.has(l)) yield `${path}: no ${l}`;
        else yield* discoveryDifferences(v, byLabel.get(l), `${path}.${l}`);
        byLabel.delete(l);
      }
      for (const l of byLabel.keys()) yield `${path}: ${l} is too much`;
      const order = (list) => list.map(label).filter((l) => a.map(label).includes(l) && b.map(label).includes(l)).join(' ');
      if (order(a) !== order(b)) yield `${path}: order is ${order(b)} instead of ${order(a)}`;
    } else if (JSON.stringify(a) !== JSON.stringify(b)) yield `${path}: ${JSON.stringify(b)} instead of ${JSON.stringify(a)}`;
  } else if (want && got && typeof want === 'object' && typeof got === 'object') {
    for (const k of new Set([...Object.keys(want), ...Object.keys(got)])) if (!IGNORED.has(k)) yield* discoveryDifferences(want[k], got[k], `${path}.${k}`);
  } else if (want !== got) yield `${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`;
}
