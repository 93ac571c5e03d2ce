import { HostPorts } from '../cache/host-ports';
import { hostPortsOf } from '../cache/pod-info';
import type { SchedulerPlugin } from '../framework/plugin';
import { SKIP, unschedulable } from '../framework/verdict';

const TAKEN = unschedulable("node(s) didn't have free ports for the requested pod ports");

/** Host ports of a pod must be free on its node. */
export function nodePorts(): SchedulerPlugin {
  return {
    name: 'NodePorts',
    requeueOn: [
      'node/add',
      {
        on: 'assigned-pod/delete',
        when(pod, e) {
          const freed = new HostPorts();
          for (const p of hostPortsOf(e.old!)) freed.add(p);
          return pod.hostPorts.some((p) => freed.conflicts(p));
        },
      },
    ],
    preFilter: (_, pod) => (pod.hostPorts.length ? undefined : SKIP),
    filter(_, pod, node) {
      for (const p of pod.hostPorts) if (node.ports.conflicts(p)) return TAKEN;
      return undefined;
    },
  };
}
