const OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const PRIME = 0x0000000001000000000000000000013bn;
const MASK = (1n << 128n) - 1n;

/**
 * FNV-1, 128 bits, as Go's fnv.New128a makes it (xor, then multiply). Kubernetes orders ports of endpoints by such hashes of their Go form,
 * and clients see that order.
 */
export function fnv128a(text: string): bigint {
  let h = OFFSET;
  for (const byte of Buffer.from(text)) h = ((h ^ BigInt(byte)) * PRIME) & MASK;
  return h;
}

/** Sorts a copy by the hashes of the items' Go form. */
export function sortByGoHash<T>(items: readonly T[], goForm: (item: T) => string): T[] {
  if (items.length < 2) return [...items];
  return items
    .map((item) => ({ item, hash: fnv128a(goForm(item)) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
    .map((x) => x.item);
}
