import type { GVR, KubeObject } from '../api/meta/object';
import type { Disposable } from '../util/clock';

export interface InformerHandler<T extends KubeObject = KubeObject> {
  added?(o: T): void;
  updated?(o: T, old: T): void;
  deleted?(o: T): void;
}

/** A local copy of a resource kept current by list and watch (client-go's SharedIndexInformer). Objects are shared: never change them. */
export interface Informer<T extends KubeObject = KubeObject> {
  readonly gvr: GVR;
  readonly synced: boolean;
  /** Resolves when the initial state has been seen. */
  whenSynced(): Promise<void>;
  get(key: string): T | undefined;
  /** All, or those of a namespace. */
  list(namespace?: string): readonly T[];
  /** Objects for which the named index function gave `value`. */
  byIndex(index: string, value: string): readonly T[];
  /** Adds an index before or after start; `fn` returns the values under which an object is found. */
  addIndex(name: string, fn: (o: T) => readonly string[]): void;
  /** Calls the handler for what is there (as added) and for every later change. */
  subscribe(h: InformerHandler<T>): Disposable;
}

/** Informers shared by the components of one process: one list and watch per resource, whoever asks. */
export interface Caches {
  /**
   * The informer of a resource, started on first use. `optional`: synced() does not wait for it unless someone else asks for it without;
   * for resources that may be served badly or not at all.
   */
  informer<T extends KubeObject = KubeObject>(gvr: GVR, o?: { fieldSelector?: string; optional?: boolean }): Informer<T>;
  /** Resolves when every informer asked for so far, but for optional ones, has seen the initial state. */
  synced(signal?: AbortSignal): Promise<void>;
  /** Ends the informer of a resource that is no longer served; its handlers hear nothing more. */
  drop(gvr: GVR, o?: { fieldSelector?: string }): void;
  stop(): void;
}
