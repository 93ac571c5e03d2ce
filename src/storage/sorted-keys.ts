/**
 * A set of keys that can be walked in order. Adding and removing cost O(1); the order is made when it is next asked for,
 * so that many writes between two lists cost one merge.
 */
export class SortedKeys {
  private sorted: string[] = [];
  private readonly added = new Set<string>();
  private readonly removed = new Set<string>();

  /** The caller adds a key only when it is not in the set. */
  add(key: string): void {
    if (!this.removed.delete(key)) this.added.add(key);
  }

  /** The caller removes a key only when it is in the set. */
  remove(key: string): void {
    if (!this.added.delete(key)) this.removed.add(key);
  }

  get size(): number {
    return this.sorted.length + this.added.size - this.removed.size;
  }

  /** Every key in order. The array is the set's own: read it before the next change. */
  all(): readonly string[] {
    if (this.removed.size) {
      this.sorted = this.sorted.filter((k) => !this.removed.has(k));
      this.removed.clear();
    }
    if (this.added.size) {
      const added = [...this.added].sort();
      this.added.clear();
      this.sorted = this.sorted.length ? merge(this.sorted, added) : added;
    }
    return this.sorted;
  }

  /** Positions [from, to) in all() of the keys k with start <= k < end. */
  span(start: string, end: string): { from: number; to: number } {
    const keys = this.all();
    const from = lowerBound(keys, start);
    return { from, to: Math.max(from, lowerBound(keys, end)) };
  }
}

/** Position of the first key >= `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let lo = 0;
  let hi = keys.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (keys[mid]! < key) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

function merge(a: readonly string[], b: readonly string[]): string[] {
  // New keys often come after all old ones (generated names do not, but one namespace's first objects do).
  if (a[a.length - 1]! < b[0]!) return a.concat(b);
  const out = new Array<string>(a.length + b.length);
  let i = 0;
  let j = 0;
  for (let n = 0; n < out.length; n++) {
    out[n] = j >= b.length || (i < a.length && a[i]! < b[j]!) ? a[i++]! : b[j++]!;
  }
  return out;
}
