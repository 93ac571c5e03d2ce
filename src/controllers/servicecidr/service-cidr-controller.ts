import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime, parseTime } from '../../api/meta/time';
import type { Component, ComponentContext } from '../../client/component';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { IP_ADDRESSES, SERVICES, SERVICE_CIDRS } from '../../client/resources';
import { findCondition } from '../shared/conditions';
import type { Condition } from '../shared/types';
import { holdsAddress, holdsBlock, overlap } from './prefixes';

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';
const NAME = 'service-cidr-controller';
/** A range that nobody uses stays so long after its deletion was asked for: addresses out of it may be on their way. */
const GRACE = 10_000;

interface ServiceCidr extends KubeObject {
  spec: { cidrs?: string[] };
  status?: { conditions?: Condition[] };
}

/** Says of ServiceCIDRs that they are ready, and keeps them while an address is in use that only they hold (KEP-1880). */
class ServiceCidrController {
  private readonly cidrs: Informer<ServiceCidr>;
  private readonly addresses: Informer;
  private readonly services: Informer;

  constructor(private readonly x: ComponentContext) {
    this.cidrs = x.caches.informer<ServiceCidr>(SERVICE_CIDRS);
    this.addresses = x.caches.informer(IP_ADDRESSES);
    this.services = x.caches.informer(SERVICES);
  }

  create(): Component {
    const events = this.x.events.recorder(NAME);
    return new QueueComponent({
      ...this.x,
      name: NAME,
      setup: (queue) => {
        const add = (o: KubeObject): void => queue.add(o.metadata.name!);
        const around = (c: ServiceCidr): void => {
          for (const o of this.cidrs.list()) if (o === c || blocks(o).some((a) => blocks(c).some((b) => overlap(a, b)))) add(o);
        };
        const freed = (used: readonly string[]): void => {
          for (const c of this.cidrs.list()) if (c.metadata.deletionTimestamp && used.some((a) => blocks(c).some((b) => holdsAddress(b, a)))) add(c);
        };
        const address = (o: KubeObject): void => freed(isAllocated(o) ? [o.metadata.name!] : []);
        return [
          this.cidrs.subscribe({ added: around, updated: add, deleted: around }),
          this.addresses.subscribe({ added: address, deleted: address }),
          this.services.subscribe({ deleted: (s) => freed(addressesOf(s)) }),
        ];
      },
      reconcile: async (key) => {
        const cidr = this.cidrs.get(key);
        if (!cidr) return;
        if (cidr.metadata.deletionTimestamp) return this.letGo(cidr);
        if (!cidr.metadata.finalizers?.includes(FINALIZER)) await this.patch(cidr, { metadata: { finalizers: [FINALIZER] } });
        try {
          await this.say(cidr, { status: 'True', message: 'Kubernetes Service CIDR is ready' });
        } catch (e) {
          events.event(cidr, 'Warning', 'KubernetesServiceCIDRError', 'The ServiceCIDR Status can not be set to Ready=True');
          throw e;
        }
      },
    });
  }

  private async letGo(cidr: ServiceCidr): Promise<{ after: number } | void> {
    if (this.isNeeded(cidr)) {
      return this.say(cidr, { status: 'False', reason: 'Terminating', message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR' });
    }
    const left = parseTime(cidr.metadata.deletionTimestamp!) + GRACE - this.x.clock.now();
    if (left > 0) return { after: left };
    if (cidr.metadata.finalizers?.includes(FINALIZER)) await this.patch(cidr, { metadata: { '$deleteFromPrimitiveList/finalizers': [FINALIZER] } });
  }

  /** Some address in use is in no other range. */
  private isNeeded(cidr: ServiceCidr): boolean {
    const others = this.cidrs.list().filter((c) => c.metadata.name !== cidr.metadata.name);
    const inOther = (holds: (block: string) => boolean): boolean => others.some((c) => blocks(c).some(holds));
    if (blocks(cidr).every((b) => inOther((o) => holdsBlock(o, b)))) return false;
    const used = [...this.addresses.list().filter(isAllocated).map((a) => a.metadata.name!), ...this.services.list().flatMap(addressesOf)];
    return used.some((a) => blocks(cidr).some((b) => holdsAddress(b, a)) && !inOther((o) => holdsAddress(o, a)));
  }

  private async say(cidr: ServiceCidr, c: { status: string; reason?: string; message: string }): Promise<void> {
    const now = findCondition(cidr.status?.conditions, 'Ready');
    if (now && now.status === c.status && (now.reason ?? '') === (c.reason ?? '') && now.message === c.message) return;
    const condition = { type: 'Ready', ...c, reason: c.reason ?? '', lastTransitionTime: formatTime(this.x.clock.now()) };
    const { apiVersion, kind, metadata } = cidr;
    const applied = { apiVersion, kind, metadata: { name: metadata.name }, status: { conditions: [condition] } };
    await this.x.client.patch(SERVICE_CIDRS, undefined, metadata.name!, 'apply', applied, { subresource: 'status', fieldManager: NAME, force: true });
  }

  private async patch(cidr: ServiceCidr, patch: object): Promise<void> {
    try {
      await this.x.client.patch(SERVICE_CIDRS, undefined, cidr.metadata.name!, 'strategic', patch);
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }
}

const blocks = (c: ServiceCidr): readonly string[] => c.spec.cidrs ?? [];

function isAllocated(address: KubeObject): boolean {
  return address.metadata.labels?.[MANAGED_BY] === ALLOCATOR;
}

function addressesOf(service: KubeObject): string[] {
  return ((service['spec'].clusterIPs ?? []) as string[]).filter((a) => a !== '' && a !== 'None');
}

export function createServiceCidrController(x: ComponentContext): Component {
  return new ServiceCidrController(x).create();
}
