import type { KubeObject, OwnerReference } from '../../api/meta/object';
import { controllerRef } from '../shared/owners';
import type { Pod } from '../shared/types';
import { claimName, inRange, ordinalOf } from './identity';
import type { StatefulSet } from './types';

/** Who must own a claim, by the set's retention policy: the set, the pod (when it is scaled away), both never, or neither. */
function wantedOwner(set: StatefulSet, pod: Pod): 'set' | 'pod' | undefined {
  const { whenDeleted, whenScaled } = policyOf(set);
  if (whenScaled === 'Delete' && !inRange(set, pod)) return 'pod';
  return whenDeleted === 'Delete' ? 'set' : undefined;
}

export function policyOf(set: StatefulSet): { whenDeleted: string; whenScaled: string } {
  return set.spec.persistentVolumeClaimRetentionPolicy ?? { whenDeleted: 'Retain', whenScaled: 'Retain' };
}

/** The claims that the pod needs, as they are to be made. */
export function claimsOf(set: StatefulSet, pod: Pod): KubeObject[] {
  return (set.spec.volumeClaimTemplates ?? []).map((t) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      annotations: t.metadata.annotations,
      finalizers: t.metadata.finalizers,
      name: claimName(set, t, ordinalOf(pod)),
      namespace: set.metadata.namespace,
      labels: { ...t.metadata.labels, ...set.spec.selector.matchLabels },
    },
    spec: t.spec,
  }));
}

const isRefTo = (r: OwnerReference, o: { kind: string; name?: string }): boolean => r.kind === o.kind && r.name === o.name && r.apiVersion === (o.kind === 'Pod' ? 'v1' : 'apps/v1');

/** It refers to an owner of the name that is another one by now: the garbage collector will see to it. */
export function hasStaleOwner(claim: KubeObject, o: { kind: string; name?: string; uid?: string }): boolean {
  const ref = claim.metadata.ownerReferences?.find((r) => isRefTo(r, o));
  return ref !== undefined && ref.uid !== o.uid;
}

function hasOtherController(claim: KubeObject, set: StatefulSet, pod: Pod): boolean {
  const { whenDeleted, whenScaled } = policyOf(set);
  if (whenDeleted === 'Retain' && whenScaled === 'Retain') return false;
  const owners = [identity('StatefulSet', set), identity('Pod', pod)];
  for (const r of claim.metadata.ownerReferences ?? []) {
    const named = owners.find((o) => isRefTo(r, o));
    if (named ? named.uid !== r.uid : r.controller) return true;
  }
  return false;
}

/**
 * The owner references that the claim should have; undefined when they are right, or not ours to change. `conflict`: another controller has
 * the claim, so the policy cannot be followed.
 */
export function claimOwners(claim: KubeObject, set: StatefulSet, pod: Pod): { owners?: OwnerReference[]; conflict: boolean } {
  const refs = claim.metadata.ownerReferences ?? [];
  const setId = identity('StatefulSet', set);
  const podId = identity('Pod', pod);
  if (hasStaleOwner(claim, setId) || hasStaleOwner(claim, podId)) return { conflict: hasOtherController(claim, set, pod) };
  const others = refs.filter((r) => !isRefTo(r, setId) && !isRefTo(r, podId));
  const owned = (uid: string | undefined): boolean => refs.some((r) => r.uid === uid);
  if (hasOtherController(claim, set, pod)) return owned(set.metadata.uid) || owned(pod.metadata.uid) ? { owners: others, conflict: true } : { conflict: true };
  const plain = refs.some((r) => (r.uid === set.metadata.uid || r.uid === pod.metadata.uid) && !r.controller);
  const want = wantedOwner(set, pod);
  if (!plain && owned(set.metadata.uid) === (want === 'set') && owned(pod.metadata.uid) === (want === 'pod')) return { conflict: false };
  const owner = want === 'set' ? { ...set, apiVersion: 'apps/v1', kind: 'StatefulSet' } : want === 'pod' ? { ...pod, apiVersion: 'v1', kind: 'Pod' } : undefined;
  return { owners: owner ? [...others, controllerRef(owner)] : others, conflict: false };
}

export function identity(kind: string, o: KubeObject): { kind: string; name?: string; uid?: string } {
  return { kind, name: o.metadata.name, uid: o.metadata.uid };
}
