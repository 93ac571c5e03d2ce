import type { Disposable } from '../util/clock';

/** One stored value. Revisions are positive safe integers of one counter for the whole store. */
export interface KV {
  key: string;
  value: Uint8Array;
  /** Revision of the write that made this value. */
  rev: number;
  /** Revision at which the key was created (since it last did not exist). */
  createRev: number;
}

/** All keys k with start <= k < end, in the order of their UTF-16 code units (keys are ASCII). */
export interface Range {
  start: string;
  end: string;
}

/** Outcome of a compare-and-swap: on failure `current` is what is there now (absent: the key does not exist). */
export type Cas = { ok: true; rev: number } | { ok: false; current?: KV };

/** A committed change, in order of revisions. `prev` is the value before it. For a delete, value is the last bytes given to it. */
export interface StoreEvent {
  type: 'put' | 'delete';
  kv: KV;
  prev?: KV;
  /** What the writer passed along with the write (put's or delete's `tag`): lets a watch cache in this process take the object it already has. */
  tag?: unknown;
}

/** A read at a revision that compaction has removed. */
export class CompactedError extends Error {
  constructor(readonly compactedRev: number) {
    super(`revision has been compacted; the oldest kept is ${compactedRev}`);
  }
}

/** A read at a revision that has not been reached. */
export class FutureRevisionError extends Error {
  constructor(readonly current: number) {
    super(`revision is in the future; the newest is ${current}`);
  }
}

/**
 * The store's contract, the same for every engine (test/store-contract checks it): bytes in, bytes out.
 * A write resolves only after it is durable. Writes to one key are serialised; revisions grow by one with every write.
 * Events are handed to watchers synchronously, in order, before the promise of the write that caused them resolves.
 */
export interface Store {
  /** The newest committed revision. */
  readonly revision: number;
  /** The oldest revision that exact reads and watches may still ask for. */
  readonly compactedRevision: number;
  /** @throws CompactedError, FutureRevisionError when `rev` is given */
  get(key: string, rev?: number): Promise<{ kv?: KV; rev: number }>;
  /** In key order. `more`: there are further keys in the range past `limit`. @throws CompactedError, FutureRevisionError */
  list(r: Range, o?: { limit?: number; rev?: number }): Promise<{ kvs: KV[]; rev: number; more: boolean; count?: number }>;
  /**
   * Writes what `value` returns for the revision it is given, if the key's revision is `expectRev` (0: must not exist).
   * `value` is called at most once, synchronously with the decision; if it throws, nothing is written and put rejects with it.
   */
  put(key: string, value: (rev: number) => Uint8Array, expectRev: number, tag?: unknown): Promise<Cas>;
  /** Removes the key; `last` makes the bytes that the delete event carries. */
  delete(key: string, expectRev: number, last: (rev: number) => Uint8Array, tag?: unknown): Promise<Cas>;
  /**
   * Every change in the range after `afterRev`, without gaps or repeats: history first, then live ones. `afterRev` may lie in the future.
   * `caughtUp` is called once, when everything up to the newest revision has been handed over and only live changes follow
   * (before watch returns when there is no history to read).
   * @throws CompactedError (synchronously) when changes after `afterRev` are no longer all there
   */
  watch(r: Range, afterRev: number, sink: (batch: readonly StoreEvent[]) => void, caughtUp?: (rev: number) => void): Disposable;
  /** Forgets history before `rev`: afterwards exact reads below it and watches from before it throw CompactedError. */
  compact(rev: number): Promise<void>;
  /** Why nothing more is accepted, once a write has failed; undefined while all is well. */
  health(): Error | undefined;
  /** Size of the database in bytes, for metrics. */
  size(): Promise<number>;
  /**
   * Copies the whole store, its history included, into the new file `file` (mode 0600) while it goes on being read and written.
   * The copy is the state of one revision that was the newest at some time after the call. Rejects, leaving no file, when it cannot be written.
   */
  backup(file: string): Promise<void>;
  /** Waits for the writes under way and frees what the store holds. Later calls reject. */
  close(): Promise<void>;
}
