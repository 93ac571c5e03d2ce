import type { KV, Range } from '../store';
import type { StoreError } from '../store-error';
import type { CurrentState } from './current-state';
import type { Driver } from './driver';
import { toKV } from './watches';

/**
 * Reads the state at an earlier revision: what has not changed since is in memory, the rest is looked up in history by the
 * revision each later change replaced. Costs in proportion to the changes since then.
 */
export class HistoryReader {
  private readonly reading = new Set<{ rev: number }>();

  constructor(
    private readonly driver: Driver,
    private readonly current: CurrentState,
  ) {}

  /** The oldest revision a read under way still needs. */
  oldestNeeded(): number {
    let oldest = Infinity;
    for (const r of this.reading) oldest = Math.min(oldest, r.rev);
    return oldest;
  }

  /** The first `limit` values of the range as of `rev`, and how many there were. The caller has checked that `rev` is still kept. */
  list(range: Range, rev: number, limit = Infinity): Promise<{ kvs: KV[]; count: number }> {
    const pin = { rev };
    this.reading.add(pin);
    return new Promise<{ kvs: KV[]; count: number }>((resolve, reject) => {
      this.driver.call('touched', [range, rev], (error, touched) => {
        if (error) return reject(error);
        // Synchronously with the answer: memory shows just the commits that the engine had done when it looked.
        const then = this.stateThen(range, touched!);
        const wanted = then.slice(0, limit);
        const past = wanted.filter((x): x is { key: string; rev: number } => !('value' in x));
        this.fetch(past.map((x) => x.rev), (problem, found) => {
          if (problem) return reject(problem);
          resolve({ kvs: wanted.map((x) => ('value' in x ? x : found.get(x.rev)!)), count: then.length });
        });
      });
    }).finally(() => this.reading.delete(pin));
  }

  /** Keys there at that time, in order: with their value where it is still the present one, else with its revision. */
  private stateThen(range: Range, touched: readonly [string, number][]): (KV | { key: string; rev: number })[] {
    const { kvs } = this.current.list(range);
    if (!touched.length) return kvs;
    const changed = new Set(touched.map(([key]) => key));
    const then: (KV | { key: string; rev: number })[] = kvs.filter((kv) => !changed.has(kv.key));
    for (const [key, revThen] of touched) if (revThen) then.push({ key, rev: revThen });
    return then.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  private fetch(revs: number[], done: (error: StoreError | undefined, found: Map<number, KV>) => void): void {
    const found = new Map<number, KV>();
    if (!revs.length) return done(undefined, found);
    this.driver.call('rows', [revs], (error, rows) => {
      for (const r of rows ?? []) found.set(r.rev, toKV(r));
      done(error, found);
    });
  }
}
