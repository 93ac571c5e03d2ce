import type { FieldError } from '../../api/errors/field-error';
import type { GroupResource } from '../../api/errors/status-error';
import type { GVK, GVR, KubeObject } from '../../api/meta/object';
import type { Clock } from '../../util/clock';
import type { Random } from '../../util/random';

export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** Read access for strategies to what is stored now; synchronous, from the watch caches. */
export interface Lookup {
  get(r: GVR, namespace: string | undefined, name: string): KubeObject | undefined;
  /** `namespace` undefined: all. */
  list(r: GVR, namespace?: string): readonly KubeObject[];
}

/** What a strategy hook may know about the request it serves. */
export interface Ctx {
  user: UserInfo;
  clock: Clock;
  random: Random;
  lookup: Lookup;
  /** Namespace in the path; undefined for cluster-scoped resources. */
  namespace?: string;
  verb: 'create' | 'update' | 'delete';
  subresource?: string;
  /** As errors name the resource: by the group that was asked, which may be another than what is stored; default: the stored one. */
  resource?: GroupResource;
  dryRun: boolean;
  /** Adds a Warning header to the answer. */
  warn(text: string): void;
}

/** How the kind's own validation upstream looks at metadata beyond the generic looks; each one tells its complaints again. */
export interface MetadataRules {
  /** false: its validation of a create leaves metadata to the generic look, which has no rules for names but that of paths. */
  onCreate?: boolean;
  /** Its looks on an update, in order: at the change, or at the whole as on a create. Default: one at the change. */
  onUpdate?: readonly ('change' | 'whole')[];
  /** Finalizers need not be standard or qualified: kinds validated without the core group's rules. */
  plainFinalizers?: boolean;
}

/**
 * What a kind adds to the generic registry. Hooks may change `o` (it is the request's own copy) but never `old`.
 * Order on create: default → prepareForCreate → validate → warnings. On update: default → prepareForUpdate → validate → warnings.
 */
export interface Strategy<T extends KubeObject = KubeObject> {
  /** Fills defaults as the versioned API does; also runs on update, on patches and after apply. Must be idempotent. */
  default?(o: T): void;
  /** Drops what clients may not set (status), sets initial values. Generic metadata is already filled. */
  prepareForCreate?(c: Ctx, o: T): void;
  /** Keeps what clients may not change (status from `old`); set generation here with bumpGeneration. */
  prepareForUpdate?(c: Ctx, o: T, old: T): void;
  /** Complaints beyond the generic metadata checks; `old` is given on update. Every error, in upstream's order. */
  validate?(c: Ctx, o: T, old?: T): FieldError[];
  /** Warnings about a request that is accepted. */
  warnings?(c: Ctx, o: T, old?: T): string[];
  /** Writes the object in its canonical form after validation. */
  canonicalize?(o: T): void;
  /** Complaint about metadata.name of `o` (prefix: it is a generateName); default: a DNS-1123 subdomain. Returns messages without the path. */
  validateName?(name: string, prefix: boolean, o: T): string[];
  /** How upstream's validation looks at metadata; default: on a create, and on an update once at the change. Subresources have their own. */
  metadata?: MetadataRules;
  /** Seconds of grace for a delete that asks for `requested` (undefined: nothing asked). Undefined: the kind has no graceful deletion. */
  gracePeriod?(c: Ctx, o: T, requested: number | undefined): number | undefined;
  /** Something of the kind's own keeps an object that is being deleted (a namespace's spec.finalizers). */
  deletionBlocked?(o: T): boolean;
  /** Marks a blocked object as being deleted in the kind's way (a namespace's phase); it is stored and answered. */
  markDeleting?(c: Ctx, o: T): void;
  /** Default of deletion: what becomes of dependents when the client says nothing. */
  defaultGarbageCollection?: 'Background' | 'Orphan' | 'Unsupported';
  /** Warning to a client that deletes without saying what becomes of the dependents (jobs). */
  deletionWarning?: string;
  /** PUT to a name that does not exist creates it. */
  allowCreateOnUpdate?: boolean;
  /** PUT without resourceVersion overwrites; default true. */
  allowUnconditionalUpdate?: boolean;
  /** Fields that this strategy resets and that managed fields therefore leave out, as paths: ['status'], ['metadata','labels']. */
  resetFields?: readonly (readonly string[])[];
}

/** Something allocated for a write (an IP, a port): kept when the write is stored, given back when it is not. */
export interface Transaction {
  commit(): void;
  revert(): void;
}

export type Cell = string | number | boolean | null;

export interface Column<T extends KubeObject = KubeObject> {
  name: string;
  /** 'string', 'integer', 'date' … */
  type: string;
  format?: string;
  priority?: number;
  /** `now` in milliseconds since the epoch. */
  cell(o: T, now: number): Cell;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** Another view on the object, stored in the same place: status, approval, finalize, resize, ephemeralcontainers. */
export interface UpdateSubresource<T extends KubeObject = KubeObject> {
  type: 'update';
  verbs: readonly Verb[];
  strategy: Strategy<T>;
  /** False: it makes no tables, as upstream's storage for it does not. */
  table?: false;
}

/** The scale view: reads and writes an autoscaling/v1 Scale. */
export interface ScaleSubresource<T extends KubeObject = KubeObject> {
  type: 'scale';
  replicas(o: T): number;
  /** Observed replicas. */
  statusReplicas(o: T): number;
  /** Selector in text form for status.selector; undefined: none. */
  selector(o: T): string | undefined;
  setReplicas(o: T, n: number): void;
}

/** What an action subresource may do with the object it was called on. */
export interface ActionContext extends Ctx {
  name: string;
  /** Reads, changes and stores the target object through its registry with optimistic retries; returns what was stored. */
  updateTarget(change: (o: KubeObject) => void): Promise<KubeObject>;
  /** Deletes the target through its registry with metav1.DeleteOptions. */
  deleteTarget(options?: object): Promise<void>;
  /** The target as stored now. @throws NotFound */
  target(): KubeObject;
  /** Reads, changes and stores another object in the same way (the disruption budget of an eviction); not in dry runs. @throws NotFound */
  updateOther(r: GVR, namespace: string | undefined, name: string, change: (o: KubeObject) => void): Promise<KubeObject>;
}

/** A verb on an object with a body and answer of its own kind: pods/binding, pods/eviction, serviceaccounts/token. */
export interface ActionSubresource {
  type: 'action';
  gvk: GVK;
  /** Versions of the body's kind that are taken as the same, e.g. 'policy/v1beta1'. */
  alsoAccepts?: readonly string[];
  /** Definition name of the body's schema. */
  schema: string;
  /** Fills in what the body leaves out, before its fields are tracked. */
  default?(body: KubeObject): void;
  /** @returns what to answer; undefined: Status Success with code 201 */
  create(c: ActionContext, body: KubeObject): Promise<KubeObject | undefined>;
}

/** log, exec, attach, portforward, proxy: a stream. `kind` is what discovery names. */
export interface ConnectSubresource {
  type: 'connect';
  gvk: GVK;
  verbs: readonly string[];
}

export type Subresource<T extends KubeObject = KubeObject> =
  | UpdateSubresource<T>
  | ScaleSubresource<T>
  | ActionSubresource
  | ConnectSubresource;

/** Everything the generic server needs to know to serve one resource in one version. */
export interface ResourceDefinition<T extends KubeObject = KubeObject> {
  gvk: GVK;
  plural: string;
  /** Default: lower-cased kind. */
  singular?: string;
  /** Default: kind + 'List'. */
  listKind?: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  namespaced: boolean;
  verbs: readonly Verb[];
  /** Definition name in the SchemaSet, e.g. io.k8s.api.core.v1.Pod */
  schema: string;
  strategy: Strategy<T>;
  columns: readonly Column<T>[];
  /** Field selectors beyond metadata.name and metadata.namespace. */
  fields?: Readonly<Record<string, (o: T) => string>>;
  /** What is said of a field selector's field that it does not know, where that is not what most kinds say. */
  unknownField?: (field: string) => string;
  /** The field in `fields` by which watches are dispatched, e.g. 'spec.nodeName'. */
  index?: string;
  subresources?: Readonly<Record<string, Subresource<T>>>;
  /** Objects of the kind go when nobody has written them for as long as the server keeps events. */
  expires?: true;
  /** DELETE answers with the object even when it is gone at once (pods, services, …). */
  returnsDeletedObject?: boolean;
  /** Reserves what a write needs (cluster IP, node port) after defaulting and before validation; may change `o`. */
  begin?(c: Ctx, o: T, old?: T): Transaction | undefined;
  /** What stored objects of the kind release when they are really gone. */
  afterDelete?(c: Ctx, o: T): void;
  /**
   * This version is another view on objects stored as `version` of `group`/`plural`: how to turn one into the other.
   * Its strategy's `default` sees objects of this version; its `validate`, if any, stands for the stored kind's and sees them as stored.
   */
  storedAs?: { group: string; version: string; plural: string; toStored(o: T): KubeObject; fromStored(o: KubeObject): T };
  /** Version in which Kubernetes stores the kind when that is not this one and not served here; discovery's hashes tell. */
  storageVersion?: string;
  /** Warning that every request for the resource is answered with, e.g. 'v1 Endpoints is deprecated in …'. */
  deprecation?: string;
  /** The resource as a 404 names it, where that is not `plural` (componentstatus). */
  notFoundAs?: string;
  /** Conditions of an object's row in a Table (pods that have ended). */
  rowConditions?(o: T): readonly object[] | undefined;
  /** List items carry apiVersion and kind (custom resources). */
  typedListItems?: boolean;
  /** Virtual resource: nothing is stored, a create is answered by this (reviews, bindings). */
  virtualCreate?(c: Ctx, body: T): Promise<KubeObject> | KubeObject;
  /** Virtual resource whose create is that of another core resource's subresource, for the object that the body names (bindings). */
  forwardsTo?: { resource: string; subresource: string };
  /** Virtual resource that is listed and read without being stored (componentstatuses). */
  virtualList?(c: Ctx): readonly T[];
}

/** All resources of one API group, in the order in which discovery lists them. */
export interface ApiGroup {
  /** '' for the core group. */
  name: string;
  /** Versions, preferred first. */
  versions: readonly string[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- definitions of many kinds side by side
  resources: readonly ResourceDefinition<any>[];
}
