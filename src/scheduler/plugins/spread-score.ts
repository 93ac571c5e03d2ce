import type { ClusterCache } from '../cache/cluster-cache';
import type { NodeInfo } from '../cache/node-info';
import { RequiredNodeAffinity } from '../../api/selectors/node-selector';
import type { PodInfo } from '../cache/pod-info';
import type { Toleration } from '../../api/selectors/tolerations';
import type { Constraint } from './spread-constraint';
import { allNodesCount, hasAllKeys, nodeCounts, tallyFor } from './spread-constraint';

export const SPREAD_SCORE = 'PodTopologySpread/score';
const HOSTNAME = 'kubernetes.io/hostname';

interface Part {
  key: string;
  /** Makes topologies of few and of many values weigh alike. */
  weight: number;
  skew: number;
  byNode: ReadonlyMap<NodeInfo, number> | undefined;
  byValue: ReadonlyMap<string, number> | undefined;
}

/** Fewer matching pods in a node's domains: a higher score. */
export class SpreadScore {
  constructor(
    private readonly parts: readonly Part[],
    private readonly ignored: ReadonlySet<NodeInfo>,
  ) {}

  /** Matching pods around the node, weighted; turned round by normalize. */
  score(node: NodeInfo): number {
    if (this.ignored.size && this.ignored.has(node)) return 0;
    let sum = 0;
    for (const p of this.parts) {
      const value = node.labels[p.key];
      if (value === undefined) continue;
      const n = (p.byNode ? p.byNode.get(node) : p.byValue!.get(value)) ?? 0;
      sum += n * p.weight + p.skew;
    }
    return Math.round(sum);
  }

  normalize(scores: Float64Array, nodes: readonly NodeInfo[]): void {
    let least = Infinity;
    let most = 0;
    for (let i = 0; i < nodes.length; i++) {
      if (this.ignored.size && this.ignored.has(nodes[i]!)) continue;
      least = Math.min(least, scores[i]!);
      most = Math.max(most, scores[i]!);
    }
    for (let i = 0; i < nodes.length; i++) {
      if (this.ignored.size && this.ignored.has(nodes[i]!)) scores[i] = 0;
      else scores[i] = most === 0 ? 100 : Math.trunc((100 * (most + least - scores[i]!)) / most);
    }
  }
}

/** @param keysRequired nodes without all the topology keys are neither counted nor scored */
export function preScoreSpread(cache: ClusterCache, constraints: readonly Constraint[], pod: PodInfo, nodes: readonly NodeInfo[], keysRequired: boolean): SpreadScore {
  const ignored = new Set<NodeInfo>();
  if (keysRequired) for (const n of nodes) if (!hasAllKeys(n, constraints)) ignored.add(n);
  const affinity = RequiredNodeAffinity.of(pod.pod);
  const all = allNodesCount(cache, constraints, affinity, keysRequired);
  const parts = constraints.map((c): Part => {
    const tally = tallyFor(cache, c, pod.namespace);
    const base = { key: c.topologyKey, skew: c.maxSkew - 1 };
    if (c.topologyKey === HOSTNAME) return { ...base, weight: weightOf(nodes.length - ignored.size), byNode: tally.byNode, byValue: undefined };
    const values = new Set<string>();
    for (const n of nodes) if (!ignored.has(n)) values.add(n.labels[c.topologyKey] ?? '');
    const byValue = all ? tally.byValue(c.topologyKey) : countedByValue(c, constraints, pod, affinity, tally.byNode, keysRequired);
    return { ...base, weight: weightOf(values.size), byNode: undefined, byValue };
  });
  return new SpreadScore(parts, ignored);
}

function countedByValue(
  c: Constraint,
  constraints: readonly Constraint[],
  pod: PodInfo,
  affinity: RequiredNodeAffinity | undefined,
  byNode: ReadonlyMap<NodeInfo, number>,
  keysRequired: boolean,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const tolerations = pod.pod['spec'].tolerations as Toleration[] | undefined;
  for (const [node, n] of byNode) {
    const value = node.labels[c.topologyKey];
    if (!node.node || value === undefined) continue;
    if (keysRequired && !hasAllKeys(node, constraints)) continue;
    if (nodeCounts(c, node, affinity, tolerations)) counts.set(value, (counts.get(value) ?? 0) + n);
  }
  return counts;
}

function weightOf(domains: number): number {
  return Math.log(domains + 2);
}
