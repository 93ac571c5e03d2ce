import type { KubeObject } from '../../api/meta/object';
import { quantityMilliValue, quantityValue } from '../../api/quantity';
import { HostPorts } from './host-ports';
import type { PodInfo } from './pod-info';
import { isScalarResource } from './pod-requests';

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** An image somewhere in the cluster: how large, and on how many nodes. Shared by the nodes that have it. */
export interface ImageState {
  size: number;
  nodes: number;
}

const NO_LABELS: Readonly<Record<string, string>> = {};
const NO_TAINTS: readonly Taint[] = [];

/**
 * A node and the sums over its pods, kept current one pod at a time. A node that is gone while pods are still on it has no `node`
 * and is in no list.
 */
export class NodeInfo {
  node: KubeObject | undefined;
  labels = NO_LABELS;
  /** Taints that keep pods away: NoSchedule and NoExecute. */
  hardTaints = NO_TAINTS;
  /** PreferNoSchedule taints. */
  softTaints = NO_TAINTS;
  unschedulable = false;
  readonly pods = new Set<PodInfo>();
  readonly ports = new HostPorts();
  readonly images = new Map<string, ImageState>();

  milliCpu = 0;
  memory = 0;
  ephemeral = 0;
  scalar = new Map<string, number>();
  maxPods = 0;

  usedMilliCpu = 0;
  usedMemory = 0;
  usedEphemeral = 0;
  readonly usedScalar = new Map<string, number>();
  nonZeroMilliCpu = 0;
  nonZeroMemory = 0;

  constructor(readonly name: string) {}

  /** Takes over a version of the Node object; images are the cache's affair. */
  setNode(node: KubeObject): void {
    this.node = node;
    this.labels = node.metadata.labels ?? NO_LABELS;
    this.unschedulable = node['spec']?.unschedulable === true;
    const taints = (node['spec']?.taints ?? NO_TAINTS) as Taint[];
    this.hardTaints = taints.length ? taints.filter((t) => t.effect === 'NoSchedule' || t.effect === 'NoExecute') : NO_TAINTS;
    this.softTaints = taints.length ? taints.filter((t) => t.effect === 'PreferNoSchedule') : NO_TAINTS;
    this.milliCpu = this.memory = this.ephemeral = this.maxPods = 0;
    this.scalar = new Map();
    for (const [name, q] of Object.entries((node['status']?.allocatable ?? {}) as Record<string, string>)) {
      if (name === 'cpu') this.milliCpu = quantityMilliValue(q);
      else if (name === 'memory') this.memory = quantityValue(q);
      else if (name === 'ephemeral-storage') this.ephemeral = quantityValue(q);
      else if (name === 'pods') this.maxPods = quantityValue(q);
      else if (isScalarResource(name)) this.scalar.set(name, quantityValue(q));
    }
  }

  removeNode(): void {
    this.node = undefined;
    this.labels = NO_LABELS;
    this.hardTaints = this.softTaints = NO_TAINTS;
    this.images.clear();
  }

  add(p: PodInfo): void {
    this.pods.add(p);
    this.account(p, 1);
    for (const port of p.hostPorts) this.ports.add(port);
  }

  remove(p: PodInfo): void {
    if (!this.pods.delete(p)) return;
    this.account(p, -1);
    for (const port of p.hostPorts) this.ports.remove(port);
  }

  private account(p: PodInfo, sign: 1 | -1): void {
    const r = p.requests;
    this.usedMilliCpu += sign * r.milliCpu;
    this.usedMemory += sign * r.memory;
    this.usedEphemeral += sign * r.ephemeral;
    this.nonZeroMilliCpu += sign * r.nonZeroMilliCpu;
    this.nonZeroMemory += sign * r.nonZeroMemory;
    if (r.scalar) for (const [name, v] of r.scalar) this.usedScalar.set(name, (this.usedScalar.get(name) ?? 0) + sign * v);
  }
}
