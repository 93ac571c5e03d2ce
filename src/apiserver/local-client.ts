import { StatusError, methodNotAllowed } from '../api/errors/status-error';
import { apiVersionOf } from '../api/meta/object';
import type { GVR, KubeObject } from '../api/meta/object';
import type { Client, DeleteOptions, KubeList, ListOptions, PatchType, WatchHandler, WatchOptions, WriteOptions } from '../client/client';
import type { CachedEvent } from '../storage/watch-cache/watch-cache';
import type { Disposable } from '../util/clock';
import type { Body, HandlerMap, ListParams, ObjectResult, RequestContext, ResourceHandlers, WriteParams } from './handlers/handlers';
import type { UserInfo } from './registry/strategy';

export interface LocalClientOptions {
  handlers: HandlerMap;
  /** Who the component is: its writes are authorized and attributed to this user and agent. */
  user: UserInfo;
  userAgent: string;
  /** Aborted when the server stops. */
  signal: AbortSignal;
  /** Asked before every request, as the HTTP chain does; throws Forbidden. */
  authorize?(user: UserInfo, verb: string, r: GVR, namespace: string | undefined, name: string | undefined, subresource: string | undefined): void | Promise<void>;
}

/** The Client of components in the server's own process: same handlers, no bytes, objects by reference. */
export class LocalClient implements Client {
  constructor(private readonly o: LocalClientOptions) {}

  async get<T extends KubeObject>(r: GVR, namespace: string | undefined, name: string, o?: { subresource?: string; resourceVersion?: string }): Promise<T> {
    const { h, ctx } = await this.enter('get', r, namespace, name, o?.subresource);
    return objectOf<T>(await h.get(ctx, { resourceVersion: o?.resourceVersion }));
  }

  async list<T extends KubeObject>(r: GVR, o: ListOptions = {}): Promise<KubeList<T>> {
    const { h, ctx } = await this.enter('list', r, o.namespace);
    const found = await h.list(ctx, listParams(o));
    const { gvk } = h.definition;
    return {
      kind: h.definition.listKind ?? `${gvk.kind}List`,
      apiVersion: apiVersionOf(gvk),
      metadata: { resourceVersion: String(found.rev), ...(found.continue === undefined ? {} : { continue: found.continue }), ...(found.remaining === undefined ? {} : { remainingItemCount: found.remaining }) },
      items: found.items.map((c) => c.object as T),
    };
  }

  async create<T extends KubeObject>(r: GVR, object: KubeObject, o: WriteOptions & { name?: string } = {}): Promise<T> {
    const { h, ctx } = await this.enter('create', r, object.metadata.namespace, o.name, o.subresource);
    return objectOf<T>(await h.create(ctx, local(object), writeParams(o)));
  }

  async update<T extends KubeObject>(r: GVR, object: T, o: WriteOptions = {}): Promise<T> {
    const { h, ctx } = await this.enter('update', r, object.metadata.namespace, object.metadata.name, o.subresource);
    return objectOf<T>(await h.update(ctx, local(object), writeParams(o)));
  }

  async patch<T extends KubeObject>(r: GVR, namespace: string | undefined, name: string, type: PatchType, patch: unknown, o: WriteOptions & { force?: boolean } = {}): Promise<T> {
    const { h, ctx } = await this.enter('patch', r, namespace, name, o.subresource);
    return objectOf<T>(await h.patch(ctx, { type, text: '', value: patch }, { ...writeParams(o), ...(o.force === undefined ? {} : { force: String(o.force) }) }));
  }

  async delete(r: GVR, namespace: string | undefined, name: string, o: DeleteOptions = {}): Promise<KubeObject> {
    const { h, ctx } = await this.enter('delete', r, namespace, name);
    return objectOf(await h.delete(ctx, deleteBody(o), {}));
  }

  async deleteCollection(r: GVR, list: ListOptions, o: DeleteOptions = {}): Promise<void> {
    const { h, ctx } = await this.enter('deletecollection', r, list.namespace);
    await h.deleteCollection(ctx, deleteBody(o), {}, listParams(list));
  }

  watch<T extends KubeObject>(r: GVR, o: WatchOptions, handler: WatchHandler<T>): Disposable {
    let inner: Disposable | undefined;
    let over = false;
    const sink = {
      offer: (e: CachedEvent): boolean => {
        if (over) return false;
        if (e.type === 'BOOKMARK') handler.event('BOOKMARK', bookmark(r, e) as T);
        else handler.event(e.type, e.cached!.object as T);
        return true;
      },
      close: (reason: string): void => {
        if (over) return;
        over = true;
        handler.closed(reason === 'stopped' ? undefined : new Error(`watch of ${r.resource} ended: ${reason}`));
      },
    };
    void this.enter('watch', r, o.namespace).then(({ h, ctx }) => {
      if (over) return;
      inner = h.watch(ctx, { ...listParams(o), allowWatchBookmarks: String(o.allowWatchBookmarks ?? false), ...(o.sendInitialEvents === undefined ? {} : { sendInitialEvents: String(o.sendInitialEvents) }) }, sink);
    }).catch((e: unknown) => {
      if (over) return;
      over = true;
      handler.closed(e instanceof Error ? e : new Error(String(e)));
    });
    return {
      dispose: () => {
        over = true;
        inner?.dispose();
      },
    };
  }

  async discover(): Promise<readonly { gvr: GVR; kind: string; namespaced: boolean; verbs: readonly string[] }[]> {
    return [...this.o.handlers.all()].map(({ definition: d }) => ({
      gvr: { group: d.gvk.group, version: d.gvk.version, resource: d.plural },
      kind: d.gvk.kind,
      namespaced: d.namespaced,
      verbs: d.verbs,
    }));
  }

  /** What the HTTP chain does before a handler: finds it, and asks whether the user may. */
  private async enter(verb: string, r: GVR, namespace: string | undefined, name?: string, subresource?: string): Promise<{ h: ResourceHandlers; ctx: RequestContext }> {
    const h = this.o.handlers.get(r.group, r.version, r.resource);
    if (!h || (subresource !== undefined && !h.definition.subresources?.[subresource])) {
      throw new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
    }
    if (subresource === undefined && !h.definition.verbs.includes(verb as never)) throw methodNotAllowed();
    const pending = this.o.authorize?.(this.o.user, verb, r, namespace, name, subresource);
    if (pending) await pending;
    return {
      h,
      ctx: { user: this.o.user, userAgent: this.o.userAgent, signal: this.o.signal, warn: () => undefined, namespace: h.definition.namespaced ? namespace : undefined, name, subresource },
    };
  }
}

function objectOf<T extends KubeObject>(r: ObjectResult): T {
  return (r.cached ? r.cached.object : r.body) as T;
}

function local(value: KubeObject): Body {
  return { value, mediaType: 'local' };
}

function deleteBody(o: DeleteOptions): Body {
  return { value: { ...o, dryRun: o.dryRun ? ['All'] : undefined }, mediaType: 'local' };
}

function writeParams(o: WriteOptions): WriteParams {
  return { ...(o.dryRun ? { dryRun: ['All'] } : {}), ...(o.fieldManager === undefined ? {} : { fieldManager: o.fieldManager }) };
}

function listParams(o: ListOptions): ListParams {
  return {
    labelSelector: o.labelSelector,
    fieldSelector: o.fieldSelector,
    limit: o.limit === undefined ? undefined : String(o.limit),
    continue: o.continue,
    resourceVersion: o.resourceVersion,
    resourceVersionMatch: o.resourceVersionMatch,
  };
}

function bookmark(r: GVR, e: CachedEvent): KubeObject {
  return {
    kind: '',
    apiVersion: apiVersionOf(r),
    metadata: { resourceVersion: String(e.rev), ...(e.initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}) },
  };
}
