import type { KubeObject } from '../../api/meta/object';
import type { Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import type { Slices } from '../../util/slices';
import { CompactedError, type Range, type StoreEvent } from '../store';
import { CacheEvent } from './cache-event';
import type { Dispatcher } from './dispatcher';
import { cachedFrom, type Decode } from './entry';
import { EventRing } from './event-ring';
import { ObjectTable } from './object-table';
import { ExpiredError, type Cached, type Predicate, type WatchCache, type WatchSink } from './watch-cache';
import { sees, Watcher, type IndexOf } from './watcher';
import { WatcherIndex, type Unable } from './watcher-index';

/** Objects of a state that are handed over at once, and those of one piece of a larger one. */
const AT_ONCE = 2000;
const PIECE = 250;
/** Changes kept in memory for watches that come back; older ones are read from the store while it has them. */
const DEFAULT_RING = 1024;

export interface WatchCacheOptions<T extends KubeObject> {
  /** Shared by all caches of a store. */
  dispatcher: Dispatcher;
  /** Where the resource lies in the store, ending with a slash: /registry/pods/ */
  prefix: string;
  /** Makes the object of stored bytes; called at most once for a value, when somebody needs the object. */
  decode: Decode<T>;
  /** Value of the field by which watches are dispatched (ResourceDefinition.index). */
  indexOf?: IndexOf<T>;
  ring?: number;
  /** By which large states are handed over in pieces; undefined: at once. */
  slices?: Slices;
  log: Log;
}

/** Loads what is stored below the prefix and follows it from then on. */
export async function createWatchCache<T extends KubeObject = KubeObject>(o: WatchCacheOptions<T>): Promise<StoreWatchCache<T>> {
  const cache = new StoreWatchCache<T>(o);
  await cache.load();
  return cache;
}

/** Every key that begins with `prefix`, which ends with a slash ('0' comes after '/'). */
function below(prefix: string): Range {
  return { start: prefix, end: `${prefix.slice(0, -1)}0` };
}

/**
 * WatchCache over a Store. An in-process writer passes its own Cached (or just { object, bytes }) as the tag of its write:
 * when its bytes are the ones stored, the cache takes the object as it is.
 */
export class StoreWatchCache<T extends KubeObject = KubeObject> implements WatchCache<T> {
  private readonly table = new ObjectTable<T>();
  private readonly watchers: WatcherIndex<T>;
  /** Watchers that still read history from the store. */
  private readonly reading = new Map<Watcher<T>, Disposable>();
  private readonly registration: Disposable;
  private ring: EventRing<T>;
  /** Events that arrive while the present state is being loaded. */
  private early: StoreEvent[] | undefined = [];
  private closed: string | undefined;

  constructor(private readonly o: WatchCacheOptions<T>) {
    this.watchers = new WatcherIndex(o.prefix, o.indexOf);
    this.ring = new EventRing(o.ring ?? DEFAULT_RING, Infinity);
    this.registration = o.dispatcher.register(o.prefix, this);
  }

  get revision(): number {
    return this.o.dispatcher.revision;
  }

  get size(): number {
    return this.table.size;
  }

  /** Number of watches, for metrics. */
  get watching(): number {
    return this.watchers.size + this.reading.size;
  }

  /** Called once, by createWatchCache. */
  async load(): Promise<void> {
    const { prefix, dispatcher, decode, ring } = this.o;
    const { kvs, rev } = await dispatcher.store.list(below(prefix));
    for (const kv of kvs) this.table.set(cachedFrom(kv, undefined, decode));
    this.ring = new EventRing(ring ?? DEFAULT_RING, rev);
    const early = this.early!;
    this.early = undefined;
    for (const e of early) if (e.kv.rev > rev) this.apply(e);
  }

  get(key: string): Cached<T> | undefined {
    return this.table.get(key);
  }

  list(p: Predicate<T>): { items: readonly Cached<T>[]; rev: number } {
    return { items: this.select(p), rev: this.revision };
  }

  fresh(rev: number, signal: AbortSignal): Promise<void> {
    return this.o.dispatcher.fresh(rev, signal);
  }

  watch(p: Predicate<T>, afterRev: number | undefined, sink: WatchSink<T>, stateEnd?: (rev: number) => void): Disposable {
    const w = new Watcher<T>(p, sink, this.o.indexOf, afterRev ?? this.revision);
    if (this.closed !== undefined) w.end(this.closed);
    else if (afterRev === undefined) this.startWithState(w, stateEnd);
    else this.startAfter(w);
    return {
      dispose: () => {
        w.active = false;
        this.forget(w);
      },
    };
  }

  /** Ends every watch with `reason` ('stopped', 'deleted') and lets go of the store. */
  close(reason: string): void {
    if (this.closed !== undefined) return;
    this.closed = reason;
    this.registration.dispose();
    for (const w of [...this.watchers.all(), ...this.reading.keys()]) this.end(w, reason);
  }

  /** Takes a committed change; called by the dispatcher. */
  apply(e: StoreEvent): void {
    if (this.early) {
      this.early.push(e);
      return;
    }
    const event = this.toEvent(e, this.table.get(e.kv.key));
    if (event.type === 'DELETED') this.table.delete(e.kv.key);
    else this.table.set(event.cached);
    this.ring.push(event);
    this.watchers.dispatch(event, this.unable);
  }

  private readonly unable: Unable<T> = (w, error) => {
    if (error !== undefined) this.o.log.error({ err: error, prefix: this.o.prefix }, 'a watch failed on an event and is ended');
    this.end(w, error === undefined ? 'slow' : 'stopped');
  };

  private startWithState(w: Watcher<T>, stateEnd: ((rev: number) => void) | undefined): void {
    const state = this.select(w.predicate);
    const { slices } = this.o;
    if (slices && w.inPieces && state.length > AT_ONCE) return this.startInPieces(w, state, slices, stateEnd);
    for (const cached of state) {
      if (!w.active) return;
      if (!w.offer({ type: 'ADDED', cached, rev: cached.rev })) return w.end('slow');
    }
    if (!w.active) return;
    this.watchers.add(w);
    stateEnd?.(w.after);
  }

  /** What happens meanwhile is told after the state. */
  private startInPieces(w: Watcher<T>, all: readonly Cached<T>[], slices: Slices, stateEnd: ((rev: number) => void) | undefined): void {
    // The table's own array changes under our hands.
    const state = [...all];
    const rev = w.after;
    let at = 0;
    w.hold();
    this.watchers.add(w);
    const piece = (): boolean => {
      if (!w.active) return false;
      if (!w.room(() => slices.add(piece))) return false;
      for (const end = Math.min(at + PIECE, state.length); at < end; at++) {
        const cached = state[at]!;
        if (!w.offer({ type: 'ADDED', cached, rev: cached.rev })) {
          this.end(w, 'slow');
          return false;
        }
      }
      if (at < state.length) return true;
      stateEnd?.(rev);
      try {
        if (!w.release()) this.end(w, 'slow');
      } catch (error) {
        this.unable(w, error);
      }
      return false;
    };
    slices.add(piece);
  }

  /** From memory when it reaches back far enough, else from the store's history. @throws ExpiredError */
  private startAfter(w: Watcher<T>): void {
    if (w.after < this.ring.completeAfter) return this.readHistory(w);
    for (const e of this.ring.after(w.after)) {
      if (!w.active) return;
      if (!w.take(e)) return w.end('slow');
    }
    if (w.active) this.watchers.add(w);
  }

  private readHistory(w: Watcher<T>): void {
    const { prefix, dispatcher } = this.o;
    const asked = w.after;
    const { key } = w.predicate;
    const range = key !== undefined ? { start: key, end: `${key}\0` } : below(prefix);
    const history: { watch?: Disposable; done: boolean } = { done: false };
    const stop = (): void => {
      history.done = true;
      history.watch?.dispose();
      this.reading.delete(w);
    };
    const take = (batch: readonly StoreEvent[]): void => {
      for (const e of batch) {
        if (!w.active) return;
        const prev = e.prev && cachedFrom(e.prev, undefined, this.o.decode);
        if (!w.take(this.toEvent(e, prev))) return this.end(w, 'slow');
      }
    };
    const caughtUp = (rev: number): void => {
      stop();
      if (!w.active) return;
      w.after = Math.max(w.after, rev);
      try {
        this.startAfter(w);
      } catch (e) {
        // Only if more was written and compacted meanwhile than memory holds: the reader has to list again.
        this.o.log.warn({ err: e, prefix }, 'a watch has lost its place in history');
        w.end('stopped');
      }
    };
    try {
      history.watch = dispatcher.store.watch(range, asked, take, caughtUp);
    } catch (e) {
      if (e instanceof CompactedError) throw new ExpiredError(asked, e.compactedRev);
      throw e;
    }
    if (history.done) history.watch.dispose();
    else this.reading.set(w, { dispose: stop });
  }

  private toEvent(e: StoreEvent, prev: Cached<T> | undefined): CacheEvent<T> {
    const cached = cachedFrom(e.kv, e.tag, this.o.decode);
    return new CacheEvent(e.type === 'delete' ? 'DELETED' : prev ? 'MODIFIED' : 'ADDED', cached, prev, e.kv.rev);
  }

  private select(p: Predicate<T>): readonly Cached<T>[] {
    if (p.key !== undefined) {
      const cached = this.table.get(p.key);
      return cached && sees(p, cached, this.o.indexOf) ? [cached] : [];
    }
    const whole = p.prefix === undefined || p.prefix === this.o.prefix;
    const folder = !whole && p.prefix!.endsWith('/');
    const among = folder ? this.table.in(p.prefix!) : this.table.all();
    if (!p.matches && (p.index === undefined || !this.o.indexOf) && (whole || folder)) return among;
    const rest: Predicate<T> = whole || folder ? { index: p.index, matches: p.matches } : p;
    return among.filter((c) => sees(rest, c, this.o.indexOf));
  }

  private end(w: Watcher<T>, reason: string): void {
    this.forget(w);
    w.end(reason);
  }

  private forget(w: Watcher<T>): void {
    this.watchers.remove(w);
    this.reading.get(w)?.dispose();
  }
}
