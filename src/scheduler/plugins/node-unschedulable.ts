import type { KubeObject } from '../../api/meta/object';
import type { Toleration } from '../../api/selectors/tolerations';
import { untolerated } from '../../api/selectors/tolerations';
import type { SchedulerPlugin } from '../framework/plugin';
import { unresolvable } from '../framework/verdict';

const UNSCHEDULABLE = unresolvable('node(s) were unschedulable');
const TAINT = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];

/** Cordoned nodes take only pods that tolerate the unschedulable taint. */
export function nodeUnschedulable(): SchedulerPlugin {
  const accepts = (pod: KubeObject): boolean => !untolerated(TAINT, pod['spec'].tolerations as Toleration[] | undefined);
  return {
    name: 'NodeUnschedulable',
    requeueOn: [
      { on: 'node/add', when: (_, e) => !e.now!['spec']?.unschedulable },
      { on: 'node/taint', when: (_, e) => Boolean(e.old!['spec']?.unschedulable) && !e.now!['spec']?.unschedulable },
      { on: 'pod/toleration', when: (pod, e) => e.now!.metadata.uid === pod.uid && accepts(e.now!) },
    ],
    filter: (_, pod, node) => (node.unschedulable && !accepts(pod.pod) ? UNSCHEDULABLE : undefined),
  };
}
