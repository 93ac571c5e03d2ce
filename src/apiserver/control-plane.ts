import { groupResource } from '../api/meta/object';
import type { GVR, KubeObject } from '../api/meta/object';
import type { SchemaSet } from '../api/schema/schema';
import type { Store } from '../storage/store';
import { createWatchCache } from '../storage/watch-cache/create-watch-cache';
import { Dispatcher } from '../storage/watch-cache/dispatcher';
import type { StoreWatchCache } from '../storage/watch-cache/create-watch-cache';
import type { Clock, Disposable } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';
import { Slices } from '../util/slices';
import { AdmissionChain } from './admission/admission';
import type { AdmissionPlugin } from './admission/admission';
import { ResourceHandlerMap } from './handlers/handler-map';
import type { HandlerServices } from './handlers/services';
import { StoredHandlers } from './handlers/stored-handlers';
import { VirtualHandlers } from './handlers/virtual-handlers';
import { LocalClient } from './local-client';
import { startExpiry } from './registry/expiry';
import { Registry } from './registry/registry';
import { storagePrefix } from './registry/storage-key';
import { parseStored } from './registry/stored';
import type { ApiGroup, Lookup, ResourceDefinition } from './registry/strategy';

/** As whom the API server writes on its own account. */
const LOOPBACK = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

export interface ControlPlaneOptions {
  groups: readonly ApiGroup[];
  schemas: SchemaSet;
  store: Store;
  clock: Clock;
  random: Random;
  admission: readonly AdmissionPlugin[];
  log: Log;
  /** How long an Event is kept after its last write, in milliseconds; default an hour, Infinity: for ever. */
  eventTtlMs?: number;
}

const EVENT_TTL = 3_600_000;

/** The API server without a transport: registries and handlers of every resource, and synchronous look-ups for strategies. */
export class ControlPlane {
  readonly handlers = new ResourceHandlerMap();
  readonly lookup: Lookup;
  /** Long reads go through it, in pieces. */
  readonly slices: Slices;
  private readonly registries = new Map<string, Registry>();
  private readonly caches: StoreWatchCache[] = [];
  private readonly expiries: Disposable[] = [];
  private readonly dispatcher: Dispatcher;
  private readonly stopping = new AbortController();

  private constructor(private readonly o: ControlPlaneOptions) {
    this.slices = new Slices(o.clock);
    this.dispatcher = new Dispatcher(o.store, o.log);
    this.lookup = { get: (r, ns, name) => this.get(r, ns, name), list: (r, ns) => this.list(r, ns) };
  }

  /** Loads what is stored of every resource and makes its handlers. */
  static async create(o: ControlPlaneOptions): Promise<ControlPlane> {
    const plane = new ControlPlane(o);
    const services: HandlerServices = { schemas: o.schemas, admission: new AdmissionChain(o.admission), clock: o.clock, random: o.random, lookup: plane.lookup, registryOf: (r) => plane.registry(r) };
    const definitions = o.groups.flatMap((g) => g.resources as readonly ResourceDefinition[]);
    await Promise.all(definitions.filter((d) => !d.storedAs && !isVirtual(d)).map((d) => plane.store(d)));
    for (const d of definitions) plane.handlers.set(isVirtual(d) ? new VirtualHandlers(services, d, plane.handlers) : new StoredHandlers(services, d, plane.registry(storedPlace(d)), versionsOf(d, definitions)));
    const client = new LocalClient({ handlers: plane.handlers, user: LOOPBACK, userAgent: 'kube-apiserver', signal: plane.stopping.signal });
    for (const p of o.admission) p.useClient?.(client);
    return plane;
  }

  /** Ends every watch. */
  close(): void {
    this.stopping.abort(new Error('the API server stops'));
    for (const e of this.expiries) e.dispose();
    for (const c of this.caches) c.close('stopped');
    this.dispatcher.close();
  }

  /** Registries by stored resource, for metrics. */
  stored(): Iterable<Registry> {
    return this.registries.values();
  }

  private async store(d: ResourceDefinition): Promise<void> {
    const prefix = storagePrefix(d);
    const field = d.index === undefined ? undefined : d.fields?.[d.index];
    const cache = await createWatchCache({ dispatcher: this.dispatcher, prefix, decode: parseStored, indexOf: field && ((o) => field(o) || undefined), slices: this.slices, log: this.o.log });
    this.caches.push(cache);
    const registry = new Registry(d, prefix, this.o.store, cache);
    this.registries.set(groupResource(d.gvk.group, d.plural), registry);
    if (d.expires) this.expiries.push(startExpiry(registry, { ttlMs: this.o.eventTtlMs ?? EVENT_TTL, clock: this.o.clock, log: this.o.log }));
  }

  private registry(r: { group: string; resource: string }): Registry {
    const found = this.registries.get(groupResource(r.group, r.resource));
    if (!found) throw new Error(`nothing is stored of ${groupResource(r.group, r.resource)}`);
    return found;
  }

  private get(r: GVR, namespace: string | undefined, name: string): KubeObject | undefined {
    const { cache, definition, prefix } = this.registry(r);
    return cache.get(definition.namespaced ? `${prefix}${namespace}/${name}` : prefix + name)?.object;
  }

  private list(r: GVR, namespace: string | undefined): readonly KubeObject[] {
    const registry = this.registry(r);
    return registry.cache.list(namespace === undefined ? {} : { prefix: `${registry.prefix}${namespace}/` }).items.map((c) => c.object);
  }
}

function isVirtual(d: ResourceDefinition): boolean {
  return d.virtualCreate !== undefined || d.virtualList !== undefined || d.forwardsTo !== undefined;
}

/** The definitions that show what `d` shows. */
function versionsOf(d: ResourceDefinition, all: readonly ResourceDefinition[]): ResourceDefinition[] {
  const { group, resource } = storedPlace(d);
  return all.filter((x) => !isVirtual(x) && storedPlace(x).group === group && storedPlace(x).resource === resource);
}

function storedPlace(d: ResourceDefinition): { group: string; resource: string } {
  return d.storedAs ? { group: d.storedAs.group, resource: d.storedAs.plural } : { group: d.gvk.group, resource: d.plural };
}
