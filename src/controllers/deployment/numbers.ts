import { scaledValue } from '../shared/int-or-percent';
import type { Deployment, ReplicaSet } from './types';

const MAX_INT32 = 2 ** 31 - 1;

/** spec.replicas, 1 when it is absent. */
export function wanted(o: Deployment | ReplicaSet): number {
  return o.spec.replicas ?? 1;
}

export function isRollingUpdate(d: Deployment): boolean {
  return d.spec.strategy.type === 'RollingUpdate';
}

/** maxSurge and maxUnavailable as numbers of pods; they are never both zero. */
function fenceposts(d: Deployment): { surge: number; unavailable: number } {
  const { maxSurge = 0, maxUnavailable = 0 } = d.spec.strategy.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, wanted(d), true);
  const unavailable = scaledValue(maxUnavailable, wanted(d), false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** Pods that may exist beyond the wanted number during a rollout. */
export function maxSurge(d: Deployment): number {
  return isRollingUpdate(d) ? fenceposts(d).surge : 0;
}

/** Pods that may be missing from the wanted number during a rollout. */
export function maxUnavailable(d: Deployment): number {
  return isRollingUpdate(d) && wanted(d) > 0 ? Math.min(fenceposts(d).unavailable, wanted(d)) : 0;
}

export function hasProgressDeadline(d: Deployment): boolean {
  return d.spec.progressDeadlineSeconds !== undefined && d.spec.progressDeadlineSeconds !== MAX_INT32;
}

export function hasRevisionHistoryLimit(d: Deployment): boolean {
  return d.spec.revisionHistoryLimit !== undefined && d.spec.revisionHistoryLimit !== MAX_INT32;
}

/** Sum of spec.replicas. */
export function sizeOf(sets: readonly ReplicaSet[]): number {
  return sets.reduce((n, rs) => n + wanted(rs), 0);
}

/**
 * Pods that a set may have at this moment: those it was told to have, or those that it has still to give up. Upstream goes by the former
 * alone, so that for a moment there are more pods than surge allows.
 */
function present(rs: ReplicaSet): number {
  return Math.max(wanted(rs), rs.status?.replicas ?? 0);
}

/** Size that the new ReplicaSet may have now: as many pods as surge allows beside the others, at most the wanted number. */
export function newSetSize(d: Deployment, old: readonly ReplicaSet[], current: number): number {
  if (!isRollingUpdate(d)) return wanted(d);
  // A set that has not heard yet what it is to have may have as many as it was told before.
  if (old.some((rs) => (rs.status?.observedGeneration ?? 0) < (rs.metadata.generation ?? 0))) return current;
  const room = wanted(d) + scaledValue(d.spec.strategy.rollingUpdate?.maxSurge ?? 0, wanted(d), true) - old.reduce((n, rs) => n + present(rs), 0) - current;
  return room <= 0 ? current : current + Math.min(room, wanted(d) - current);
}
