import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import { CacheLag } from '../../client/cache-lag';
import type { Component, ComponentContext } from '../../client/component';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { sameJson } from '../../client/equality';
import { QueueComponent } from '../../client/queue-component';
import { ENDPOINT_SLICES, NODES, PODS, SERVICES } from '../../client/resources';
import { exponentialDelay, WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { namespaceTerminating } from '../shared/errors';
import { indexByLabel, labelled } from '../shared/label-index';
import { watchPodsOfServices } from '../shared/pod-services';
import type { Service } from '../shared/service';
import { isReachable, LAST_CHANGE_ANNOTATION, selectsPods } from '../shared/service';
import { TriggerTimes } from '../shared/trigger-times';
import type { Node, Pod } from '../shared/types';
import { Written } from '../shared/written';
import { endpointOf, orderedPorts, portsOf } from './endpoint-of';
import type { Plan } from './slice-plan';
import { newSlice, planPorts, reuseDeleted } from './slice-plan';
import type { Endpoint, EndpointPort, EndpointSlice } from './slice-types';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from './slice-types';

const MANAGER = 'endpointslice-controller.k8s.io';
/** Changes of slices made by others are looked at after this time, so that several are seen at once. */
const SLICE_DELAY = 1000;

class EndpointSliceController {
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly slices: Informer<EndpointSlice>;
  private readonly written: Written;
  private readonly times = new TriggerTimes();
  private readonly events: EventRecorder;

  constructor(private readonly x: ComponentContext) {
    this.services = x.caches.informer<Service>(SERVICES);
    this.pods = indexByLabel(x.caches.informer<Pod>(PODS));
    this.nodes = x.caches.informer<Node>(NODES);
    this.slices = x.caches.informer<EndpointSlice>(ENDPOINT_SLICES);
    this.slices.addIndex('service', (s) => (isManaged(s) ? [serviceKey(s)] : []));
    this.written = new Written(this.slices, x.clock);
    this.events = x.events.recorder('endpoint-slice-controller');
  }

  subscribe(queue: WorkQueue): Disposable[] {
    const service = (s: Service): void => queue.add(keyOf(s));
    const slice = (s: EndpointSlice, old?: EndpointSlice): void => {
      // Our own writes come back as events too; they need no second look.
      if (!isManaged(s) && !(old && isManaged(old))) return;
      queue.addAfter(serviceKey(s), SLICE_DELAY);
      if (old && serviceKey(old) !== serviceKey(s)) queue.addAfter(serviceKey(old), SLICE_DELAY);
    };
    return [
      this.services.subscribe({ added: service, updated: service, deleted: service }),
      watchPodsOfServices(this.pods, this.services, queue),
      this.slices.subscribe({ added: slice, updated: slice, deleted: slice }),
      this.written.subscription,
    ];
  }

  async reconcile(key: string): Promise<void> {
    const service = this.services.get(key);
    if (!service) return this.times.forget(key);
    if (!selectsPods(service)) return;
    if (this.written.isBehind(key)) throw new CacheLag('EndpointSlices');
    const pods = labelled(this.pods, service.metadata.namespace, service.spec.selector!);
    const existing = this.slices.byIndex('service', key).filter((s) => !s.metadata.deletionTimestamp);
    const changedAt = this.times.next(key, service, pods);
    try {
      await this.bringInLine(key, service, pods, existing, changedAt);
    } catch (e) {
      this.events.event(service, 'Warning', 'FailedToUpdateEndpointSlices', `Error updating Endpoint Slices for Service ${key}: ${(e as Error).message}`);
      throw e;
    }
  }

  private async bringInLine(key: string, service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[], changedAt: number | undefined): Promise<void> {
    const types = addressTypes(service);
    const lost = new Map<string, string>();
    for (const type of types) {
      const plan = this.plan(service, pods, existing.filter((s) => s.addressType === type), type, lost);
      await this.carryOut(key, service, plan, changedAt);
    }
    const others = existing.filter((s) => !types.includes(s.addressType));
    await this.carryOut(key, service, { create: [], update: [], delete: others }, changedAt);
    if (lost.size > 0) throw new Error([...lost].map(([pod, node]) => `skipping Pod ${pod} for Service ${key}: Node ${node} Not Found`).join(', '));
  }

  private plan(service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[], type: string, lost: Map<string, string>): Plan {
    const plan: Plan = { create: [], update: [], delete: existing.filter((s) => !isOwned(s, service)) };
    const wanted = new Map<string, { ports: EndpointPort[]; endpoints: Endpoint[] }>();
    const orders = new Map<string, EndpointPort[]>();
    for (const pod of pods) {
      if (!isReachable(pod, true)) continue;
      const node = this.nodes.get(pod.spec.nodeName ?? '');
      if (!node && !service.spec.publishNotReadyAddresses) {
        lost.set(pod.metadata.name!, pod.spec.nodeName ?? '');
        continue;
      }
      const unordered = portsOf(pod, service);
      const raw = JSON.stringify(unordered);
      let ports = orders.get(raw);
      if (!ports) orders.set(raw, (ports = orderedPorts(unordered)));
      const id = JSON.stringify(ports);
      let group = wanted.get(id);
      if (!group) wanted.set(id, (group = { ports, endpoints: [] }));
      const e = endpointOf(pod, node, service, type === 'IPv6');
      if (e) group.endpoints.push(e);
    }
    const byPorts = new Map<string, EndpointSlice[]>();
    for (const s of existing) {
      if (!isOwned(s, service)) continue;
      const id = JSON.stringify(orderedPorts((s.ports ?? []).map(canonicalPort)));
      byPorts.set(id, [...(byPorts.get(id) ?? []), s]);
    }
    for (const [id, { ports, endpoints }] of wanted) {
      const p = planPorts(service, MANAGER, type, ports, byPorts.get(id) ?? [], endpoints);
      plan.create.push(...p.create);
      plan.update.push(...p.update);
      plan.delete.push(...p.delete);
    }
    for (const [id, slices] of byPorts) if (!wanted.has(id)) plan.delete.push(...slices);
    this.keepPlaceholder(service, existing, type, plan);
    reuseDeleted(plan, (s) => isOwned(s, service));
    return plan;
  }

  /** A Service without endpoints still has one slice, an empty one. */
  private keepPlaceholder(service: Service, existing: readonly EndpointSlice[], type: string, plan: Plan): void {
    if (existing.length !== plan.delete.length || plan.create.length > 0) return;
    const empty = newSlice(service, MANAGER, type, [], []);
    const only = plan.delete.length === 1 ? plan.delete[0]! : undefined;
    const same =
      only && !only.endpoints?.length && !only.ports?.length && isOwned(only, service) && sameJson(only.metadata.labels, empty.metadata.labels);
    if (same) plan.delete = [];
    else plan.create.push(empty);
  }

  private async carryOut(key: string, service: Service, plan: Plan, changedAt: number | undefined): Promise<void> {
    const { namespace, deletionTimestamp } = service.metadata;
    const client = this.x.client;
    try {
      if (!deletionTimestamp) for (const s of plan.create) this.written.stored(key, await client.create(ENDPOINT_SLICES, dated(s, changedAt)));
    } catch (e) {
      if (namespaceTerminating(e)) return;
      throw e;
    }
    for (const s of plan.update) this.written.stored(key, await client.update(ENDPOINT_SLICES, dated(s, changedAt)));
    for (const s of plan.delete) {
      try {
        await client.delete(ENDPOINT_SLICES, namespace, s.metadata.name!);
        this.written.deleted(key, s);
      } catch (e) {
        if (!isReason(e, 'NotFound')) throw e;
      }
    }
  }
}

function canonicalPort(p: EndpointPort): EndpointPort {
  return { name: p.name ?? '', port: p.port, protocol: p.protocol, ...(p.appProtocol ? { appProtocol: p.appProtocol } : {}) };
}

function dated(s: EndpointSlice, changedAt: number | undefined): EndpointSlice {
  const { [LAST_CHANGE_ANNOTATION]: _, ...others } = s.metadata.annotations ?? {};
  const annotations = changedAt === undefined ? others : { ...others, [LAST_CHANGE_ANNOTATION]: new Date(changedAt).toISOString().replace(/\.000Z$/, 'Z') };
  return { ...s, metadata: { ...s.metadata, annotations } };
}

function isManaged(s: EndpointSlice): boolean {
  return s.metadata.labels?.[MANAGED_BY_LABEL] === MANAGER && s.metadata.labels[SERVICE_NAME_LABEL] !== undefined;
}

function serviceKey(s: EndpointSlice): string {
  return `${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME_LABEL]}`;
}

function isOwned(s: EndpointSlice, service: Service): boolean {
  return s.metadata.ownerReferences?.some((r) => r.uid === service.metadata.uid && r.kind === 'Service') ?? false;
}

function addressTypes(s: Service): string[] {
  if (s.spec.ipFamilies?.length) return [...new Set(s.spec.ipFamilies)];
  if (s.spec.clusterIP && s.spec.clusterIP !== 'None') return [s.spec.clusterIP.includes(':') ? 'IPv6' : 'IPv4'];
  return ['IPv4', 'IPv6'];
}

/** Keeps the EndpointSlices of Services that select pods. */
export function createEndpointSliceController(x: ComponentContext): Component {
  let c: EndpointSliceController;
  return new QueueComponent({
    ...x,
    name: 'endpointslice-controller',
    // Failures are mostly pods whose node is not known yet: first pause a second.
    queue: new WorkQueue(x.clock, (n) => exponentialDelay(n, 1000)),
    setup: (queue) => (c = new EndpointSliceController(x)).subscribe(queue),
    reconcile: (key) => c.reconcile(key),
  });
}
