import type { Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import type { KV, Range, StoreEvent } from '../store';
import type { StoreError } from '../store-error';
import type { Driver } from './driver';
import type { Change, Row } from './row';

interface Watch {
  range: Range;
  /** Revision up to which everything has been handed over. */
  after: number;
  sink: (batch: readonly StoreEvent[]) => void;
  caughtUp?: (rev: number) => void;
  active: boolean;
}

export function toKV(r: Row): KV {
  return { key: r.key, value: r.value, rev: r.rev, createRev: r.createRev };
}

/** The store's watches: each reads history until it has caught up with the newest revision, then gets the live changes. */
export class Watches {
  private readonly live = new Set<Watch>();
  private readonly catchingUp = new Set<Watch>();

  constructor(
    private readonly driver: Driver,
    private readonly log: Log,
    private readonly store: { readonly revision: number; fail(error: StoreError): void },
  ) {}

  add(range: Range, after: number, sink: Watch['sink'], caughtUp: Watch['caughtUp']): Disposable {
    const w: Watch = { range, after, sink, caughtUp, active: true };
    if (after >= this.store.revision) this.goLive(w);
    else {
      this.catchingUp.add(w);
      this.readOn(w);
    }
    return {
      dispose: () => {
        w.active = false;
        this.live.delete(w);
        this.catchingUp.delete(w);
      },
    };
  }

  /** Hands a committed batch to everybody who is live. */
  publish(events: readonly StoreEvent[]): void {
    for (const w of this.live) {
      const { start, end } = w.range;
      const mine = events.filter(({ kv }) => kv.key >= start && kv.key < end && kv.rev > w.after);
      if (mine.length && w.active) this.deliver(w, mine);
    }
  }

  /** The oldest revision that a watch still needs history after. */
  oldestNeeded(): number {
    let oldest = Infinity;
    for (const w of this.catchingUp) oldest = Math.min(oldest, w.after);
    return oldest;
  }

  clear(): void {
    for (const w of [...this.live, ...this.catchingUp]) w.active = false;
    this.live.clear();
    this.catchingUp.clear();
  }

  private readOn(w: Watch): void {
    this.driver.call('changes', [w.range, w.after], (error, found) => {
      if (!w.active) return;
      if (error) {
        if (error.code !== 'Closed') this.store.fail(error);
        return;
      }
      const { rows, upTo } = found!;
      w.after = upTo;
      if (rows.length) this.deliver(w, rows.map(toEvent));
      if (!w.active) return;
      // Answers come in order, so every commit the engine had done by then has been published already.
      if (upTo < this.store.revision) return this.readOn(w);
      this.catchingUp.delete(w);
      this.goLive(w);
    });
  }

  private goLive(w: Watch): void {
    this.live.add(w);
    w.caughtUp?.(this.store.revision);
  }

  private deliver(w: Watch, events: readonly StoreEvent[]): void {
    try {
      w.sink(events);
    } catch (e) {
      // A watcher's own mistake must not keep the others from their events.
      this.log.error({ err: e, range: w.range }, 'a watch of the store failed on its events');
    }
  }
}

function toEvent(c: Change): StoreEvent {
  const event: StoreEvent = { type: c.deleted ? 'delete' : 'put', kv: toKV(c) };
  if (c.prev) event.prev = toKV(c.prev);
  return event;
}
