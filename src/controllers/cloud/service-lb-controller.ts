import { isIPv6 } from 'node:net';
import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { NODES, SERVICES } from '../../client/resources';
import { nodeReady } from '../shared/node';
import type { Service } from '../shared/service';
import type { Node } from '../shared/types';
import { IPV4, IPV6 } from './address-pool';

const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';
/** A key beside those of Services: the nodes have changed; and how long they are let settle, in milliseconds. */
const HOSTS = ' hosts';
const SETTLE = 1000;
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';

interface Ingress {
  ip?: string;
  hostname?: string;
  ipMode?: string;
}

type Balanced = Service & { spec: { loadBalancerClass?: string; loadBalancerIP?: string }; status?: { loadBalancer?: { ingress?: Ingress[] } } };

/** Gives Services of type LoadBalancer an address, as the service controller of a cloud controller manager does; there is nothing behind it. */
class ServiceLbController {
  private readonly services: Informer<Balanced>;
  private readonly nodes: Informer<Node>;
  private readonly events: EventRecorder;
  /** What balancers were asked for, by key of their Service: only a change leads to another round. */
  private readonly ensured = new Map<string, object>();
  private balanced = '';

  constructor(private readonly x: ComponentContext) {
    this.services = x.caches.informer<Balanced>(SERVICES);
    this.nodes = x.caches.informer<Node>(NODES);
    this.events = x.events.recorder('service-controller');
  }

  create(): Component {
    return new QueueComponent({
      ...this.x,
      name: 'service-lb-controller',
      // One: addresses are given out one after the other.
      workers: 1,
      setup: (queue) => {
        const add = (s: Balanced): void => {
          if (wants(s) || s.metadata.finalizers?.includes(FINALIZER)) queue.add(keyOf(s));
        };
        // Many nodes change at a time; they are looked at together, and not at all while there is nothing to send to them.
        const nodesChanged = (): void => {
          if (this.ensured.size > 0) queue.addAfter(HOSTS, SETTLE);
        };
        return [
          this.services.subscribe({ added: add, updated: add, deleted: (s) => void this.ensured.delete(keyOf(s)) }),
          this.nodes.subscribe({ added: nodesChanged, updated: nodesChanged, deleted: nodesChanged }),
        ];
      },
      reconcile: async (key) => {
        if (key === HOSTS) return this.hostsChanged();
        const s = this.services.get(key);
        if (!s) return;
        try {
          if (!wants(s) || s.metadata.deletionTimestamp) await this.remove(s);
          else await this.ensure(s);
        } catch (e) {
          if (!isReason(e, 'Conflict', 'NotFound')) this.events.event(s, 'Warning', 'SyncLoadBalancerFailed', `Error syncing load balancer: ${(e as Error).message}`);
          throw e;
        }
      },
    });
  }

  private async ensure(s: Balanced): Promise<void> {
    const key = keyOf(s);
    const has = s.status?.loadBalancer?.ingress?.length;
    if (has && s.metadata.finalizers?.includes(FINALIZER) && (this.ensured.get(key) === undefined || sameJson(this.ensured.get(key), asked(s)))) {
      // Given by an earlier process.
      this.ensured.set(key, asked(s));
      return;
    }
    this.events.event(s, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
    const hosts = this.hosts();
    this.balanced = hosts.join();
    if (hosts.length === 0) this.events.event(s, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
    const ingress = this.addresses(s);
    const held = s.metadata.finalizers?.includes(FINALIZER) ? s : await this.patch(s, { metadata: { finalizers: [...(s.metadata.finalizers ?? []), FINALIZER] } });
    this.events.event(s, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
    await this.patch(held, { status: { loadBalancer: { ingress } } }, 'status');
    this.ensured.set(key, asked(s));
  }

  private async remove(s: Balanced): Promise<void> {
    if (!s.metadata.finalizers?.includes(FINALIZER)) return;
    // The server takes the address out of a Service of another type by itself.
    const exists = this.ensured.delete(keyOf(s)) || s.status?.loadBalancer?.ingress !== undefined;
    if (exists) this.events.event(s, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
    if (s.status?.loadBalancer?.ingress && !s.metadata.deletionTimestamp) await this.patch(s, { status: { loadBalancer: { ingress: null } } }, 'status');
    await this.patch(s, { metadata: { finalizers: s.metadata.finalizers.filter((f) => f !== FINALIZER) } });
    this.events.event(s, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  }

  /** One of each family; the one that was asked for, if nobody has it. What the Service has already it keeps. */
  private addresses(s: Balanced): Ingress[] {
    const taken = new Set(this.services.list().flatMap((o) => (keyOf(o) === keyOf(s) ? [] : (o.status?.loadBalancer?.ingress ?? []).map((i) => i.ip ?? ''))));
    const own = (s.status?.loadBalancer?.ingress ?? []).map((i) => i.ip ?? '');
    return (s.spec.ipFamilies ?? ['IPv4']).map((family) => {
      const six = family === 'IPv6';
      const asked = s.spec.loadBalancerIP;
      if (asked && isIPv6(asked) === six) {
        if (taken.has(asked)) throw new Error(`failed to ensure load balancer: the address ${asked} is taken by another Service`);
        return { ip: asked, ipMode: 'VIP' };
      }
      const kept = own.find((ip) => ip !== '' && isIPv6(ip) === six && !taken.has(ip));
      return { ip: kept ?? (six ? IPV6 : IPV4).free(taken), ipMode: 'VIP' };
    });
  }

  /** Nodes that a balancer would send to. */
  private hosts(): string[] {
    const fit = (n: Node): boolean => n.metadata.labels?.[EXCLUDED] === undefined && !n.spec.taints?.some((t) => t.key === TO_BE_DELETED) && nodeReady(n) !== undefined && !n.metadata.deletionTimestamp;
    return this.nodes.list().filter(fit).map((n) => n.metadata.name!);
  }

  private hostsChanged(): void {
    const now = this.hosts().join();
    if (now === this.balanced) return;
    this.balanced = now;
    for (const s of this.services.list()) if (this.ensured.has(keyOf(s))) this.tellHosts(s, now === '');
  }

  private tellHosts(s: Balanced, none: boolean): void {
    if (none) this.events.event(s, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
    else this.events.event(s, 'Normal', 'UpdatedLoadBalancer', 'Updated load balancer with new hosts');
  }

  private patch(s: Balanced, patch: object, subresource?: string): Promise<Balanced> {
    return this.x.client.patch<Balanced>(SERVICES, s.metadata.namespace, s.metadata.name!, 'merge', patch, subresource === undefined ? {} : { subresource });
  }
}

/** What a balancer depends on. */
function asked(s: Balanced): object {
  const spec = s.spec as Record<string, unknown>;
  const fields = ['ports', 'sessionAffinity', 'loadBalancerIP', 'loadBalancerSourceRanges', 'externalIPs', 'externalTrafficPolicy', 'healthCheckNodePort', 'ipFamilies'];
  return { annotations: s.metadata.annotations ?? {}, ...Object.fromEntries(fields.map((f) => [f, spec[f]])) };
}

/** Services of another class are somebody else's. */
function wants(s: Balanced): boolean {
  return s.spec.type === 'LoadBalancer' && s.spec.loadBalancerClass === undefined;
}

export function createServiceLbController(x: ComponentContext): Component {
  return new ServiceLbController(x).create();
}
