import type { KubeObject } from '../../api/meta/object';
import { NAMESPACES } from '../../client/resources';
import type { AffinityTerm } from '../cache/affinity-term';
import { termMatches } from '../cache/affinity-term';
import type { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import { PodInfo as Info } from '../cache/pod-info';
import type { Tally } from '../cache/tally';
import type { ClusterEvent } from '../framework/cluster-event';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import { SKIP, unresolvable, unschedulable } from '../framework/verdict';

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");
const FILTER = 'InterPodAffinity/filter';
const SCORE = 'InterPodAffinity/score';

type Counts = ReadonlyMap<string, number>;
type Labels = Readonly<Record<string, string>> | undefined;

/** A term of the pod, and how many pods on nodes it means, by value of its topology key. Live. */
interface Counted {
  topologyKey: string;
  counts: Counts;
}

interface FilterState {
  affinity: readonly Counted[];
  /** The pod would satisfy its own affinity: it may be the first of its kind. */
  selfMatch: boolean;
  antiAffinity: readonly Counted[];
  existing: readonly Counted[];
}

interface AffinityArgs {
  hardPodAffinityWeight?: number;
  ignorePreferredTermsOfExistingPods?: boolean;
}

/** Pods near or far from other pods. Everything it reads is counted by the cache, pod by pod; see TopologyIndex. */
export function interPodAffinity(x: PluginContext, args: AffinityArgs = {}): SchedulerPlugin {
  const hardWeight = args.hardPodAffinityWeight ?? 1;
  const namespaces = x.caches.informer(NAMESPACES);
  const labelsOf = (namespace: string): Labels => namespaces.get(namespace)?.metadata.labels;
  const { topology } = x.cache;

  /** The namespaces a term of a pod to be scheduled means, its namespaceSelector resolved. */
  const resolved = (t: AffinityTerm): ReadonlySet<string> => {
    if (t.namespaceSelector.nothing) return t.namespaces;
    const all = new Set(t.namespaces);
    for (const n of namespaces.list()) if (t.namespaceSelector.matches(n.metadata.labels)) all.add(n.metadata.name!);
    return all;
  };
  const tallyOf = (t: AffinityTerm): Tally => topology.count({ namespaces: resolved(t), selectors: [t.selector], terminating: true });

  return {
    name: 'InterPodAffinity',
    requeueOn: [
      { on: 'assigned-pod/add', when: (pod, e) => wanted(pod, e.now!, labelsOf) },
      {
        on: 'assigned-pod/label',
        when: (pod, e) => (wanted(pod, e.now!, labelsOf) && !wanted(pod, e.old!, labelsOf)) || (unwanted(pod, e.old!, labelsOf) && !unwanted(pod, e.now!, labelsOf)),
      },
      { on: 'assigned-pod/delete', when: (pod, e) => helpsByRemoving(pod, e.old!, labelsOf) },
      { on: 'pod/label', when: (pod, e) => e.now!.metadata.uid === pod.uid },
      { on: 'node/add', when: (pod, e) => hasTopology(pod, e) },
      { on: 'node/label', when: (pod, e) => hasTopology(pod, e) },
    ],
    preFilter(state, pod) {
      // Nominated pods are tried out on their nodes; their terms have to be known before.
      for (const p of x.nominator.antiAffine) for (const t of p.requiredAntiAffinity) topology.antiAffinity.expect(t);
      const existing = topology.antiAffinity.matching(pod, labelsOf(pod.namespace)).map((e) => counted(e.term, e.tally));
      if (!existing.length && !pod.requiredAffinity.length && !pod.requiredAntiAffinity.length) return SKIP;
      const own = pod.requiredAffinity;
      const s: FilterState = {
        affinity: own.length ? affinityCounts(own, resolved, topology) : [],
        selfMatch: own.length > 0 && own.every((t) => termMatches(t, pod.namespace, pod.labels, labelsOf(pod.namespace))),
        antiAffinity: pod.requiredAntiAffinity.map((t) => counted(t, tallyOf(t))),
        existing,
      };
      state.set(FILTER, s);
      return undefined;
    },
    filter(state, _, node) {
      const s = state.get<FilterState>(FILTER)!;
      if (s.affinity.length && !satisfied(s, node)) return AFFINITY;
      if (hit(s.antiAffinity, node)) return ANTI_AFFINITY;
      if (hit(s.existing, node)) return EXISTING;
      return undefined;
    },
    preScore(state, pod) {
      const parts: { topologyKey: string; counts: Counts; weight: number }[] = [];
      const take = (t: AffinityTerm, tally: Tally, weight: number): void => {
        const counts = tally.byValue(t.topologyKey);
        if (counts.size) parts.push({ topologyKey: t.topologyKey, counts, weight });
      };
      const own = pod.preferredAffinity.length + pod.preferredAntiAffinity.length > 0;
      for (const w of pod.preferredAffinity) take(w.term, tallyOf(w.term), w.weight);
      for (const w of pod.preferredAntiAffinity) take(w.term, tallyOf(w.term), -w.weight);
      if (own || !args.ignorePreferredTermsOfExistingPods) {
        const ns = labelsOf(pod.namespace);
        if (hardWeight > 0) for (const e of topology.affinity.matching(pod, ns)) take(e.term, e.tally, hardWeight);
        for (const e of topology.preferences.matching(pod, ns)) take(e.term, e.tally, 1);
      }
      if (!parts.length) return SKIP;
      state.set(SCORE, parts);
      return undefined;
    },
    score(state, _, node) {
      let sum = 0;
      for (const p of state.get<{ topologyKey: string; counts: Counts; weight: number }[]>(SCORE)!) {
        const value = node.labels[p.topologyKey];
        if (value !== undefined) sum += (p.counts.get(value) ?? 0) * p.weight;
      }
      return sum;
    },
    normalize: (_, __, scores, nodes) => spread(scores, nodes.length),
  };
}

/** Pods that all of the terms mean, by the value of each term's topology key. */
function affinityCounts(terms: readonly AffinityTerm[], resolved: (t: AffinityTerm) => ReadonlySet<string>, topology: PluginContext['cache']['topology']): Counted[] {
  let namespaces = resolved(terms[0]!);
  for (const t of terms.slice(1)) {
    const next = resolved(t);
    namespaces = new Set([...namespaces].filter((n) => next.has(n)));
  }
  const tally = topology.count({ namespaces, selectors: terms.map((t) => t.selector), terminating: true });
  return terms.map((t) => counted(t, tally));
}

function counted(t: AffinityTerm, tally: Tally): Counted {
  return { topologyKey: t.topologyKey, counts: tally.byValue(t.topologyKey) };
}

function satisfied(s: FilterState, node: NodeInfo): boolean {
  let found = true;
  for (const t of s.affinity) {
    const value = node.labels[t.topologyKey];
    if (value === undefined) return false;
    if (!((t.counts.get(value) ?? 0) > 0)) found = false;
  }
  // The first pod of a group that wants to be near its own kind may go anywhere.
  return found || (s.selfMatch && s.affinity.every((t) => t.counts.size === 0));
}

function hit(terms: readonly Counted[], node: NodeInfo): boolean {
  for (const t of terms) {
    const value = node.labels[t.topologyKey];
    if (value !== undefined && (t.counts.get(value) ?? 0) > 0) return true;
  }
  return false;
}

/** Stretches scores of any sign over 0 to 100. */
function spread(scores: Float64Array, n: number): void {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < n; i++) {
    least = Math.min(least, scores[i]!);
    most = Math.max(most, scores[i]!);
  }
  for (let i = 0; i < n; i++) scores[i] = most > least ? Math.trunc((100 * (scores[i]! - least)) / (most - least)) : 0;
}

/** Whether a pod on a node is one that the waiting pod wants to be near. */
function wanted(pod: PodInfo, placed: KubeObject, labelsOf: (ns: string) => Labels): boolean {
  const { namespace, labels } = placed.metadata;
  return pod.requiredAffinity.length > 0 && pod.requiredAffinity.every((t) => termMatches(t, namespace!, labels, labelsOf(namespace!)));
}

/** Whether a pod on a node is one that the waiting pod must not be near. */
function unwanted(pod: PodInfo, placed: KubeObject, labelsOf: (ns: string) => Labels): boolean {
  const { namespace, labels } = placed.metadata;
  return pod.requiredAntiAffinity.some((t) => termMatches(t, namespace!, labels, labelsOf(namespace!)));
}

/** A pod that has gone may have been the one that the waiting pod must not be near, or that would not have it near. */
function helpsByRemoving(pod: PodInfo, gone: KubeObject, labelsOf: (ns: string) => Labels): boolean {
  if (unwanted(pod, gone, labelsOf)) return true;
  return new Info(gone).requiredAntiAffinity.some((t) => termMatches(t, pod.namespace, pod.labels, labelsOf(pod.namespace)));
}

/** A node that has come or was relabelled matters when it has become a place of its own for one of the pod's terms. */
function hasTopology(pod: PodInfo, e: ClusterEvent): boolean {
  const now = e.now!.metadata.labels ?? {};
  // Refused on account of other pods' rules: any new place may do.
  if (!pod.requiredAffinity.length && !pod.requiredAntiAffinity.length) return true;
  if (!e.old) return pod.requiredAntiAffinity.length > 0 || pod.requiredAffinity.some((t) => now[t.topologyKey] !== undefined);
  const old = e.old.metadata.labels ?? {};
  const changed = (t: AffinityTerm): boolean => old[t.topologyKey] !== now[t.topologyKey];
  return pod.requiredAffinity.some((t) => changed(t) && now[t.topologyKey] !== undefined) || pod.requiredAntiAffinity.some((t) => changed(t) && old[t.topologyKey] !== undefined);
}
