import { formatTime } from '../../api/meta/time';
import { findCondition, withoutCondition } from '../shared/conditions';
import { omitEmpty } from '../shared/omit-empty';
import { hasLabels, isPodAvailable, isPodReady } from '../shared/pod';
import type { Pod } from '../shared/types';
import type { Flavour, ReplicaOwner, ReplicaStatus } from './flavour';

/** The status that stands for these pods. `failure`: what kept the pods from being made or deleted. */
export function replicaStatus(f: Flavour, o: ReplicaOwner, active: readonly Pod[], terminating: number, failure: unknown, now: number): ReplicaStatus {
  let labelled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of active) {
    if (hasLabels(pod.metadata.labels, o.spec.template.metadata?.labels)) labelled++;
    if (!isPodReady(pod)) continue;
    ready++;
    if (isPodAvailable(pod, o.spec.minReadySeconds ?? 0, now)) available++;
  }
  return {
    replicas: active.length,
    ...omitEmpty({
      fullyLabeledReplicas: labelled,
      readyReplicas: ready,
      availableReplicas: available,
      observedGeneration: o.metadata.generation,
      conditions: conditions(o, active.length, failure, now),
    }),
    ...(f.countsTerminating ? { terminatingReplicas: terminating } : {}),
  };
}

function conditions(o: ReplicaOwner, active: number, failure: unknown, now: number): ReplicaStatus['conditions'] {
  const old = o.status?.conditions;
  const failed = findCondition(old, 'ReplicaFailure');
  if (failure === undefined) return failed ? withoutCondition(old, 'ReplicaFailure') : old;
  if (failed) return old;
  const reason = active < (o.spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete';
  const message = failure instanceof Error ? failure.message : String(failure);
  return [...(old ?? []), { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(now), reason, message }];
}
