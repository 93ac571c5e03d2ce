import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { quantityValue } from '../../api/quantity';
import { untolerated } from '../../api/selectors/tolerations';
import type { NodeInfo } from '../cache/node-info';
import { ClaimConstraints } from './claim-constraints';
import type { DevicePools, PooledDevice } from './device-pools';
import type { DeviceSelectors } from './device-selector';
import { allocationResult } from './allocation-result';
import type { Allocation, SelectorSpec, WantedDevices } from './device-types';
import { devicesOf } from './device-types';

/** A claim cannot have more devices. */
const MOST_DEVICES = 32;

/** Devices wanted under one name: a request, or one of its alternatives as `request/alternative`. */
export interface Wanted {
  name: string;
  wanted: WantedDevices;
  deviceClass: KubeObject;
}

/** A device taken for a request of the claim at an index. */
export interface Taken {
  claim: number;
  request: Wanted;
  device: PooledDevice;
}

interface Plan {
  claim: KubeObject;
  /** For each request its alternatives, in order of preference. */
  requests: Wanted[][];
  constraints: ClaimConstraints;
}

/** Why the devices of a node do not do, where more can be said than that they do not suffice. */
export class NodeRefusal extends Error {}

/**
 * Finds devices for claims, node by node (the structured allocator upstream): tries devices in their order and goes back when a later request
 * or a constraint cannot be satisfied. Devices that several claims share, and conditions for binding, are not known here.
 */
export class DeviceAllocator {
  constructor(
    private readonly pools: DevicePools,
    /** Ids of devices that claims have got. */
    private readonly inUse: ReadonlySet<string>,
    private readonly classes: (name: string) => KubeObject | undefined,
    private readonly selectors: DeviceSelectors,
  ) {}

  /**
   * An allocation for each of the claims on the node, or undefined when there is none.
   * @throws NodeRefusal when the node does not do for a reason of its own; Error when a claim or class is wrong
   */
  allocate(claims: readonly KubeObject[], node: NodeInfo): Allocation[] | undefined {
    const plans = claims.map((claim) => this.plan(claim));
    const search = new Search(plans, this.pools.on(node), this.inUse, (w, d, claim) => this.suits(w, d, claim));
    this.refuseIncomplete(plans, node);
    if (!search.run()) return undefined;
    return plans.map((p, i) => allocationResult(p.claim, search.taken.filter((t) => t.claim === i), node.name));
  }

  private plan(claim: KubeObject): Plan {
    const devices = devicesOf(claim);
    const wanted = (name: string, w: WantedDevices): Wanted => {
      const deviceClass = this.classes(w.deviceClassName);
      if (!deviceClass) throw new Error(`claim ${keyOf(claim)}, request ${name}: could not retrieve device class ${w.deviceClassName}`);
      return { name, wanted: w, deviceClass };
    };
    const requests = (devices.requests ?? []).map((r) => (r.exactly ? [wanted(r.name, r.exactly)] : (r.firstAvailable ?? []).map((a) => wanted(`${r.name}/${a.name}`, a))));
    return { claim, requests, constraints: new ClaimConstraints(devices) };
  }

  /** All devices of a node cannot be told while some are not known. */
  private refuseIncomplete(plans: readonly Plan[], node: NodeInfo): void {
    const asking = plans.flatMap((p) => p.requests.filter((alternatives) => alternatives.length === 1).map((a) => ({ claim: p.claim, ...a[0]! }))).find((w) => w.wanted.allocationMode === 'All');
    const pool = asking && this.pools.unusableOn(node)[0];
    if (!pool) return;
    throw new NodeRefusal(`claim ${keyOf(asking.claim)}, request ${asking.name}: asks for all devices, but resource pool ${pool.driver}/${pool.name} is currently ${pool.incomplete ? 'being updated' : 'invalid'}`);
  }

  private suits(w: Wanted, d: PooledDevice, claim: KubeObject): boolean {
    const all = (selectors: readonly SelectorSpec[] | undefined, what: string): boolean =>
      (selectors ?? []).every((s, i) => {
        try {
          return this.selectors.matches(s.cel?.expression ?? '', d.pool.driver, d.device);
        } catch (e) {
          throw new Error(`${what}: selector #${i}: ${(e as Error).message}`, { cause: e });
        }
      });
    return all(w.deviceClass['spec']?.selectors as SelectorSpec[] | undefined, `class ${w.deviceClass.metadata.name}`) && all(w.wanted.selectors, `claim ${keyOf(claim)}`);
  }
}

/** One search over the devices of a node. */
class Search {
  readonly taken: Taken[] = [];
  private readonly ids = new Set<string>();

  constructor(
    private readonly plans: readonly Plan[],
    private readonly devices: readonly PooledDevice[],
    private readonly inUse: ReadonlySet<string>,
    private readonly suits: (w: Wanted, d: PooledDevice, claim: KubeObject) => boolean,
  ) {}

  run(): boolean {
    return this.claim(0);
  }

  private claim(i: number): boolean {
    return i === this.plans.length || this.request(i, 0);
  }

  private request(claim: number, r: number): boolean {
    const { requests } = this.plans[claim]!;
    if (r === requests.length) return this.claim(claim + 1);
    return requests[r]!.some((w) => {
      const next = (): boolean => this.request(claim, r + 1);
      if (w.wanted.allocationMode === 'All') return this.everything(claim, w, next);
      return this.some(claim, w, w.wanted.count ?? 1, 0, next);
    });
  }

  /** Takes `n` more devices, from a place on: the order in which those of one request are taken makes no difference. */
  private some(claim: number, w: Wanted, n: number, from: number, next: () => boolean): boolean {
    if (n === 0) return next();
    for (let i = from; i < this.devices.length; i++) {
      const device = this.devices[i]!;
      if (!this.suits(w, device, this.plans[claim]!.claim) || !this.take(claim, w, device)) continue;
      if (this.some(claim, w, n - 1, i + 1, next)) return true;
      this.putBack(claim, w, device);
    }
    return false;
  }

  /** Takes every device that suits; there has to be one, and none may be in use. */
  private everything(claim: number, w: Wanted, next: () => boolean): boolean {
    const suitable = this.devices.filter((d) => this.suits(w, d, this.plans[claim]!.claim));
    const got: PooledDevice[] = [];
    const done = suitable.length > 0 && suitable.every((d) => this.take(claim, w, d) && got.push(d)) && next();
    if (!done) while (got.length) this.putBack(claim, w, got.pop()!);
    return done;
  }

  private take(claim: number, w: Wanted, d: PooledDevice): boolean {
    // Administrators look at devices that others use, too.
    const exclusive = !w.wanted.adminAccess;
    if (exclusive && (this.inUse.has(d.id) || this.ids.has(d.id))) return false;
    if (this.taken.filter((t) => t.claim === claim).length === MOST_DEVICES) return false;
    if (d.device.taints && untolerated(d.device.taints.filter((t) => t.effect !== 'None'), w.wanted.tolerations)) return false;
    if (exclusive && !this.countersSuffice(d)) return false;
    if (!this.plans[claim]!.constraints.add(w.name, d.pool.driver, d.device)) return false;
    if (exclusive) this.ids.add(d.id);
    this.taken.push({ claim, request: w, device: d });
    return true;
  }

  private putBack(claim: number, w: Wanted, d: PooledDevice): void {
    this.taken.pop();
    if (!w.wanted.adminAccess) this.ids.delete(d.id);
    this.plans[claim]!.constraints.remove(w.name, d.pool.driver, d.device);
  }

  /** Whether the counters that the devices of a pool draw from have enough left. */
  private countersSuffice(d: PooledDevice): boolean {
    const wanted = drawn(d);
    if (!wanted.size) return true;
    const left = new Map(d.pool.counters);
    for (const other of d.pool.devices) {
      if (!this.inUse.has(other.id) && !this.ids.has(other.id)) continue;
      for (const [counter, n] of drawn(other)) left.set(counter, (left.get(counter) ?? 0) - n);
    }
    for (const [counter, n] of wanted) if ((left.get(counter) ?? 0) < n) return false;
    return true;
  }
}

function drawn(d: PooledDevice): Map<string, number> {
  const counters = new Map<string, number>();
  for (const c of d.device.consumesCounters ?? []) for (const [name, v] of Object.entries(c.counters)) counters.set(`${c.counterSet}/${name}`, quantityValue(v.value));
  return counters;
}
