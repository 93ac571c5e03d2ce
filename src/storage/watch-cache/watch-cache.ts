import type { KubeObject } from '../../api/meta/object';
import type { Disposable } from '../../util/clock';

/** An object as the server holds it: decoded once, encoded once. Shared by everyone, never changed. */
export interface Cached<T extends KubeObject = KubeObject> {
  /** Key in the store, e.g. /registry/pods/default/web */
  readonly key: string;
  readonly rev: number;
  readonly object: T;
  /** JSON beginning with {"kind":"…","apiVersion":"…", and with the resourceVersion inside; the storage version. */
  readonly bytes: Uint8Array;
  /** Lazily made encodings, by a name the maker chooses (media type, table row, other version). */
  encodings?: Map<string, unknown>;
  /** Where the metadata ends in `bytes`, once somebody has looked; 0 until then. */
  metadataEnd?: number;
  /** Bytes of the object's protobuf message, once somebody has asked; 0 until then. */
  messageSize?: number;
}

export interface CachedEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** For DELETED the last state with the revision of the deletion; for BOOKMARK absent. */
  readonly cached?: Cached<T>;
  /** State before the change, absent for ADDED. */
  readonly prev?: Cached<T>;
  readonly rev: number;
  /** The bookmark that ends the initial events of a WatchList. */
  readonly initialEventsEnd?: boolean;
  /** Lazily made frames, shared by every watcher of this event, by media type. */
  frames?: Map<string, unknown>;
}

/** What a reader wants to see. Undefined parts do not restrict. */
export interface Predicate<T extends KubeObject = KubeObject> {
  /** Only keys beginning with this (the resource's prefix plus 'namespace/'). */
  prefix?: string;
  /** Only this very key; the cheapest watch there is. */
  key?: string;
  /** Value of the resource's dispatch index, e.g. spec.nodeName. */
  index?: string;
  /** Labels and remaining fields. */
  matches?(object: T): boolean;
}

export interface WatchSink<T extends KubeObject = KubeObject> {
  /** Takes one event at once; false: the watcher is too slow and is ended by the cache. Must not throw. */
  offer(event: CachedEvent<T>): boolean;
  /**
   * Present where the state a watch begins with may come in pieces: whether there is room for more. When not, `resume` is called once, later,
   * when there is.
   */
  room?(resume: () => void): boolean;
  /** No more events will come: 'slow', 'stopped', 'deleted' (the resource is gone). */
  close(reason: string): void;
}

/** A watch was asked from a revision whose successors are no longer all known. */
export class ExpiredError extends Error {
  constructor(
    readonly asked: number,
    readonly oldest: number,
  ) {
    super(`too old resource version: ${asked} (${oldest})`);
  }
}

/** Everything stored of one resource, always up to date with the store's committed revision, and its latest changes. */
export interface WatchCache<T extends KubeObject = KubeObject> {
  /** Revision up to which this cache is complete: the store's, also when the last write was to another resource. */
  readonly revision: number;
  get(key: string): Cached<T> | undefined;
  /** In key order. */
  list(p: Predicate<T>): { items: readonly Cached<T>[]; rev: number };
  /** Number of objects. */
  readonly size: number;
  /** Resolves once the cache has reached `rev`; rejects when the signal is aborted. At once when it has. */
  fresh(rev: number, signal: AbortSignal): Promise<void>;
  /**
   * Hands over every change after `afterRev` that touches the predicate: an object that comes to match is ADDED, one that stops
   * to match is DELETED (its previous state with the new revision). `afterRev` undefined: the present state as ADDED events first.
   * Calls sink.offer synchronously for what is already there, but for a large state that the sink can take in pieces.
   * `stateEnd` is called with the revision of the state when all of it has been handed over.
   * @throws ExpiredError when `afterRev` is older than the history kept
   */
  watch(p: Predicate<T>, afterRev: number | undefined, sink: WatchSink<T>, stateEnd?: (rev: number) => void): Disposable;
}
