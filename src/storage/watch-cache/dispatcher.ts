import type { Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import type { Store, StoreEvent } from '../store';

/** Whoever holds what is stored below one prefix. */
export interface Receiver {
  apply(event: StoreEvent): void;
}

interface Waiter {
  rev: number;
  resolve(): void;
}

/** Every key; keys are ASCII. */
const EVERYTHING = { start: '', end: '\x7f' };

/** The one watch on the store, shared by all watch caches: finds the cache that an event belongs to, and knows the revision reached. */
export class Dispatcher {
  private readonly receivers = new Map<string, Receiver>();
  private readonly watch: Disposable;
  private waiters: Waiter[] = [];
  private reached: number;

  /** Begins at the store's newest revision; caches load what is older themselves. */
  constructor(
    readonly store: Store,
    private readonly log: Log,
  ) {
    this.reached = store.revision;
    this.watch = store.watch(EVERYTHING, this.reached, (batch) => this.handle(batch));
  }

  /** Everything up to this revision has been handed to the caches. */
  get revision(): number {
    return this.reached;
  }

  /** `prefix` ends with a slash and lies in no other cache's prefix. */
  register(prefix: string, receiver: Receiver): Disposable {
    if (this.receivers.has(prefix)) throw new Error(`two watch caches for ${prefix}: share one`);
    this.receivers.set(prefix, receiver);
    return { dispose: () => void this.receivers.delete(prefix) };
  }

  /** Resolves once `rev` has been reached; rejects with the signal's reason when it is aborted first. */
  fresh(rev: number, signal: AbortSignal): Promise<void> {
    if (rev <= this.reached) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const abort = (): void => {
        this.waiters = this.waiters.filter((w) => w !== waiter);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        rev,
        resolve: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.waiters.push(waiter);
    });
  }

  /** Ends the watch on the store. */
  close(): void {
    this.watch.dispose();
  }

  private handle(batch: readonly StoreEvent[]): void {
    for (const e of batch) {
      this.reached = e.kv.rev;
      const receiver = this.receiverOf(e.kv.key);
      if (!receiver) continue;
      try {
        receiver.apply(e);
      } catch (error) {
        this.log.error({ err: error, key: e.kv.key, rev: e.kv.rev }, 'a watch cache failed on an event');
      }
    }
    if (!this.waiters.length) return;
    const ready = this.waiters.filter((w) => w.rev <= this.reached);
    this.waiters = this.waiters.filter((w) => w.rev > this.reached);
    for (const w of ready) w.resolve();
  }

  /** The shortest prefix of the key, at a slash, that is registered. */
  private receiverOf(key: string): Receiver | undefined {
    for (let i = key.indexOf('/', 1); i > 0; i = key.indexOf('/', i + 1)) {
      const receiver = this.receivers.get(key.slice(0, i + 1));
      if (receiver) return receiver;
    }
    return undefined;
  }
}
