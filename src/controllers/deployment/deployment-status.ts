import { formatTime, parseTime } from '../../api/meta/time';
import { findCondition, withoutCondition } from '../shared/conditions';
import { omitEmpty } from '../shared/omit-empty';
import type { Condition } from '../shared/types';
import { hasProgressDeadline, maxUnavailable, sizeOf, wanted } from './numbers';
import type { Deployment, DeploymentStatus, ReplicaSet } from './types';

type Draft = Omit<Condition, 'lastTransitionTime' | 'lastUpdateTime'>;

/** Puts a condition at the end of the list, unless one of that type with the same status and reason is there already. */
export function setCondition(conditions: readonly Condition[] | undefined, c: Draft | Condition, now: number): Condition[] {
  const old = findCondition(conditions, c.type);
  if (old && old.status === c.status && old.reason === c.reason) return [...conditions!];
  const time = formatTime(now);
  const next: Condition = { lastUpdateTime: time, lastTransitionTime: time, ...c };
  if (old && old.status === c.status) next.lastTransitionTime = old.lastTransitionTime;
  return [...withoutCondition(conditions, c.type), next];
}

/** Numbers and the Available condition as the ReplicaSets' statuses have them; other conditions are kept. */
export function deploymentStatus(d: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined, now: number): DeploymentStatus {
  const sum = (f: (rs: ReplicaSet) => number | undefined): number => all.reduce((n, rs) => n + (f(rs) ?? 0), 0);
  const available = sum((rs) => rs.status.availableReplicas);
  const enough = available >= wanted(d) - maxUnavailable(d);
  const condition = enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' };
  return {
    ...omitEmpty({
      observedGeneration: d.metadata.generation,
      replicas: sum((rs) => rs.status.replicas),
      updatedReplicas: newSet?.status.replicas,
      readyReplicas: sum((rs) => rs.status.readyReplicas),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, sizeOf(all) - available),
    }),
    terminatingReplicas: terminating(all),
    collisionCount: d.status.collisionCount,
    conditions: setCondition(d.status.conditions, condition, now),
  };
}

/** Undefined when a set that was looked at by its controller does not say. */
function terminating(all: readonly ReplicaSet[]): number | undefined {
  let n = 0;
  for (const { status } of all) {
    if (status.terminatingReplicas !== undefined) n += status.terminatingReplicas;
    else if (status.observedGeneration) return undefined;
  }
  return n;
}

/** All wanted pods are of the new template and available, and no others are left. */
export function isComplete(d: Deployment, s: DeploymentStatus): boolean {
  const n = wanted(d);
  return (s.updatedReplicas ?? 0) === n && (s.replicas ?? 0) === n && (s.availableReplicas ?? 0) === n && (s.observedGeneration ?? 0) >= (d.metadata.generation ?? 0);
}

function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const old = (s: DeploymentStatus): number => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut(d: Deployment, s: DeploymentStatus, now: number): boolean {
  const c = findCondition(s.conditions, 'Progressing');
  if (!c || c.reason === 'NewReplicaSetAvailable') return false;
  if (c.reason === 'ProgressDeadlineExceeded') return true;
  return parseTime(c.lastUpdateTime ?? '') + d.spec.progressDeadlineSeconds! * 1000 < now;
}

/** deploymentStatus with the Progressing and ReplicaFailure conditions of a rollout. */
export function rolloutStatus(d: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined, now: number): DeploymentStatus {
  const s = deploymentStatus(d, all, newSet, now);
  const current = findCondition(d.status.conditions, 'Progressing');
  const settled = (s.replicas ?? 0) === (s.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (!hasProgressDeadline(d)) s.conditions = withoutCondition(s.conditions, 'Progressing');
  else if (!settled) s.conditions = progressing(d, s, current, newSet, now);
  const failure = [...(newSet ? [newSet] : []), ...all].map((rs) => findCondition(rs.status.conditions, 'ReplicaFailure')).find((c) => c);
  s.conditions = failure
    ? setCondition(s.conditions, { ...failure, lastUpdateTime: failure.lastTransitionTime }, now)
    : withoutCondition(s.conditions, 'ReplicaFailure');
  return s;
}

function progressing(d: Deployment, s: DeploymentStatus, current: Condition | undefined, newSet: ReplicaSet | undefined, now: number): Condition[] {
  const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${d.metadata.name}"`;
  if (isComplete(d, s)) {
    return setCondition(s.conditions, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `${subject} has successfully progressed.` }, now);
  }
  if (hasProgressed(d.status, s)) {
    // Every step is news here: the time of the last one is what the deadline counts from.
    const time = formatTime(now);
    const since = current?.status === 'True' ? current.lastTransitionTime : time;
    const c = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.`, lastUpdateTime: time, lastTransitionTime: since };
    return [...withoutCondition(s.conditions, 'Progressing'), c];
  }
  if (hasTimedOut(d, s, now)) {
    return setCondition(s.conditions, { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: `${subject} has timed out progressing.` }, now);
  }
  return s.conditions ?? [];
}

/** Milliseconds until a rollout without progress must be looked at again; undefined: never. */
export function nextProgressCheck(d: Deployment, s: DeploymentStatus, now: number): number | undefined {
  const c = findCondition(d.status.conditions, 'Progressing');
  if (!hasProgressDeadline(d) || !c || isComplete(d, s) || c.reason === 'ProgressDeadlineExceeded') return undefined;
  const left = parseTime(c.lastUpdateTime ?? '') + d.spec.progressDeadlineSeconds! * 1000 - now;
  return left < 1000 ? Math.max(0, left) + 1 : left + 1000;
}
