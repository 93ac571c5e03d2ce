import type { KV, Range } from '../store';
import { SortedKeys } from '../sorted-keys';

/** The committed present: every key's value, in memory. Watch caches hold the same byte arrays, so it costs little more than its keys. */
export class CurrentState {
  private readonly values = new Map<string, KV>();
  private readonly keys = new SortedKeys();

  get(key: string): KV | undefined {
    return this.values.get(key);
  }

  /** @returns what the key held before */
  put(kv: KV): KV | undefined {
    const prev = this.values.get(kv.key);
    if (!prev) this.keys.add(kv.key);
    this.values.set(kv.key, kv);
    return prev;
  }

  /** @returns what the key held before */
  delete(key: string): KV | undefined {
    const prev = this.values.get(key);
    if (prev) {
      this.keys.remove(key);
      this.values.delete(key);
    }
    return prev;
  }

  /** The first `limit` values of the range in key order, and how many there are altogether. */
  list(r: Range, limit = Infinity): { kvs: KV[]; count: number } {
    const { from, to } = this.keys.span(r.start, r.end);
    const all = this.keys.all();
    const end = Math.min(to, from + limit);
    const kvs: KV[] = [];
    for (let i = from; i < end; i++) kvs.push(this.values.get(all[i]!)!);
    return { kvs, count: to - from };
  }
}
