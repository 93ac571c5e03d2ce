import type { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import { isScalarResource } from '../cache/pod-requests';

export interface ResourceWeight {
  name: string;
  weight?: number;
}

/** Points of a broken line: at this utilization (0 to 100) that score (0 to 10). */
export type ScoringShape = readonly { utilization: number; score: number }[];

export const DEFAULT_RESOURCES: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** Amounts of some resources on a node, with and without a pod. One object is filled again and again. */
export class ResourceAmounts {
  /** Taken on the node plus the pod's requests; 0 where the resource does not count. */
  readonly requested: number[];
  readonly allocated: number[];
  readonly allocatable: number[];
  private readonly scalar: readonly boolean[];

  /** @param basis whether CPU and memory of containers without requests count with their defaults */
  constructor(
    private readonly resources: readonly ResourceWeight[],
    private readonly basis: 'non-zero' | 'requested',
  ) {
    this.requested = resources.map(() => 0);
    this.allocated = resources.map(() => 0);
    this.allocatable = resources.map(() => 0);
    this.scalar = resources.map((r) => isScalarResource(r.name));
  }

  read(pod: PodInfo, node: NodeInfo): void {
    for (let i = 0; i < this.resources.length; i++) {
      const name = this.resources[i]!.name;
      const wanted = this.wanted(pod, name);
      let has = 0;
      let used = 0;
      if (!(wanted === 0 && this.scalar[i])) {
        has = allocatable(node, name);
        if (has > 0) used = this.used(node, name);
      }
      this.allocatable[i] = has;
      this.allocated[i] = used;
      this.requested[i] = has > 0 ? used + wanted : 0;
    }
  }

  /** What the pod asks for, in the order of the resources. */
  wants(pod: PodInfo): boolean {
    return this.resources.some((r) => this.wanted(pod, r.name) !== 0);
  }

  private wanted(pod: PodInfo, name: string): number {
    const r = pod.requests;
    if (name === 'cpu') return this.basis === 'non-zero' ? r.nonZeroMilliCpu : r.milliCpu;
    if (name === 'memory') return this.basis === 'non-zero' ? r.nonZeroMemory : r.memory;
    if (name === 'ephemeral-storage') return r.ephemeral;
    return r.scalar?.get(name) ?? 0;
  }

  private used(node: NodeInfo, name: string): number {
    if (name === 'cpu') return this.basis === 'non-zero' ? node.nonZeroMilliCpu : node.usedMilliCpu;
    if (name === 'memory') return this.basis === 'non-zero' ? node.nonZeroMemory : node.usedMemory;
    if (name === 'ephemeral-storage') return node.usedEphemeral;
    return node.usedScalar.get(name) ?? 0;
  }
}

function allocatable(node: NodeInfo, name: string): number {
  if (name === 'cpu') return node.milliCpu;
  if (name === 'memory') return node.memory;
  if (name === 'ephemeral-storage') return node.ephemeral;
  return node.scalar.get(name) ?? 0;
}

type Rate = (requested: readonly number[], allocatable: readonly number[]) => number;

/** The more is left, the better: the weighted mean over the resources of the free share, 0 to 100. */
export function leastAllocated(resources: readonly ResourceWeight[]): Rate {
  return weightedMean(resources, (requested, has) => (requested > has ? 0 : Math.trunc(((has - requested) * 100) / has)));
}

/** The less is left, the better. */
export function mostAllocated(resources: readonly ResourceWeight[]): Rate {
  return weightedMean(resources, (requested, has) => Math.trunc((Math.min(requested, has) * 100) / has));
}

/** The share taken is turned into a score along a broken line. */
export function requestedToCapacityRatio(resources: readonly ResourceWeight[], shape: ScoringShape): Rate {
  const line = brokenLine(shape.map((p) => ({ x: p.utilization, y: p.score * 10 })));
  return (requested, has) => {
    let sum = 0;
    let weights = 0;
    for (let i = 0; i < has.length; i++) {
      if (has[i] === 0) continue;
      const score = line(requested[i]! > has[i]! ? 100 : Math.trunc((requested[i]! * 100) / has[i]!));
      if (score <= 0) continue;
      const weight = resources[i]!.weight ?? 1;
      sum += score * weight;
      weights += weight;
    }
    return weights === 0 ? 0 : Math.round(sum / weights);
  };
}

function weightedMean(resources: readonly ResourceWeight[], score: (requested: number, has: number) => number): Rate {
  return (requested, has) => {
    let sum = 0;
    let weights = 0;
    for (let i = 0; i < has.length; i++) {
      if (has[i] === 0) continue;
      const weight = resources[i]!.weight ?? 1;
      sum += score(requested[i]!, has[i]!) * weight;
      weights += weight;
    }
    return weights === 0 ? 0 : Math.trunc(sum / weights);
  };
}

function brokenLine(points: readonly { x: number; y: number }[]): (x: number) => number {
  return (x) => {
    for (let i = 0; i < points.length; i++) {
      const p = points[i]!;
      if (x > p.x) continue;
      if (i === 0) return points[0]!.y;
      const q = points[i - 1]!;
      return q.y + Math.trunc(((p.y - q.y) * (x - q.x)) / (p.x - q.x));
    }
    return points.at(-1)?.y ?? 0;
  };
}
