import type { SchedulerPlugin } from '../framework/plugin';
import { SKIP, unresolvable } from '../framework/verdict';

const OTHER_NODE = unresolvable("node(s) didn't match the requested node name");

/** A pod that names a node fits only there. */
export function nodeName(): SchedulerPlugin {
  return {
    name: 'NodeName',
    requeueOn: ['node/add'],
    preFilter: (_, pod) => (pod.pod['spec'].nodeName ? undefined : SKIP),
    filter: (_, pod, node) => (pod.pod['spec'].nodeName === node.name ? undefined : OTHER_NODE),
  };
}
