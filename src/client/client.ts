import type { GVR, KubeObject } from '../api/meta/object';
import type { Disposable } from '../util/clock';

export interface ListMeta {
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

export interface KubeList<T extends KubeObject = KubeObject> {
  kind: string;
  apiVersion: string;
  metadata: ListMeta;
  items: readonly T[];
}

export interface WriteOptions {
  dryRun?: boolean;
  fieldManager?: string;
  /** e.g. 'status', 'scale' */
  subresource?: string;
}

export interface ListOptions {
  /** Undefined: all namespaces. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue'> {
  allowWatchBookmarks?: boolean;
  sendInitialEvents?: boolean;
  timeoutSeconds?: number;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  dryRun?: boolean;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface WatchHandler<T extends KubeObject = KubeObject> {
  /** ADDED, MODIFIED, DELETED, BOOKMARK; the object is shared when the client is local: never change it. */
  event(type: string, object: T): void;
  /** The watch is over; `error` says why when it did not just end (Expired, connection lost). Not called after dispose(). */
  closed(error?: Error): void;
}

/**
 * How every component talks to the API, whether it lives in the server's process or elsewhere. Refusals are StatusErrors.
 * Objects that are returned may be shared and must not be changed; objects that are passed in are not kept.
 */
export interface Client {
  get<T extends KubeObject = KubeObject>(r: GVR, namespace: string | undefined, name: string, o?: { subresource?: string; resourceVersion?: string }): Promise<T>;
  list<T extends KubeObject = KubeObject>(r: GVR, o?: ListOptions): Promise<KubeList<T>>;
  /** Namespace from `object.metadata.namespace`. With `subresource` and `name`: an action such as pods/binding. */
  create<T extends KubeObject = KubeObject>(r: GVR, object: KubeObject, o?: WriteOptions & { name?: string }): Promise<T>;
  update<T extends KubeObject = KubeObject>(r: GVR, object: T, o?: WriteOptions): Promise<T>;
  patch<T extends KubeObject = KubeObject>(r: GVR, namespace: string | undefined, name: string, type: PatchType, patch: unknown, o?: WriteOptions & { force?: boolean }): Promise<T>;
  /** Resolves with the object, or with the Status when it is gone. */
  delete(r: GVR, namespace: string | undefined, name: string, o?: DeleteOptions): Promise<KubeObject>;
  deleteCollection(r: GVR, list: ListOptions, o?: DeleteOptions): Promise<void>;
  /** Opens a watch; events come in order, the first of them possibly before this returns. */
  watch<T extends KubeObject = KubeObject>(r: GVR, o: WatchOptions, handler: WatchHandler<T>): Disposable;
  /** What the server serves: group, version, resource, kind, namespaced, verbs. */
  discover(): Promise<readonly { gvr: GVR; kind: string; namespaced: boolean; verbs: readonly string[] }[]>;
}
