import type { KubeObject } from '../../api/meta/object';
import type { PodTemplate } from './types';

export interface ControllerRevision extends KubeObject {
  data: unknown;
  revision: number;
}

/** Label of pods and revisions by which they belong together. */
export const REVISION_HASH_LABEL = 'controller-revision-hash';

/** What a revision keeps of its workload: a patch that puts the pod template back. */
export function revisionData(template: PodTemplate): { spec: { template: object } } {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

export function maxRevision(list: readonly ControllerRevision[]): number {
  return list.reduce((n, r) => Math.max(n, r.revision), 0);
}

/** Old to new; of the same number by age and name. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  const age = (r: ControllerRevision): string => `${r.metadata.creationTimestamp} ${r.metadata.name}`;
  return a.revision - b.revision || (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0);
}
