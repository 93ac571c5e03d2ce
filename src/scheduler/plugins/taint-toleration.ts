import type { KubeObject } from '../../api/meta/object';
import type { Taint } from '../cache/node-info';
import type { Toleration } from '../../api/selectors/tolerations';
import { tolerates, untolerated } from '../../api/selectors/tolerations';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import { SKIP, unresolvable } from '../framework/verdict';
import { normalizeByHighest } from './normalize';

const UNTOLERATED = unresolvable('node(s) had untolerated taint(s)');
const STATE = 'TaintToleration/score';

/** NoSchedule and NoExecute taints keep pods away that do not tolerate them; PreferNoSchedule ones make a node less liked. */
export function taintToleration(x: PluginContext): SchedulerPlugin {
  const repelled = (node: KubeObject, pod: KubeObject): boolean => {
    const hard = ((node['spec']?.taints ?? []) as Taint[]).filter((t) => t.effect !== 'PreferNoSchedule');
    return untolerated(hard, tolerationsOf(pod)) !== undefined;
  };
  return {
    name: 'TaintToleration',
    requeueOn: [
      { on: 'node/add', when: (pod, e) => !repelled(e.now!, pod.pod) },
      { on: 'node/taint', when: (pod, e) => repelled(e.old!, pod.pod) && !repelled(e.now!, pod.pod) },
      { on: 'pod/toleration', when: (pod, e) => e.now!.metadata.uid === pod.uid },
    ],
    filter: (_, pod, node) => (node.hardTaints.length && untolerated(node.hardTaints, tolerationsOf(pod.pod)) ? UNTOLERATED : undefined),
    preScore(state, pod) {
      // Without such taints all nodes score the same.
      if (x.cache.softTainted === 0) return SKIP;
      state.set(STATE, (tolerationsOf(pod.pod) ?? []).filter((t) => !t.effect || t.effect === 'PreferNoSchedule'));
      return undefined;
    },
    score(state, _, node) {
      if (!node.softTaints.length) return 0;
      const tolerations = state.get<Toleration[]>(STATE)!;
      return node.softTaints.filter((taint) => !tolerations.some((t) => tolerates(t, taint))).length;
    },
    normalize: (_, __, scores, nodes) => normalizeByHighest(scores, nodes.length, true),
  };
}

function tolerationsOf(pod: KubeObject): Toleration[] | undefined {
  return pod['spec'].tolerations as Toleration[] | undefined;
}
