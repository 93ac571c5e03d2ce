import type { SchedulerPlugin } from '../framework/plugin';
import { unresolvable } from '../framework/verdict';

/** Keeps pods out of the queue while spec.schedulingGates is not empty. */
export function schedulingGates(): SchedulerPlugin {
  return {
    name: 'SchedulingGates',
    requeueOn: [{ on: 'pod/gates-gone', when: (pod, e) => e.now?.metadata.uid === pod.uid }],
    preEnqueue(pod) {
      const gates = pod.pod['spec'].schedulingGates as { name: string }[] | undefined;
      return gates?.length ? unresolvable(`waiting for scheduling gates: [${gates.map((g) => g.name).join(' ')}]`) : undefined;
    },
  };
}
