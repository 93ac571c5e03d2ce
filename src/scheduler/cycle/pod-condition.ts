import { isReason, StatusError } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Client } from '../../client/client';
import { PODS } from '../../client/resources';
import type { Clock } from '../../util/clock';
import type { Log } from '../../util/log';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}

const TRIES = 4;

/**
 * Records that a pod could not be scheduled: its PodScheduled condition, and the node nominated for it ('' takes a nomination back, undefined
 * leaves it). Nothing is written when the pod says so already. A pod that is gone is no error.
 */
export async function reportUnscheduled(
  client: Client,
  clock: Clock,
  pod: KubeObject,
  reason: string,
  message: string,
  nominate: string | undefined,
): Promise<void> {
  const patch = unscheduledPatch(pod, reason, message, nominate, clock.now());
  if (!patch) return;
  const { namespace, name, uid } = pod.metadata;
  for (let tries = 1; ; tries++) {
    try {
      await client.patch(PODS, namespace, name!, 'strategic', { metadata: { uid }, status: patch }, { subresource: 'status' });
      return;
    } catch (e) {
      if (isReason(e, 'NotFound')) return;
      const again = isReason(e, 'Conflict', 'InternalError', 'ServiceUnavailable') || !(e instanceof StatusError);
      if (!again || tries === TRIES) throw e;
      await clock.sleep(10 * 5 ** (tries - 1));
    }
  }
}

/**
 * Tells others, such as autoscalers, on which node a pod will be that cannot be bound at once (KEP-5278). It is bound all the same when that
 * cannot be written.
 */
export async function announceNode(x: { client: Client; log: Log }, pod: KubeObject, nodeName: string): Promise<void> {
  if (pod['status']?.nominatedNodeName === nodeName) return;
  const { namespace, name, uid } = pod.metadata;
  try {
    await x.client.patch(PODS, namespace, name!, 'strategic', { metadata: { uid }, status: { nominatedNodeName: nodeName } }, { subresource: 'status' });
  } catch (err) {
    x.log.warn({ err, pod: keyOf(pod), node: nodeName }, 'the node that the pod waits for could not be announced');
  }
}

function unscheduledPatch(pod: KubeObject, reason: string, message: string, nominate: string | undefined, now: number): Record<string, unknown> | undefined {
  const status = (pod['status'] ?? {}) as { conditions?: Condition[]; nominatedNodeName?: string };
  const patch: Record<string, unknown> = {};
  const old = status.conditions?.find((c) => c.type === 'PodScheduled');
  const generation = pod.metadata.generation;
  const same = old?.status === 'False' && old.reason === reason && old.message === message && (generation === undefined || old.observedGeneration === generation);
  if (!same) {
    const lastTransitionTime = old?.status === 'False' && old.lastTransitionTime ? old.lastTransitionTime : formatTime(now);
    const condition: Condition = { type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime };
    if (generation !== undefined) condition.observedGeneration = generation;
    patch['conditions'] = [condition];
  }
  if (nominate !== undefined && nominate !== (status.nominatedNodeName ?? '')) patch['nominatedNodeName'] = nominate || null;
  return Object.keys(patch).length ? patch : undefined;
}
