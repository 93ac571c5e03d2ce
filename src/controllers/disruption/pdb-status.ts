import { formatTime, parseTime } from '../../api/meta/time';
import { omitEmpty } from '../shared/omit-empty';
import { isPodReady } from '../shared/pod';
import type { Condition, Pod } from '../shared/types';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from './types';

/** Evicted pods are expected to begin to go within this time. */
const DELETION_TIMEOUT = 120_000;

export interface Expected {
  /** Pods that should be there. */
  expected: number;
  /** Pods that must be healthy. */
  desired: number;
}

/** The evicted pods that have still not begun to go, and when the next of them is overdue; `overdue`: those that are. */
export function disruptedPods(pdb: PodDisruptionBudget, pods: readonly Pod[], now: number): { pending: Record<string, string>; recheck?: number; overdue: Pod[] } {
  const pending: Record<string, string> = {};
  const overdue: Pod[] = [];
  let recheck: number | undefined;
  for (const p of pods) {
    const since = pdb.status.disruptedPods?.[p.metadata.name!];
    if (since === undefined || p.metadata.deletionTimestamp) continue;
    const left = parseTime(since) + DELETION_TIMEOUT - now;
    if (left < 0) overdue.push(p);
    else {
      pending[p.metadata.name!] = since;
      recheck = Math.min(recheck ?? Infinity, left);
    }
  }
  return { pending, recheck, overdue };
}

export function pdbStatus(pdb: PodDisruptionBudget, pods: readonly Pod[], e: Expected, pending: Record<string, string>, now: number): PodDisruptionBudgetStatus {
  const healthy = pods.filter((p) => !p.metadata.deletionTimestamp && pending[p.metadata.name!] === undefined && isPodReady(p)).length;
  const allowed = e.expected > 0 ? Math.max(0, healthy - e.desired) : 0;
  const [status, reason] = allowed > 0 ? ['True', 'SufficientPods'] : ['False', 'InsufficientPods'];
  return {
    ...omitEmpty({ observedGeneration: pdb.metadata.generation }),
    ...(Object.keys(pending).length > 0 ? { disruptedPods: pending } : {}),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: e.desired,
    expectedPods: e.expected,
    conditions: withAllowed(pdb, { type: 'DisruptionAllowed', status: status!, observedGeneration: pdb.metadata.generation, reason, message: '' }, now),
  };
}

/** The status when the numbers cannot be told: no disruption is allowed. */
export function failedStatus(pdb: PodDisruptionBudget, e: Error, now: number): PodDisruptionBudgetStatus {
  const c = { type: 'DisruptionAllowed', status: 'False', observedGeneration: pdb.status.observedGeneration, reason: 'SyncFailed', message: e.message };
  return { ...pdb.status, disruptionsAllowed: 0, conditions: withAllowed(pdb, c, now) };
}

function withAllowed(pdb: PodDisruptionBudget, c: Condition, now: number): Condition[] {
  const old = pdb.status.conditions ?? [];
  const before = old.find((o) => o.type === c.type);
  const next = { ...c, lastTransitionTime: before?.status === c.status ? before.lastTransitionTime : formatTime(now) };
  return before ? old.map((o) => (o === before ? next : o)) : [...old, next];
}
