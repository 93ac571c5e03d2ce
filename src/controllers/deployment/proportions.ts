import { desiredReplicas, maxReplicas } from './annotations';
import { maxSurge, sizeOf, wanted } from './numbers';
import { active, byCreation, bySize } from './replica-sets';
import type { Deployment, ReplicaSet } from './types';

/** The only set with pods; when none has any the newest; undefined when several have. */
export function activeOrLatest(newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): ReplicaSet | undefined {
  const newest = [...old].sort((a, b) => byCreation(b, a));
  const withPods = active(newSet ? [...newest, newSet] : newest);
  if (withPods.length > 1) return undefined;
  return withPods[0] ?? newSet ?? newest[0];
}

/** The set has all pods, knows so, and all are available. */
export function isSaturated(d: Deployment, rs: ReplicaSet | undefined): boolean {
  const n = wanted(d);
  return rs !== undefined && wanted(rs) === n && desiredReplicas(rs) === n && (rs.status.availableReplicas ?? 0) === n;
}

/** Sizes of all sets with pods after the Deployment was scaled in the middle of a rollout: shares as before. */
export function proportionalSizes(d: Deployment, sets: readonly ReplicaSet[]): Map<ReplicaSet, number> {
  const allowed = wanted(d) > 0 ? wanted(d) + maxSurge(d) : 0;
  const toAdd = allowed - sizeOf(sets);
  const ordered = toAdd === 0 ? [...sets] : [...sets].sort(bySize(toAdd > 0));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const rs of ordered) {
    const share = toAdd === 0 || toAdd === added ? 0 : clamp(fraction(d, rs), toAdd - added);
    sizes.set(rs, wanted(rs) + share);
    added += share;
  }
  const biggest = ordered[0];
  if (biggest && toAdd !== 0) sizes.set(biggest, Math.max(0, sizes.get(biggest)! + toAdd - added));
  return sizes;
}

function clamp(share: number, left: number): number {
  return left > 0 ? Math.min(share, left) : Math.max(share, left);
}

/** Pods to add to (or, negative, to take from) one set, by its share of the size before. */
function fraction(d: Deployment, rs: ReplicaSet): number {
  if (wanted(d) === 0) return -wanted(rs);
  const before = maxReplicas(rs) || d.status.replicas || 0;
  if (before === 0) return 0;
  return roundHalfAway((wanted(rs) * (wanted(d) + maxSurge(d))) / before) - wanted(rs);
}

function roundHalfAway(x: number): number {
  return Math.sign(x) * Math.round(Math.abs(x));
}
