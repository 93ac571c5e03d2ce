import { alreadyExists, badRequest, conflict, expired, MODIFIED, notFound, StatusError } from '../../src/api/errors/status-error';
import type { GVR, KubeObject } from '../../src/api/meta/object';
import { keyOf } from '../../src/api/meta/object';
import { formatTime } from '../../src/api/meta/time';
import { applyJsonPatch } from '../../src/api/patch/json-patch';
import { parseLabelSelector } from '../../src/api/selectors/label-selector';
import type { Client, DeleteOptions, KubeList, ListOptions, PatchType, WatchHandler, WatchOptions, WriteOptions } from '../../src/client/client';
import { sameJson } from '../../src/client/equality';
import { gvrPath } from '../../src/client/resources';
import type { Clock, Disposable } from '../../src/util/clock';
import type { Random } from '../../src/util/random';
import { randomSuffix } from '../../src/util/random';
import { mergePatch, strategicPatch } from './fake-patch';
import { KINDS } from './fake-kinds';

interface Change {
  rv: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
  old?: KubeObject;
}

interface Watcher {
  o: WatchOptions;
  handler: WatchHandler;
}

/** What was done to the fake, for tests that must see that nothing was. */
export interface Action {
  verb: string;
  resource: string;
  key: string;
  subresource?: string;
}

/**
 * An API server in memory, for tests of components: versions, conflicts, generations, finalizers, propagation, generated names, watches with
 * history and bookmarks are real; defaults, validation and admission there are none. Objects handed out are frozen.
 */
export class FakeClient implements Client {
  readonly actions: Action[] = [];
  /** Set to make requests fail: return an error to throw. */
  fail: (verb: string, r: GVR, o: KubeObject | undefined) => Error | undefined = () => undefined;
  /** Switch off to be a server without WatchList. */
  watchList = true;
  rev = 1;
  /** Versions below are no longer known to watches. */
  oldest = 0;
  private readonly objects = new Map<string, Map<string, KubeObject>>();
  private readonly history = new Map<string, Change[]>();
  private readonly watchers = new Map<string, Set<Watcher>>();

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  async get<T extends KubeObject>(r: GVR, namespace: string | undefined, name: string, o: { subresource?: string } = {}): Promise<T> {
    await this.begin('get', r, undefined);
    const found = this.find(r, namespace, name);
    if (o.subresource === 'scale') {
      const labels = Object.entries((found['spec'].selector?.matchLabels ?? {}) as Record<string, string>);
      const status = { replicas: found['status']?.replicas ?? 0, selector: labels.map(([k, v]) => `${k}=${v}`).join(',') };
      return { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: found.metadata, spec: { replicas: found['spec'].replicas }, status } as unknown as T;
    }
    return found as T;
  }

  async list<T extends KubeObject>(r: GVR, o: ListOptions = {}): Promise<KubeList<T>> {
    await this.begin('list', r, undefined);
    let items = this.select(r, o) as T[];
    if (o.continue) items = items.filter((x) => keyOf(x) > o.continue!);
    const more = o.limit !== undefined && items.length > o.limit;
    if (more) items = items.slice(0, o.limit);
    const metadata = { resourceVersion: String(this.rev), ...(more ? { continue: keyOf(items.at(-1)!) } : {}) };
    return { kind: `${this.kind(r).kind}List`, apiVersion: 'v1', metadata, items };
  }

  async create<T extends KubeObject>(r: GVR, object: KubeObject, o: WriteOptions & { name?: string } = {}): Promise<T> {
    const k = this.kind(r);
    const fresh: KubeObject = structuredClone({ ...object, apiVersion: r.group ? `${r.group}/${r.version}` : r.version, kind: k.kind });
    await this.begin('create', r, fresh);
    const m = fresh.metadata;
    if (!m.name) m.name = `${m.generateName}${randomSuffix(this.random)}`;
    this.note('create', r, keyOf(fresh), o.subresource);
    if (this.table(r).has(keyOf(fresh))) throw alreadyExists(r, m.name);
    m.uid = this.random.uuid();
    m.creationTimestamp = formatTime(this.clock.now());
    if (fresh['spec'] !== undefined && !k.noGeneration) m.generation = 1;
    if (k.status) fresh['status'] = k.initialStatus ? structuredClone(k.initialStatus) : {};
    if (k.kind === 'Namespace') fresh['spec'] = { finalizers: ['kubernetes'] };
    return (o.dryRun ? fresh : this.commit(r, 'ADDED', fresh)) as T;
  }

  async update<T extends KubeObject>(r: GVR, object: T, o: WriteOptions = {}): Promise<T> {
    const copy = structuredClone(object) as KubeObject;
    await this.begin('update', r, copy);
    this.note('update', r, keyOf(copy), o.subresource);
    return this.store(r, this.find(r, copy.metadata.namespace, copy.metadata.name!), copy, o.subresource) as T;
  }

  async patch<T extends KubeObject>(r: GVR, namespace: string | undefined, name: string, type: PatchType, patch: unknown, o: WriteOptions = {}): Promise<T> {
    await this.begin('patch', r, undefined);
    const old = this.find(r, namespace, name);
    this.note('patch', r, keyOf(old), o.subresource);
    let next = structuredClone(old);
    // Fields have no owners here: what is applied replaces.
    if (type === 'merge' || type === 'apply') next = mergePatch(next, patch) as KubeObject;
    else if (type === 'strategic') next = strategicPatch(next, patch) as KubeObject;
    else if (type === 'json') {
      try {
        next = applyJsonPatch(next, patch as object[]) as KubeObject;
      } catch (e) {
        throw new StatusError(422, 'Invalid', (e as Error).message);
      }
    } else throw new StatusError(415, 'UnsupportedMediaType', `the fake cannot apply ${type} patches`);
    if (next.metadata.uid !== old.metadata.uid) throw conflict(r, name, `Precondition failed: UID in precondition: ${next.metadata.uid}, UID in object meta: ${old.metadata.uid}`);
    return this.store(r, old, next, o.subresource) as T;
  }

  async delete(r: GVR, namespace: string | undefined, name: string, o: DeleteOptions = {}): Promise<KubeObject> {
    await this.begin('delete', r, undefined);
    const old = this.find(r, namespace, name);
    this.note('delete', r, keyOf(old));
    const p = o.preconditions;
    if ((p?.uid && p.uid !== old.metadata.uid) || (p?.resourceVersion && p.resourceVersion !== old.metadata.resourceVersion)) {
      throw conflict(r, name, 'Precondition failed');
    }
    const next = structuredClone(old);
    const finalizers = new Set(next.metadata.finalizers ?? []);
    if (o.propagationPolicy === 'Orphan') finalizers.add('orphan').delete('foregroundDeletion');
    if (o.propagationPolicy === 'Foreground') finalizers.add('foregroundDeletion').delete('orphan');
    if (o.propagationPolicy === 'Background') for (const f of ['orphan', 'foregroundDeletion']) finalizers.delete(f);
    next.metadata.finalizers = finalizers.size ? [...finalizers] : undefined;
    const isPod = this.kind(r).kind === 'Pod';
    const grace = isPod && old['spec']?.nodeName && old['status']?.phase !== 'Succeeded' && old['status']?.phase !== 'Failed' ? (o.gracePeriodSeconds ?? old['spec'].terminationGracePeriodSeconds ?? 30) : 0;
    const waits = finalizers.size > 0 || grace > 0 || (old['spec']?.finalizers?.length ?? 0) > 0;
    if (!waits) {
      this.remove(r, next);
      return next;
    }
    if (!next.metadata.deletionTimestamp || (isPod && grace < (next.metadata.deletionGracePeriodSeconds ?? 0))) {
      next.metadata.deletionTimestamp = formatTime(this.clock.now() + grace * 1000);
      next.metadata.deletionGracePeriodSeconds = grace;
      if (next.metadata.generation !== undefined) next.metadata.generation++;
      if (this.kind(r).kind === 'Namespace') next['status'] = { ...next['status'], phase: 'Terminating' };
    }
    return sameJson(next, old) ? old : this.commit(r, 'MODIFIED', next, old);
  }

  async deleteCollection(r: GVR, list: ListOptions, o: DeleteOptions = {}): Promise<void> {
    for (const item of this.select(r, list)) await this.delete(r, item.metadata.namespace, item.metadata.name!, o);
  }

  watch<T extends KubeObject>(r: GVR, o: WatchOptions, handler: WatchHandler<T>): Disposable {
    const watcher = { o, handler: handler as unknown as WatchHandler };
    const failed = this.fail('watch', r, undefined);
    const refuse = (e: Error): Disposable => {
      queueMicrotask(() => handler.closed(e));
      return { dispose: () => {} };
    };
    if (failed) return refuse(failed);
    if (o.sendInitialEvents && !this.watchList) {
      return refuse(new StatusError(422, 'Invalid', 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'));
    }
    try {
      parseLabelSelector(o.labelSelector ?? '');
    } catch (e) {
      return refuse(badRequest((e as Error).message));
    }
    const from = o.resourceVersion ? Number(o.resourceVersion) : undefined;
    if (from !== undefined && from < this.oldest) return refuse(expired(`too old resource version: ${from} (${this.oldest})`));
    let set = this.watchers.get(gvrPath(r));
    if (!set) this.watchers.set(gvrPath(r), (set = new Set()));
    if (from === undefined) for (const item of this.select(r, o)) watcher.handler.event('ADDED', item);
    else for (const c of this.history.get(gvrPath(r)) ?? []) if (c.rv > from) offer(watcher, c);
    if (o.sendInitialEvents) watcher.handler.event('BOOKMARK', bookmark(this.rev, true));
    set.add(watcher);
    return { dispose: () => void set.delete(watcher) };
  }

  async discover(): Promise<readonly { gvr: GVR; kind: string; namespaced: boolean; verbs: readonly string[] }[]> {
    const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
    return KINDS.map((k) => ({ gvr: k.gvr, kind: k.kind, namespaced: k.namespaced, verbs }));
  }

  /** Everything of a resource, for assertions. */
  all<T extends KubeObject = KubeObject>(r: GVR, namespace?: string): T[] {
    return this.select(r, { namespace }) as T[];
  }

  /** Ends all watches of a resource, as a server that restarts does. */
  hangUp(r: GVR, error?: Error): void {
    const set = this.watchers.get(gvrPath(r));
    for (const w of [...(set ?? [])]) {
      set!.delete(w);
      w.handler.closed(error);
    }
  }

  private async begin(verb: string, r: GVR, o: KubeObject | undefined): Promise<void> {
    await Promise.resolve();
    const e = this.fail(verb, r, o);
    if (e) throw e;
  }

  private note(verb: string, r: GVR, key: string, subresource?: string): void {
    this.actions.push({ verb, resource: r.resource, key, ...(subresource ? { subresource } : {}) });
  }

  private kind(r: GVR): (typeof KINDS)[number] {
    const k = KINDS.find((x) => gvrPath(x.gvr) === gvrPath(r));
    if (!k) throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
    return k;
  }

  private table(r: GVR): Map<string, KubeObject> {
    this.kind(r);
    let t = this.objects.get(gvrPath(r));
    if (!t) this.objects.set(gvrPath(r), (t = new Map()));
    return t;
  }

  private find(r: GVR, namespace: string | undefined, name: string): KubeObject {
    const o = this.table(r).get(namespace ? `${namespace}/${name}` : name);
    if (!o) throw notFound(r, name);
    return o;
  }

  private select(r: GVR, o: ListOptions): KubeObject[] {
    return [...this.table(r).values()].filter((x) => matches(x, o)).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  private store(r: GVR, old: KubeObject, next: KubeObject, subresource: string | undefined): KubeObject {
    const name = old.metadata.name!;
    const k = this.kind(r);
    if (subresource === 'scale') next = { ...structuredClone(old), spec: { ...old['spec'], replicas: next['spec'].replicas } };
    if (next.metadata.resourceVersion && next.metadata.resourceVersion !== old.metadata.resourceVersion) throw conflict(r, name, MODIFIED);
    if (next.metadata.uid && next.metadata.uid !== old.metadata.uid) throw conflict(r, name, 'Precondition failed: UID');
    if (subresource === 'finalize') next = { ...structuredClone(old), spec: next['spec'] };
    else if (k.kind === 'Namespace' && !subresource) next = { ...next, spec: structuredClone(old['spec']), status: structuredClone(old['status']) };
    if (subresource === 'status') {
      // Deployments take annotations with their status.
      const { annotations } = k.kind === 'Deployment' ? next.metadata : old.metadata;
      next = { ...structuredClone(old), metadata: { ...structuredClone(old.metadata), annotations }, status: next['status'] };
    }
    else if (k.status) next = { ...next, status: structuredClone(old['status']) };
    for (const f of ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'resourceVersion'] as const) {
      (next.metadata as Record<string, unknown>)[f] = old.metadata[f];
    }
    next.apiVersion = old.apiVersion;
    next.kind = old.kind;
    if (!next.metadata.finalizers?.length) delete next.metadata.finalizers;
    if (!next.metadata.ownerReferences?.length) delete next.metadata.ownerReferences;
    next = JSON.parse(JSON.stringify(next)) as KubeObject;
    if (sameJson(next, old)) return old;
    if (!sameJson(next['spec'], old['spec']) && old.metadata.generation !== undefined && k.kind !== 'Namespace') next.metadata.generation = old.metadata.generation + 1;
    const graceful = (old.metadata.deletionGracePeriodSeconds ?? 0) > 0;
    if (next.metadata.deletionTimestamp && !next.metadata.finalizers && !graceful && !next['spec']?.finalizers?.length) {
      this.remove(r, next);
      return next;
    }
    return this.commit(r, 'MODIFIED', next, old);
  }

  private remove(r: GVR, last: KubeObject): void {
    const o = this.stamp(last);
    this.table(r).delete(keyOf(o));
    this.publish(r, { rv: this.rev, type: 'DELETED', object: o, old: o });
  }

  private commit(r: GVR, type: 'ADDED' | 'MODIFIED', o: KubeObject, old?: KubeObject): KubeObject {
    const stamped = this.stamp(o);
    this.table(r).set(keyOf(stamped), stamped);
    this.publish(r, { rv: this.rev, type, object: stamped, old });
    return stamped;
  }

  private stamp(o: KubeObject): KubeObject {
    this.rev++;
    return freeze({ ...o, metadata: { ...o.metadata, resourceVersion: String(this.rev) } });
  }

  private publish(r: GVR, c: Change): void {
    let h = this.history.get(gvrPath(r));
    if (!h) this.history.set(gvrPath(r), (h = []));
    h.push(c);
    for (const w of this.watchers.get(gvrPath(r)) ?? []) offer(w, c);
  }
}

function offer(w: Watcher, c: Change): void {
  const now = matches(c.object, w.o);
  const before = c.old ? matches(c.old, w.o) : false;
  if (c.type === 'DELETED') {
    if (now) w.handler.event('DELETED', c.object);
  } else if (now) w.handler.event(before ? 'MODIFIED' : 'ADDED', c.object);
  else if (before) w.handler.event('DELETED', { ...c.old!, metadata: { ...c.old!.metadata, resourceVersion: String(c.rv) } });
}

function bookmark(rev: number, end: boolean): KubeObject {
  return { apiVersion: 'v1', kind: 'Bookmark', metadata: { resourceVersion: String(rev), ...(end ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}) } };
}

function matches(o: KubeObject, by: ListOptions): boolean {
  if (by.namespace !== undefined && o.metadata.namespace !== by.namespace) return false;
  if (by.labelSelector && !parseLabelSelector(by.labelSelector).matches(o.metadata.labels)) return false;
  for (const term of (by.fieldSelector ?? '').split(',').filter(Boolean)) {
    const [path, value] = term.split('=') as [string, string];
    let v: unknown = o;
    for (const p of path.split('.')) v = (v as Record<string, unknown> | undefined)?.[p];
    if ((v ?? '') !== value) return false;
  }
  return true;
}

function freeze<T>(v: T): T {
  if (typeof v !== 'object' || v === null || Object.isFrozen(v)) return v;
  Object.freeze(v);
  for (const x of Object.values(v)) freeze(x);
  return v;
}
