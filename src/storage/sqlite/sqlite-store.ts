import type { Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import { CompactedError, FutureRevisionError, type Cas, type KV, type Range, type Store, type StoreEvent } from '../store';
import { StoreError } from '../store-error';
import type { CurrentState } from './current-state';
import type { Driver } from './driver';
import type { EngineState } from './engine';
import { HistoryReader } from './history-reader';
import { PendingWrite } from './pending-write';
import { toKV, Watches } from './watches';

/** Changes swept away in one go; writers wait for no more than that. */
const SWEEP_CHANGES = 200;
const NOBODY: PendingWrite[] = [];

/**
 * The store's side in the calling thread. It decides compare-and-swap against the committed state in memory, gives out revisions
 * and sends everything that arrived meanwhile to the engine as one transaction; a second write to a key waits for the first.
 */
export class SqliteStore implements Store {
  private committed: number;
  private assigned: number;
  private compacted: number;
  private pending: PendingWrite[] = [];
  private inFlight: PendingWrite[] | undefined;
  private scheduled = false;
  /** Keys with an undecided outcome, and who waits for it. */
  private readonly busy = new Map<string, PendingWrite[]>();
  private readonly watches: Watches;
  private readonly history: HistoryReader;
  private sweeping: Promise<void> = Promise.resolve();
  private failure: StoreError | undefined;
  private closing: Promise<void> | undefined;
  private whenIdle: (() => void) | undefined;
  private readonly closers: (() => void)[] = [];

  constructor(
    private readonly driver: Driver,
    private readonly current: CurrentState,
    state: EngineState,
    private readonly log: Log,
  ) {
    this.committed = this.assigned = state.revision;
    this.compacted = state.compacted;
    this.history = new HistoryReader(driver, current);
    this.watches = new Watches(driver, log, this);
  }

  get revision(): number {
    return this.committed;
  }

  /** Nothing that was asked for is still to be written. */
  get idle(): boolean {
    return !this.inFlight && !this.pending.length && !this.busy.size;
  }

  get compactedRevision(): number {
    return this.compacted;
  }

  /** Why nothing more is accepted, once a write has failed; what a health check reports. */
  health(): StoreError | undefined {
    return this.failure;
  }

  async get(key: string, rev?: number): Promise<{ kv?: KV; rev: number }> {
    if (this.isPresent(rev)) return { kv: this.current.get(key), rev: this.committed };
    const { kvs } = await this.history.list({ start: key, end: `${key}\0` }, rev!);
    return { kv: kvs[0], rev: rev! };
  }

  async list(r: Range, o: { limit?: number; rev?: number } = {}): Promise<{ kvs: KV[]; rev: number; more: boolean; count: number }> {
    const limit = o.limit || Infinity;
    const present = this.isPresent(o.rev);
    const rev = present ? this.committed : o.rev!;
    const { kvs, count } = present ? this.current.list(r, limit) : await this.history.list(r, rev, limit);
    return { kvs, rev, more: count > kvs.length, count };
  }

  put(key: string, value: (rev: number) => Uint8Array, expectRev: number, tag?: unknown): Promise<Cas> {
    return new Promise((resolve, reject) => this.submit(new PendingWrite(key, false, value, expectRev, tag, resolve, reject)));
  }

  delete(key: string, expectRev: number, last: (rev: number) => Uint8Array, tag?: unknown): Promise<Cas> {
    return new Promise((resolve, reject) => this.submit(new PendingWrite(key, true, last, expectRev, tag, resolve, reject)));
  }

  watch(r: Range, afterRev: number, sink: (batch: readonly StoreEvent[]) => void, caughtUp?: (rev: number) => void): Disposable {
    this.checkOpen();
    if (afterRev < this.compacted) throw new CompactedError(this.compacted);
    return this.watches.add(r, afterRev, sink, caughtUp);
  }

  async compact(rev: number): Promise<void> {
    this.checkOpen();
    if (rev > this.committed) throw new FutureRevisionError(this.committed);
    if (rev <= this.compacted) return;
    this.compacted = rev;
    const swept = this.sweeping.then(() => this.sweep());
    this.sweeping = swept.catch(() => {});
    return swept;
  }

  async size(): Promise<number> {
    this.checkOpen();
    return new Promise((resolve, reject) => this.driver.call('size', [], (e, n) => (e ? reject(e) : resolve(n!))));
  }

  backup(file: string): Promise<void> {
    this.checkOpen();
    return new Promise((resolve, reject) => this.driver.backup(file, (e) => (e ? reject(e) : resolve())));
  }

  /** Calls `fn` when the store begins to close. */
  onClose(fn: () => void): void {
    this.closers.push(fn);
  }

  close(): Promise<void> {
    for (const fn of this.closers.splice(0)) fn();
    this.closing ??= new Promise<void>((resolve) => {
      this.whenIdle = resolve;
      this.checkIdle();
    }).then(() => {
      this.watches.clear();
      return this.driver.close();
    });
    return this.closing;
  }

  /** Nothing more is accepted; whoever waits is refused. What has been acknowledged stays readable. */
  fail(cause: StoreError): void {
    if (this.failure) return;
    this.failure = cause;
    this.log.error({ err: cause }, 'the store has failed; it accepts no more writes');
    const error = this.refusal()!;
    const waiting = [...this.pending, ...[...this.busy.values()].flat()];
    this.pending = [];
    this.busy.clear();
    for (const w of waiting) w.reject(error);
    this.checkIdle();
  }

  private submit(w: PendingWrite): void {
    const refusal = this.refusal();
    if (refusal) return w.reject(refusal);
    const queue = this.busy.get(w.key);
    if (queue === undefined) this.decide(w);
    else if (queue === NOBODY) this.busy.set(w.key, [w]);
    else queue.push(w);
  }

  /** Answers a write that may not happen; sends one that may on its way and makes its key busy. */
  private decide(w: PendingWrite): void {
    const current = this.current.get(w.key);
    if (!w.allowed(current)) return w.resolve(current ? { ok: false, current } : { ok: false });
    try {
      w.decide(this.assigned + 1, current);
    } catch (e) {
      return w.reject(e as Error);
    }
    this.assigned++;
    this.busy.set(w.key, NOBODY);
    this.pending.push(w);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.inFlight) return;
    this.scheduled = true;
    // At the end of this turn of the event loop: everything that arrived in it goes into one transaction.
    setImmediate(() => {
      this.scheduled = false;
      if (!this.pending.length) return;
      const batch = this.pending;
      this.inFlight = batch;
      this.pending = [];
      this.driver.commit(batch, (error) => this.answered(batch, error));
    });
  }

  private answered(batch: PendingWrite[], error: StoreError | undefined): void {
    this.inFlight = undefined;
    if (error) {
      this.fail(error);
      for (const w of batch) w.reject(error);
      return this.checkIdle();
    }
    const events = batch.map((w): StoreEvent => this.apply(w));
    this.committed = batch[batch.length - 1]!.rev;
    this.watches.publish(events);
    for (const w of batch) w.resolve({ ok: true, rev: w.rev });
    for (const w of batch) this.release(w.key);
    if (this.pending.length) this.schedule();
    else this.checkIdle();
  }

  private apply(w: PendingWrite): StoreEvent {
    const kv = toKV(w);
    const prev = w.deleted ? this.current.delete(w.key) : this.current.put(kv);
    return { type: w.deleted ? 'delete' : 'put', kv, prev, tag: w.tag };
  }

  /** The outcome of the key's last write is known: decide those that waited, until one of them is under way. */
  private release(key: string): void {
    const queue = this.busy.get(key);
    this.busy.delete(key);
    if (!queue?.length) return;
    let i = 0;
    while (i < queue.length && !this.busy.has(key)) this.decide(queue[i++]!);
    if (i < queue.length) this.busy.set(key, queue.slice(i));
  }

  private async sweep(): Promise<void> {
    for (let done = false; !done; ) {
      const upTo = Math.min(this.compacted, this.watches.oldestNeeded(), this.history.oldestNeeded());
      done = await new Promise<boolean>((resolve, reject) =>
        this.driver.call('sweep', [this.compacted, upTo, SWEEP_CHANGES], (e, d) => (e ? reject(e) : resolve(d!))),
      );
    }
  }

  /** Whether `rev` asks for the newest state. @throws StoreError Closed, CompactedError, FutureRevisionError */
  private isPresent(rev: number | undefined): boolean {
    this.checkOpen();
    if (rev === undefined || rev === this.committed) return true;
    if (rev > this.committed) throw new FutureRevisionError(this.committed);
    if (rev < this.compacted) throw new CompactedError(this.compacted);
    return false;
  }

  private refusal(): StoreError | undefined {
    if (this.closing) return new StoreError('Closed', 'the store is closed');
    if (this.failure) return new StoreError('Failed', `the store accepts no more writes since one failed: ${this.failure.message}`, { cause: this.failure });
    return undefined;
  }

  private checkOpen(): void {
    if (this.closing) throw new StoreError('Closed', 'the store is closed');
  }

  private checkIdle(): void {
    if (this.idle) this.whenIdle?.();
  }
}
