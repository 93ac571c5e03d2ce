import { sameJson } from '../../client/equality';
import type { PodTemplate } from '../shared/types';
import { revisionOf } from './annotations';
import { wanted } from './numbers';
import type { Deployment, ReplicaSet } from './types';

export const HASH_LABEL = 'pod-template-hash';

/** Old to new; of the same second by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compare(a.metadata.name!, b.metadata.name!);
}

export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const x = revisionOf(a);
  const y = revisionOf(b);
  return x === undefined || y === undefined || x === y ? byCreation(a, b) : x - y;
}

/** Big to small; of the same size newer first, or older first. */
export function bySize(newerFirst: boolean): (a: ReplicaSet, b: ReplicaSet) => number {
  return (a, b) => wanted(b) - wanted(a) || (newerFirst ? byCreation(b, a) : byCreation(a, b));
}

export function active(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.filter((rs) => wanted(rs) > 0);
}

/** Templates are the same but for the label that tells revisions apart. */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return sameJson(a.spec, b.spec) && sameJson(withoutHash(a), withoutHash(b));
}

/** The ReplicaSet made of the Deployment's present template: the oldest when there are several. */
export function findNew(d: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byCreation).find((rs) => sameTemplate(rs.spec.template, d.spec.template));
}

function withoutHash(t: PodTemplate): object {
  const labels = { ...t.metadata?.labels };
  delete labels[HASH_LABEL];
  return { ...t.metadata, labels };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
