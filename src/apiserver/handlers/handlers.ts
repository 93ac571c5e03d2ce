import type { KubeObject } from '../../api/meta/object';
import type { Status } from '../../api/errors/status-error';
import type { Cached, WatchSink } from '../../storage/watch-cache/watch-cache';
import type { Disposable } from '../../util/clock';
import type { ResourceDefinition, UserInfo } from '../registry/strategy';

/** What a handler knows about the caller. One per request. */
export interface RequestContext {
  user: UserInfo;
  userAgent: string;
  /** Aborted when the client goes away or the server stops. */
  signal: AbortSignal;
  /** Collects Warning headers (deduplicated by the sender). */
  warn(text: string): void;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/**
 * A request body. `value` is what the body's media type parsed to, before any schema was applied; `text` its JSON source when
 * it was JSON (for duplicate fields and messages). In-process callers give `value` alone; it is read, never kept or changed.
 */
export interface Body {
  value: unknown;
  text?: string;
  /** What `text` was read from. */
  bytes?: Buffer;
  mediaType: 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf' | 'local';
  /** Strict-decoding complaints found while parsing (duplicate keys of YAML). */
  problems?: string[];
}

/** Raw query values: undefined when absent. Handlers validate them and refuse with upstream's messages. */
export interface WriteParams {
  /** Every value of dryRun as sent. */
  dryRun?: readonly string[];
  fieldManager?: string;
  fieldValidation?: string;
  force?: string;
}

export interface ListParams {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: string;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  timeoutSeconds?: string;
  sendInitialEvents?: string;
  allowWatchBookmarks?: string;
}

/** The answer of a handler that concerns one object. */
export interface ObjectResult {
  code: number;
  /** Object to answer with, in the version of `definition`; in-process callers take cached.object. */
  cached?: Cached;
  /** Instead of an object: a Status (deleted), or an object that is not stored (Scale, Binding, dry run). */
  body?: KubeObject | Status;
}

export interface ListResult {
  items: readonly Cached[];
  rev: number;
  continue?: string;
  remaining?: number;
}

export interface PatchBody {
  type: 'json' | 'merge' | 'strategic' | 'apply';
  /** Source text: parsed by the handler, since each type words its errors differently. */
  text: string;
  /** The parsed patch when the caller is in this process (then `text` is unused). */
  value?: unknown;
}

/**
 * The verbs of one resource in one version, free of any transport: the HTTP layer and LocalClient call the same ones.
 * All throw StatusError. Reads that need no waiting answer synchronously. Subresources come in ctx.subresource.
 */
export interface ResourceHandlers {
  readonly definition: ResourceDefinition;
  get(ctx: RequestContext, o: { resourceVersion?: string }): ObjectResult | Promise<ObjectResult>;
  list(ctx: RequestContext, p: ListParams): ListResult | Promise<ListResult>;
  create(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult>;
  update(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult>;
  patch(ctx: RequestContext, body: PatchBody, p: WriteParams): Promise<ObjectResult>;
  /** `body`: DeleteOptions when the request had one; else the query's options are used. */
  delete(ctx: RequestContext, body: Body | undefined, query: DeleteQuery): Promise<ObjectResult>;
  deleteCollection(ctx: RequestContext, body: Body | undefined, query: DeleteQuery, p: ListParams): Promise<ListResult>;
  /** Events go to the sink, the first ones before this returns. Throws for bad parameters; Expired comes as thrown StatusError 410. */
  watch(ctx: RequestContext, p: ListParams, sink: WatchSink): Disposable;
  /** Revision up to which every event of this resource has been offered to its watchers: what a bookmark may promise now. */
  revision?(): number;
}

/** DeleteOptions as query parameters, raw. */
export interface DeleteQuery {
  gracePeriodSeconds?: string;
  propagationPolicy?: string;
  orphanDependents?: string;
  dryRun?: readonly string[];
  /** The preconditions. */
  uid?: string;
  resourceVersion?: string;
}

/** Finds the handlers of a resource; the one look-up of a request. CustomResourceDefinitions add and remove entries at run time. */
export interface HandlerMap {
  get(group: string, version: string, resource: string): ResourceHandlers | undefined;
  /** Everything served, in discovery order. */
  all(): Iterable<ResourceHandlers>;
}
