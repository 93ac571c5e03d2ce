import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { CacheLag } from '../../client/cache-lag';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { ENDPOINTS, PODS, SERVICES } from '../../client/resources';
import { exponentialDelay, WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { namespaceTerminating } from '../shared/errors';
import { indexByLabel, labelled } from '../shared/label-index';
import { isPodReady } from '../shared/pod';
import { watchPodsOfServices } from '../shared/pod-services';
import type { Service } from '../shared/service';
import { findPort, HEADLESS_LABEL, hostnameUnder, isHeadless, isReachable, LAST_CHANGE_ANNOTATION, podAddresses, selectsPods } from '../shared/service';
import { TriggerTimes } from '../shared/trigger-times';
import type { Pod } from '../shared/types';
import { Written } from '../shared/written';
import type { EndpointAddress, Subset } from './repack';
import { repack, truncate } from './repack';

const MANAGED_BY_LABEL = 'endpoints.kubernetes.io/managed-by';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

interface Endpoints extends KubeObject {
  subsets?: Subset[];
}

class EndpointsController {
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly endpoints: Informer<Endpoints>;
  private readonly written: Written;
  private readonly times = new TriggerTimes();
  private readonly events: EventRecorder;

  constructor(private readonly x: ComponentContext) {
    this.services = x.caches.informer<Service>(SERVICES);
    this.pods = indexByLabel(x.caches.informer<Pod>(PODS));
    this.endpoints = x.caches.informer<Endpoints>(ENDPOINTS);
    this.written = new Written(this.endpoints, x.clock);
    this.events = x.events.recorder('endpoint-controller');
  }

  subscribe(queue: WorkQueue): Disposable[] {
    const add = (o: KubeObject): void => queue.add(keyOf(o));
    return [
      this.services.subscribe({ added: add, updated: add, deleted: add }),
      watchPodsOfServices(this.pods, this.services, queue),
      this.endpoints.subscribe({ deleted: add }),
      this.written.subscription,
    ];
  }

  /** Endpoints whose Service went while nobody looked are queued to be deleted. */
  queueLeftovers(queue: WorkQueue): void {
    for (const e of this.endpoints.list()) if (e.metadata.annotations?.[LEADER] === undefined) queue.add(keyOf(e));
  }

  async reconcile(key: string): Promise<void> {
    const service = this.services.get(key);
    if (!service) return this.remove(key);
    if (!selectsPods(service)) return;
    if (this.written.isBehind(key)) throw new CacheLag('Endpoints');
    const pods = labelled(this.pods, service.metadata.namespace, service.spec.selector!);
    const changedAt = this.times.next(key, service, pods);
    const all = repack(subsetsOf(service, pods));
    const cut = truncate(all);
    const current = this.endpoints.get(key);
    const wanted = draft(service, current, cut ?? all, cut !== undefined, changedAt);
    if (current && sameJson(repack(withoutVersions(current.subsets)), repack(wanted.subsets ?? [])) && sameJson(current.metadata.labels, wanted.metadata.labels)) return;
    try {
      const stored = current ? await this.x.client.update(ENDPOINTS, wanted) : await this.x.client.create(ENDPOINTS, wanted);
      this.written.stored(key, stored);
    } catch (e) {
      if (namespaceTerminating(e)) return;
      const what = current ? `update endpoint ${key}` : `create endpoint for service ${key}`;
      this.events.event(wanted, 'Warning', current ? 'FailedToUpdateEndpoint' : 'FailedToCreateEndpoint', `Failed to ${what}: ${(e as Error).message}`);
      throw e;
    }
  }

  private async remove(key: string): Promise<void> {
    this.times.forget(key);
    const there = this.endpoints.get(key);
    if (!there) return;
    try {
      await this.x.client.delete(ENDPOINTS, there.metadata.namespace, there.metadata.name!);
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }
}

function subsetsOf(service: Service, pods: readonly Pod[]): Subset[] {
  const out: Subset[] = [];
  const publish = service.spec.publishNotReadyAddresses === true;
  for (const pod of pods) {
    if (!isReachable(pod, publish)) continue;
    const ip = podAddresses(pod, wantsIpv6(service, pod))[0];
    if (!ip) continue;
    const { namespace, name, uid } = pod.metadata;
    const address: EndpointAddress = { ip, nodeName: pod.spec.nodeName ?? '', targetRef: { kind: 'Pod', namespace, name, uid } };
    const hostname = hostnameUnder(pod, service);
    if (hostname) address.hostname = hostname;
    const list = publish || isPodReady(pod) ? 'addresses' : 'notReadyAddresses';
    if (!service.spec.ports?.length && service.spec.clusterIP === 'None') out.push({ [list]: [address] });
    for (const p of service.spec.ports ?? []) {
      const port = findPort(pod, p);
      if (port === undefined) continue;
      out.push({ [list]: [address], ports: [{ ...(p.name ? { name: p.name } : {}), port, protocol: p.protocol ?? 'TCP', ...(p.appProtocol ? { appProtocol: p.appProtocol } : {}) }] });
    }
  }
  return out;
}

/** Endpoints have one family: the Service's first. */
function wantsIpv6(s: Service, pod: Pod): boolean {
  const family = s.spec.ipFamilies?.[0];
  if (family) return family === 'IPv6';
  const address = s.spec.clusterIP && s.spec.clusterIP !== 'None' ? s.spec.clusterIP : pod.status?.podIP;
  return address?.includes(':') ?? false;
}

function draft(service: Service, current: Endpoints | undefined, subsets: Subset[], cut: boolean, changedAt: number | undefined): Endpoints {
  const { [HEADLESS_LABEL]: _, ...own } = service.metadata.labels ?? {};
  const labels = { ...own, ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}), [MANAGED_BY_LABEL]: 'endpoint-controller' };
  const { [LAST_CHANGE_ANNOTATION]: __, [OVER_CAPACITY]: ___, ...others } = current?.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...others };
  if (changedAt !== undefined) annotations[LAST_CHANGE_ANNOTATION] = new Date(changedAt).toISOString().replace(/\.000Z$/, 'Z');
  if (cut) annotations[OVER_CAPACITY] = 'truncated';
  const { name, namespace } = service.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...(current?.metadata ?? { name, namespace }), labels, annotations },
    ...(subsets.length ? { subsets } : {}),
  };
}

/** A pod's version in a reference, as older writers left it, is no difference. */
function withoutVersions(subsets: readonly Subset[] | undefined): Subset[] {
  const strip = (list: EndpointAddress[] | undefined): EndpointAddress[] | undefined =>
    list?.map((a) => (a.targetRef ? { ...a, targetRef: { ...a.targetRef, resourceVersion: undefined } } : a));
  return (subsets ?? []).map((s) => ({ ...s, addresses: strip(s.addresses), notReadyAddresses: strip(s.notReadyAddresses) }));
}

/** Keeps the Endpoints of Services that select pods. */
export function createEndpointsController(x: ComponentContext): Component {
  let c: EndpointsController;
  const component = new QueueComponent({
    ...x,
    name: 'endpoints-controller',
    queue: new WorkQueue(x.clock, (n) => exponentialDelay(n, 1000)),
    setup: (queue) => (c = new EndpointsController(x)).subscribe(queue),
    synced: (queue) => c.queueLeftovers(queue),
    reconcile: (key) => c.reconcile(key),
  });
  return component;
}
