import { isReason } from '../api/errors/status-error';
import type { Clock, Disposable } from '../util/clock';
import type { Log } from '../util/log';
import { CacheLag } from './cache-lag';
import type { Component } from './component';
import type { Caches } from './informer';
import { WorkQueue } from './work-queue';

export interface QueueComponentOptions {
  name: string;
  clock: Clock;
  caches: Caches;
  log: Log;
  /** Keys worked on at the same time; default 5. */
  workers?: number;
  /** Asks for the informers and subscribes what fills the queue. Called once by start. */
  setup(queue: WorkQueue): Disposable[];
  /** Called once the informers have seen the initial state, before the first key is worked on. */
  synced?(queue: WorkQueue): void;
  /** `after`: milliseconds after which the key comes again. Errors bring it back after growing pauses. */
  reconcile(key: string, signal: AbortSignal): Promise<{ after?: number } | void>;
  queue?: WorkQueue;
}

/** A component that works on the keys of a queue: the main loop of every controller. */
export class QueueComponent implements Component {
  readonly name: string;
  readonly queue: WorkQueue;
  private readonly workers: number;
  private readonly abort = new AbortController();
  private subscriptions: Disposable[] = [];
  private active = 0;
  private working = false;
  private scheduled = false;
  private drained: (() => void) | undefined;

  constructor(private readonly o: QueueComponentOptions) {
    this.name = o.name;
    this.workers = o.workers ?? 5;
    this.queue = o.queue ?? new WorkQueue(o.clock);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.subscriptions = this.o.setup(this.queue);
    await this.o.caches.synced(signal);
    if (this.abort.signal.aborted) return;
    this.o.synced?.(this.queue);
    this.working = true;
    this.queue.onReady(() => this.schedule());
  }

  async stop(): Promise<void> {
    if (!this.abort.signal.aborted) this.abort.abort(new Error(`${this.name} stopped`));
    this.working = false;
    for (const s of this.subscriptions.splice(0)) s.dispose();
    this.queue.close();
    if (this.active > 0) await new Promise<void>((resolve) => (this.drained = resolve));
  }

  ready(): boolean {
    return this.working;
  }

  /** Work begins after everything that is being dispatched has reached the caches. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    while (this.working && this.active < this.workers) {
      const key = this.queue.take();
      if (key === undefined) return;
      this.active++;
      void this.work(key);
    }
  }

  private async work(key: string): Promise<void> {
    try {
      const result = await this.o.reconcile(key, this.abort.signal);
      this.queue.forget(key);
      if (result?.after !== undefined) this.queue.addAfter(key, result.after);
    } catch (e) {
      if (!this.abort.signal.aborted) {
        const level = isReason(e, 'Conflict') || e instanceof CacheLag ? 'debug' : 'warn';
        this.o.log[level]({ component: this.name, key, err: errorText(e) }, 'reconcile failed and will be tried again');
        this.queue.addRateLimited(key);
      }
    }
    this.queue.done(key);
    this.active--;
    if (this.active === 0) this.drained?.();
    this.pump();
  }
}

function errorText(e: unknown): string {
  return e instanceof Error ? (isReason(e, 'Conflict', 'NotFound', 'Forbidden', 'AlreadyExists') ? e.message : (e.stack ?? e.message)) : String(e);
}
