import type { KubeObject } from '../../api/meta/object';
import type { NodeSelectorTermSpec } from '../../api/selectors/node-selector';
import { NodeSelector, RequiredNodeAffinity } from '../../api/selectors/node-selector';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import { SKIP, unresolvable } from '../framework/verdict';
import { normalizeByHighest } from './normalize';

const MISMATCH = unresolvable("node(s) didn't match Pod's node affinity/selector");
const ENFORCED = unresolvable("node(s) didn't match scheduler-enforced node affinity");
const CONFLICT = unresolvable('pod affinity terms conflict');
const REQUIRED = 'NodeAffinity/required';
const PREFERRED = 'NodeAffinity/preferred';

interface Affinity {
  requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTermSpec[] };
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; preference: NodeSelectorTermSpec }[];
}

type Preferences = { selector: NodeSelector; weight: number }[];

/** nodeSelector and node affinity of pods; `addedAffinity` in the configuration is demanded and preferred for every pod beside them. */
export function nodeAffinity(_: PluginContext, args: { addedAffinity?: Affinity } = {}): SchedulerPlugin {
  const added = args.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const addedSelector = added && new NodeSelector(added.nodeSelectorTerms);
  const addedPreferences = preferences(args.addedAffinity);
  const fits = (pod: KubeObject, node: KubeObject): boolean => {
    const n = { name: node.metadata.name!, labels: node.metadata.labels ?? {} };
    return (addedSelector?.matches(n) ?? true) && (RequiredNodeAffinity.of(pod)?.matches(n) ?? true);
  };
  return {
    name: 'NodeAffinity',
    requeueOn: [
      { on: 'node/add', when: (pod, e) => fits(pod.pod, e.now!) },
      { on: 'node/label', when: (pod, e) => fits(pod.pod, e.now!) && !fits(pod.pod, e.old!) },
    ],
    preFilter(state, pod) {
      const required = RequiredNodeAffinity.of(pod.pod);
      if (!required && !addedSelector) return SKIP;
      state.set(REQUIRED, required);
      const names = nodeNames(affinityOf(pod.pod));
      if (!names) return undefined;
      return names.size ? { nodes: names } : CONFLICT;
    },
    filter(state, _pod, node) {
      if (addedSelector && !addedSelector.matches(node)) return ENFORCED;
      return (state.get<RequiredNodeAffinity>(REQUIRED)?.matches(node) ?? true) ? undefined : MISMATCH;
    },
    preScore(state, pod) {
      const all = [...preferences(affinityOf(pod.pod)), ...addedPreferences];
      if (!all.length) return SKIP;
      state.set(PREFERRED, all);
      return undefined;
    },
    score(state, _pod, node) {
      let sum = 0;
      for (const p of state.get<Preferences>(PREFERRED)!) if (p.selector.matches(node)) sum += p.weight;
      return sum;
    },
    normalize: (_state, _pod, scores, nodes) => normalizeByHighest(scores, nodes.length, false),
  };
}

function affinityOf(pod: KubeObject): Affinity | undefined {
  return pod['spec'].affinity?.nodeAffinity as Affinity | undefined;
}

function preferences(a: Affinity | undefined): Preferences {
  const terms = a?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.filter((t) => t.weight !== 0).map((t) => ({ selector: new NodeSelector([t.preference]), weight: t.weight }));
}

/** The only nodes by name that can match, when every term names some: DaemonSet pods do. */
function nodeNames(a: Affinity | undefined): Set<string> | undefined {
  const terms = a?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms?.length) return undefined;
  const all = new Set<string>();
  for (const t of terms) {
    let names: Set<string> | undefined;
    for (const f of t.matchFields ?? []) {
      if (f.key !== 'metadata.name' || f.operator !== 'In') continue;
      const values = f.values ?? [];
      names = new Set(names ? values.filter((v) => names!.has(v)) : values);
    }
    if (!names) return undefined;
    for (const n of names) all.add(n);
  }
  return all;
}
