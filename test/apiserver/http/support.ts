import { conflict, expired, notFound, StatusError } from '../../../src/api/errors/status-error';
import type { KubeObject } from '../../../src/api/meta/object';
import { apiVersionOf } from '../../../src/api/meta/object';
import { StaticTokens } from '../../../src/apiserver/authn/bearer-token';
import { alwaysAllow } from '../../../src/apiserver/authz/authorizer';
import type { Body, HandlerMap, ListParams, ObjectResult, PatchBody, RequestContext, ResourceHandlers, WriteParams } from '../../../src/apiserver/handlers/handlers';
import type { ApiServer, ApiServerOptions } from '../../../src/apiserver/http/api-server';
import { createApiServer } from '../../../src/apiserver/http/api-server';
import { HealthRegistry } from '../../../src/apiserver/http/health';
import { Metrics } from '../../../src/apiserver/metrics/metrics';
import type { ApiGroup, ResourceDefinition } from '../../../src/apiserver/registry/strategy';
import { loadProtobuf } from '../../../src/api/protobuf/load';
import type { Cached, CachedEvent, WatchSink } from '../../../src/storage/watch-cache/watch-cache';
import type { Clock } from '../../../src/util/clock';
import { FakeClock } from '../../../src/util/fake-clock';
import { silentLog } from '../../../src/util/log';
import { SeededRandom } from '../../../src/util/random';

const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

export function define(d: Partial<ResourceDefinition> & Pick<ResourceDefinition, 'gvk' | 'plural'>): ResourceDefinition {
  return {
    namespaced: true,
    verbs: ALL,
    schema: '',
    strategy: {},
    columns: [
      { name: 'Name', type: 'string', format: 'name', cell: (o) => o.metadata.name ?? '' },
      { name: 'Data', type: 'integer', priority: 1, cell: (o) => Object.keys((o.data ?? {}) as object).length },
    ],
    ...d,
  };
}

export const configMaps = define({ gvk: { group: '', version: 'v1', kind: 'ConfigMap' }, plural: 'configmaps', shortNames: ['cm'] });
export const nodes = define({ gvk: { group: '', version: 'v1', kind: 'Node' }, plural: 'nodes', namespaced: false, subresources: { status: { type: 'update', verbs: ['get', 'patch', 'update'], strategy: {} } } });
export const namespaces = define({ gvk: { group: '', version: 'v1', kind: 'Namespace' }, plural: 'namespaces', namespaced: false, verbs: ALL.filter((v) => v !== 'deletecollection') });
export const deployments = define({
  gvk: { group: 'apps', version: 'v1', kind: 'Deployment' },
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: {
    status: { type: 'update', verbs: ['get', 'patch', 'update'], strategy: {} },
    scale: { type: 'scale', replicas: () => 1, statusReplicas: () => 1, selector: () => undefined, setReplicas: () => undefined },
  },
});
export const pods = define({
  gvk: { group: '', version: 'v1', kind: 'Pod' },
  plural: 'pods',
  subresources: {
    log: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] },
    eviction: { type: 'action', gvk: { group: 'policy', version: 'v1', kind: 'Eviction' }, schema: '', create: () => Promise.resolve(undefined) },
  },
});
export const reviews = define({ gvk: { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview' }, plural: 'selfsubjectaccessreviews', namespaced: false, verbs: ['create'], columns: [], virtualCreate: (_c, o) => o });
export const kites = define({ gvk: { group: 'example.com', version: 'v1', kind: 'Kite' }, plural: 'kites', typedListItems: true, deprecation: 'example.com/v1 Kite is deprecated' });

/** Objects of one resource in memory, with just enough behaviour to see what the HTTP layer makes of it. */
export class FakeHandlers implements ResourceHandlers {
  readonly objects = new Map<string, Cached>();
  readonly sinks = new Set<WatchSink>();
  readonly seen: { verb: string; ctx: Partial<RequestContext>; body?: unknown; params?: unknown }[] = [];
  private events: CachedEvent[] = [];
  rev = 100;
  oldest = 0;

  constructor(readonly definition: ResourceDefinition) {}

  put(name: string, fields: object = {}, namespace = 'default'): Cached {
    const { gvk, namespaced } = this.definition;
    const rev = ++this.rev;
    const object = {
      kind: gvk.kind,
      apiVersion: apiVersionOf(gvk),
      metadata: { name, ...(namespaced ? { namespace } : {}), uid: `uid-${name}`, resourceVersion: String(rev), creationTimestamp: '2026-01-01T00:00:00Z' },
      ...fields,
    } as KubeObject;
    const cached: Cached = { key: `${namespace}/${name}`, rev, object, bytes: Buffer.from(JSON.stringify(object)) };
    this.emit({ type: this.objects.has(cached.key) ? 'MODIFIED' : 'ADDED', cached, rev });
    this.objects.set(cached.key, cached);
    return cached;
  }

  emit(e: CachedEvent): void {
    this.events.push(e);
    for (const s of [...this.sinks]) if (!s.offer(e)) this.sinks.delete(s);
  }

  get(ctx: RequestContext): ObjectResult {
    this.note('get', ctx);
    return { code: 200, cached: this.find(ctx) };
  }

  list(ctx: RequestContext, p: ListParams): { items: Cached[]; rev: number; continue?: string; remaining?: number } {
    this.note('list', ctx, undefined, p);
    const items = [...this.objects.values()].filter((c) => ctx.namespace === undefined || c.object.metadata.namespace === ctx.namespace);
    const limit = Number(p.limit ?? 0);
    return limit && items.length > limit ? { items: items.slice(0, limit), rev: this.rev, continue: 'more', remaining: items.length - limit } : { items, rev: this.rev };
  }

  async create(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const o = body.value as KubeObject;
    this.note('create', ctx, o, p);
    for (const problem of body.problems ?? []) ctx.warn(problem);
    if (ctx.subresource) return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
    if (this.definition.virtualCreate) return { code: 201, body: o };
    const { metadata, kind: _k, apiVersion: _a, ...rest } = o;
    return { code: 201, cached: this.put(metadata.name!, rest, ctx.namespace) };
  }

  async update(ctx: RequestContext, body: Body, p: WriteParams): Promise<ObjectResult> {
    const { metadata, kind: _k, apiVersion: _a, ...rest } = body.value as KubeObject;
    this.note('update', ctx, body.value, p);
    const old = this.find(ctx);
    if (metadata.resourceVersion && metadata.resourceVersion !== old.object.metadata.resourceVersion) throw conflict(this.gr, ctx.name!, 'the object has been modified');
    return { code: 200, cached: this.put(ctx.name!, rest, ctx.namespace) };
  }

  async patch(ctx: RequestContext, body: PatchBody, p: WriteParams): Promise<ObjectResult> {
    this.note('patch', ctx, body, p);
    const { metadata: _m, kind: _k, apiVersion: _a, ...rest } = this.find(ctx).object;
    return { code: 200, cached: this.put(ctx.name!, { ...rest, ...(JSON.parse(body.text) as object) }, ctx.namespace) };
  }

  async delete(ctx: RequestContext, body: Body | undefined, query: object): Promise<ObjectResult> {
    this.note('delete', ctx, body?.value, query);
    const old = this.find(ctx);
    this.objects.delete(old.key);
    this.emit({ type: 'DELETED', cached: old, rev: ++this.rev });
    return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: ctx.name, kind: this.definition.plural, uid: old.object.metadata.uid } } };
  }

  async deleteCollection(ctx: RequestContext, body: Body | undefined, query: object, p: ListParams): Promise<{ items: Cached[]; rev: number }> {
    this.note('deletecollection', ctx, body?.value, { query, p });
    const items = [...this.objects.values()];
    this.objects.clear();
    return { items, rev: this.rev };
  }

  watch(ctx: RequestContext, p: ListParams, sink: WatchSink): { dispose(): void } {
    this.note('watch', ctx, undefined, p);
    const after = Number(p.resourceVersion ?? '0');
    if (p.resourceVersion === 'abc') throw new StatusError(500, undefined, 'bad version');
    if (after > 0 && after < this.oldest) throw expired(`too old resource version: ${after} (${this.oldest})`);
    if (after === 0) for (const cached of this.objects.values()) sink.offer({ type: 'ADDED', cached, rev: cached.rev });
    else for (const e of this.events) if (e.rev > after) sink.offer(e);
    if (p.sendInitialEvents === 'true') sink.offer({ type: 'BOOKMARK', rev: this.rev, initialEventsEnd: true });
    this.sinks.add(sink);
    return { dispose: () => this.sinks.delete(sink) };
  }

  revision(): number {
    return this.rev;
  }

  private get gr(): { group: string; resource: string } {
    return { group: this.definition.gvk.group, resource: this.definition.plural };
  }

  private find(ctx: RequestContext): Cached {
    const found = this.objects.get(`${ctx.namespace ?? 'default'}/${ctx.name}`);
    if (!found) throw notFound(this.gr, ctx.name!);
    return found;
  }

  private note(verb: string, { namespace, name, subresource, user, userAgent }: RequestContext, body?: unknown, params?: unknown): void {
    this.seen.push({ verb, ctx: { namespace, name, subresource, user, userAgent }, body, params });
  }
}

export class FakeMap implements HandlerMap {
  readonly byName = new Map<string, FakeHandlers>();

  constructor(definitions: readonly ResourceDefinition[]) {
    for (const d of definitions) this.byName.set(`${d.gvk.group}/${d.gvk.version}/${d.plural}`, new FakeHandlers(d));
  }

  get(group: string, version: string, resource: string): FakeHandlers | undefined {
    return this.byName.get(`${group}/${version}/${resource}`);
  }

  all(): Iterable<FakeHandlers> {
    return this.byName.values();
  }
}

export const TOKEN = 'secret-token';

export interface Harness {
  api: ApiServer;
  map: FakeMap;
  clock: Clock;
  health: HealthRegistry;
  metrics: Metrics;
  url: string;
  configMaps: FakeHandlers;
}

/** A listening API server on fake handlers; end it with api.stop(). */
export async function startHarness(extra: Partial<ApiServerOptions> = {}): Promise<Harness> {
  const definitions = [configMaps, namespaces, nodes, pods, deployments, reviews, kites];
  const map = new FakeMap(definitions);
  const byGroup = (name: string): ResourceDefinition[] => definitions.filter((d) => d.gvk.group === name);
  const groups: ApiGroup[] = ['', 'apps', 'authorization.k8s.io', 'example.com'].map((name) => ({ name, versions: ['v1'], resources: byGroup(name) }));
  const clock = extra.clock ?? new FakeClock();
  const health = new HealthRegistry();
  const metrics = new Metrics(0);
  const v2 = { swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.36.2' }, paths: {} };
  const v3 = { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.36.2' }, paths: {} };
  const codec = loadProtobuf();
  const api = createApiServer({
    handlers: map,
    groups,
    authenticator: new StaticTokens([[TOKEN, { name: 'admin', groups: ['system:masters'] }]]),
    authorizer: alwaysAllow,
    openapi: { v2: () => v2, v3Paths: () => ['apis/apps/v1', 'api/v1'], v3: (p) => (p === 'api/v1' || p === 'apis/apps/v1' ? v3 : undefined) },
    openapiProtobuf: () => Buffer.from('protobuf of v2'),
    codec,
    health,
    metrics,
    clock,
    random: new SeededRandom(7),
    log: silentLog,
    ...extra,
  });
  const url = await api.listenAlone('127.0.0.1', 0);
  return { api, map, clock, health, metrics, url, configMaps: map.get('', 'v1', 'configmaps')! };
}
