import { nodeReady, zoneOf } from '../shared/node';
import type { Node } from '../shared/types';

/** Nodes of one zone that lose their pods, per second. */
const RATE = 0.1;
const REDUCED_RATE = 0.01;
const LARGE_ZONE = 50;
/** Share of nodes not ready from which a zone counts as disrupted: then the network is more likely at fault. */
const UNHEALTHY = 0.55;
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

interface Zone {
  nodes: Map<string, boolean>;
  ready: number;
  /** When the next node may be tainted, in milliseconds since the epoch. */
  next: number;
}

/** How many nodes of each zone are ready, and so how fast pods may be driven from those that are not. */
export class Zones {
  private readonly zones = new Map<string, Zone>();
  private readonly zoneOfNode = new Map<string, string>();

  observe(n: Node): void {
    const name = n.metadata.name!;
    const id = zoneOf(n);
    if (this.zoneOfNode.get(name) !== id) this.forget(name);
    if (n.metadata.labels?.[EXCLUDED] !== undefined) return this.forget(name);
    let z = this.zones.get(id);
    if (!z) this.zones.set(id, (z = { nodes: new Map(), ready: 0, next: 0 }));
    const ready = nodeReady(n) === 'True';
    z.ready += Number(ready) - Number(z.nodes.get(name) ?? false);
    z.nodes.set(name, ready);
    this.zoneOfNode.set(name, id);
  }

  forget(name: string): void {
    const id = this.zoneOfNode.get(name);
    if (id === undefined) return;
    const z = this.zones.get(id)!;
    z.ready -= Number(z.nodes.get(name));
    z.nodes.delete(name);
    if (z.nodes.size === 0) this.zones.delete(id);
    this.zoneOfNode.delete(name);
  }

  /** Not one node in the cluster is ready: the fault is likely on this side. */
  allDisrupted(): boolean {
    return this.zones.size > 0 && [...this.zones.values()].every((z) => z.ready === 0);
  }

  /** Asks to drive the pods from one node. @returns milliseconds to wait first; 0: now; undefined: not at all for the time being */
  take(n: Node, now: number): number | undefined {
    const z = this.zones.get(zoneOf(n));
    if (!z) return 0;
    const rate = rateOf(z);
    if (rate === 0) return undefined;
    if (now < z.next) return z.next - now;
    z.next = now + 1000 / rate;
    return 0;
  }
}

function rateOf(z: Zone): number {
  const bad = z.nodes.size - z.ready;
  const partly = z.ready > 0 && bad > 2 && bad / z.nodes.size >= UNHEALTHY;
  if (!partly) return RATE;
  return z.nodes.size > LARGE_ZONE ? REDUCED_RATE : 0;
}
