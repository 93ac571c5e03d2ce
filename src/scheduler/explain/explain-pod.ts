import type { KubeObject } from '../../api/meta/object';
import type { ClusterCache } from '../cache/cluster-cache';
import type { NodeInfo } from '../cache/node-info';
import { PodInfo } from '../cache/pod-info';
import { CycleState } from '../framework/cycle-state';
import type { Framework } from '../framework/framework';
import { messageOf } from '../framework/verdict';
import type { NodeExplanation, PluginScore, PodExplanation, Refusal } from './explanation';

/**
 * Goes through a scheduling cycle for a pod without placing it: every filter is asked about every node, and all that fit are scored (the
 * scheduler samples from 100 nodes on). A pod that has a node is taken off it for the comparison and not put back: the cache is the caller's own.
 * @throws Error when a plugin fails
 */
export function explainPod(framework: Framework, cache: ClusterCache, pod: KubeObject): PodExplanation {
  const { namespace, name, uid } = pod.metadata;
  const node = pod['spec'].nodeName as string | undefined;
  cache.removePod(uid!);
  const info = new PodInfo({ ...pod, spec: { ...pod['spec'], nodeName: undefined } });
  const answer: PodExplanation = { namespace: namespace!, name: name!, profile: framework.schedulerName, ...(node ? { node } : {}), nodes: [], best: [] };
  // Gates cannot be on a pod that has been placed.
  const gate = node ? undefined : framework.preEnqueuePlugins.find((p) => p.preEnqueue(info));
  if (gate) return { ...answer, heldBackBy: { plugin: gate.name, message: messageOf(gate.preEnqueue(info)) } };
  const state = new CycleState();
  const pre = framework.preFilter(state, info);
  if (pre.verdict) return { ...answer, refusedBy: { plugin: pre.plugin ?? [...pre.narrowedBy].join(', '), message: messageOf(pre.verdict) } };
  const fitting: NodeInfo[] = [];
  const rejected: NodeExplanation[] = [];
  for (const n of cache.list()) {
    const rejectedBy = pre.nodes && !pre.nodes.has(n.name) ? [{ plugin: [...pre.narrowedBy].join(', '), message: 'the pod is only for other nodes' }] : refusals(framework, state, info, n);
    if (rejectedBy.length) rejected.push({ name: n.name, rejectedBy });
    else fitting.push(n);
  }
  const scored = score(framework, state, info, fitting).sort((a, b) => b.total! - a.total! || compare(a.name, b.name));
  const best = scored.filter((n) => n.total === scored[0]!.total).map((n) => n.name);
  return { ...answer, nodes: [...scored, ...rejected.sort((a, b) => compare(a.name, b.name))], best };
}

function refusals(framework: Framework, state: CycleState, pod: PodInfo, node: NodeInfo): Refusal[] {
  const found: Refusal[] = [];
  for (const filter of framework.filtersFor(state)) {
    const v = framework.runFilters([filter], state, pod, node);
    if (v?.code === 'error') throw v.error ?? new Error(messageOf(v));
    if (v) found.push({ plugin: filter.name, message: messageOf(v) });
  }
  return found;
}

function score(framework: Framework, state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): NodeExplanation[] {
  const answers = nodes.map((n): NodeExplanation & { scores: PluginScore[] } => ({ name: n.name, rejectedBy: [], scores: [], total: 0 }));
  if (!nodes.length) return answers;
  const scored = framework.score(state, pod, nodes, (plugin, weight, raw, normalized) => {
    answers.forEach((a, i) => a.scores.push({ plugin, raw: raw[i]!, normalized: normalized[i]!, weight }));
  });
  if (!('totals' in scored)) throw scored.error ?? new Error(messageOf(scored));
  answers.forEach((a, i) => (a.total = scored.totals[i]!));
  return answers;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
