import type { Random } from '../../util/random';
import type { ClusterCache } from '../cache/cluster-cache';
import type { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import type { CycleState } from '../framework/cycle-state';
import { Diagnosis } from '../framework/diagnosis';
import type { Framework } from '../framework/framework';
import type { Verdict } from '../framework/verdict';
import { messageOf, unresolvable } from '../framework/verdict';

/** In clusters of fewer nodes all are looked at; in larger ones at least that many fitting ones are scored. */
const MIN_FEASIBLE = 100;
const MIN_PERCENTAGE = 5;

export type Found = { node: NodeInfo } | { diagnosis: Diagnosis } | { error: Verdict } | { noNodes: true };

/** Chooses a node for a pod (schedulePod upstream). One per scheduler: it remembers where the last search ended. */
export class NodeFinder {
  private cursor = 0;

  constructor(
    private readonly cache: ClusterCache,
    private readonly random: Random,
  ) {}

  /** @param nominated name of a node that was nominated for the pod; tried first */
  find(framework: Framework, state: CycleState, pod: PodInfo, nominated: string | undefined): Found {
    const all = this.cache.list();
    if (all.length === 0) return { noNodes: true };
    const diagnosis = new Diagnosis(all.length);
    const pre = framework.preFilter(state, pod);
    for (const plugin of pre.narrowedBy) diagnosis.refusedBy.add(plugin);
    if (pre.verdict) {
      if (pre.verdict.code === 'error') return { error: pre.verdict };
      diagnosis.absent = pre.verdict;
      diagnosis.preFilterMessage = messageOf(pre.verdict);
      if (pre.plugin) diagnosis.refuse(pre.plugin, pre.verdict);
      return { diagnosis };
    }
    const filters = framework.filtersFor(state);
    const check = (node: NodeInfo): Verdict | undefined => framework.runFilters(filters, state, pod, node, (plugin, v) => diagnosis.refuse(plugin, v));

    const first = nominated ? this.cache.nodes.get(nominated) : undefined;
    let refused: NodeInfo | undefined;
    if (first?.node) {
      const v = check(first);
      if (!v) return { node: first };
      if (v.code !== 'error') {
        diagnosis.note(first, v);
        refused = first;
      }
    }
    let nodes = all;
    if (pre.nodes) {
      nodes = [...pre.nodes].map((name) => this.cache.nodes.get(name)).filter((n): n is NodeInfo => n?.node !== undefined);
      diagnosis.absent = unresolvable(`node(s) didn't satisfy plugin(s) [${[...pre.narrowedBy].sort().join(' ')}]`);
    }
    const feasible = this.search(framework, nodes, all.length, check, diagnosis, refused);
    if (!Array.isArray(feasible)) return { error: feasible };
    if (feasible.length === 0) return { diagnosis };
    if (feasible.length === 1) return { node: feasible[0]! };
    return this.best(framework, state, pod, feasible);
  }

  private search(
    framework: Framework,
    nodes: readonly NodeInfo[],
    allCount: number,
    check: (node: NodeInfo) => Verdict | undefined,
    diagnosis: Diagnosis,
    refused: NodeInfo | undefined,
  ): NodeInfo[] | Verdict {
    const wanted = framework.hasScores ? feasibleToFind(nodes.length, framework.percentageOfNodesToScore) : 1;
    const feasible: NodeInfo[] = [];
    let processed = 0;
    for (let i = 0; i < nodes.length && feasible.length < wanted; i++) {
      const node = nodes[(this.cursor + i) % nodes.length]!;
      processed++;
      if (node === refused) continue;
      const v = check(node);
      if (!v) feasible.push(node);
      else if (v.code === 'error') return v;
      else diagnosis.note(node, v);
    }
    // The next pod begins where this one ended, so that all nodes get their turn.
    this.cursor = (this.cursor + processed) % allCount;
    return feasible;
  }

  /** The node with the highest score; among equals chance decides. */
  private best(framework: Framework, state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Found {
    const scored = framework.score(state, pod, nodes);
    if (!('totals' in scored)) return { error: scored };
    let best = 0;
    let equals = 1;
    for (let i = 1; i < nodes.length; i++) {
      const s = scored.totals[i]!;
      const most = scored.totals[best]!;
      if (s > most) {
        best = i;
        equals = 1;
      } else if (s === most && this.random.int(++equals) === 0) best = i;
    }
    return { node: nodes[best]! };
  }
}

/** How many fitting nodes are enough (numFeasibleNodesToFind upstream): the larger the cluster, the smaller the share, never under 5 %. */
export function feasibleToFind(nodes: number, percentage: number): number {
  if (nodes < MIN_FEASIBLE) return nodes;
  const share = percentage > 0 ? percentage : Math.max(MIN_PERCENTAGE, 50 - Math.trunc(nodes / 125));
  return Math.max(MIN_FEASIBLE, Math.trunc((nodes * share) / 100));
}
