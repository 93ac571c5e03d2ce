import type { KubeObject } from '../../api/meta/object';
import { controllerOf } from '../../api/meta/object';

interface VolumeSpec {
  name: string;
  persistentVolumeClaim?: { claimName: string };
  ephemeral?: object;
}

/** A claim that a pod's volume refers to; `ephemeral`: it is made for the pod from a template. */
export interface PodClaim {
  name: string;
  ephemeral: boolean;
}

const NONE: readonly PodClaim[] = [];

/** The claims of a pod's volumes, in their order. */
export function claimsOf(pod: KubeObject): readonly PodClaim[] {
  const volumes = pod['spec'].volumes as VolumeSpec[] | undefined;
  if (!volumes?.length) return NONE;
  let claims: PodClaim[] | undefined;
  for (const v of volumes) {
    if (v.persistentVolumeClaim) (claims ??= []).push({ name: v.persistentVolumeClaim.claimName, ephemeral: false });
    else if (v.ephemeral) (claims ??= []).push({ name: `${pod.metadata.name}-${v.name}`, ephemeral: true });
  }
  return claims ?? NONE;
}

/** Why a claim that was made for ephemeral volumes is not this pod's; undefined when it is. */
export function notMadeFor(pod: KubeObject, claim: KubeObject): string | undefined {
  const owner = controllerOf(claim);
  if (owner?.kind === 'Pod' && owner.name === pod.metadata.name && owner.uid === pod.metadata.uid) return undefined;
  return `PVC ${claim.metadata.namespace}/${claim.metadata.name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`;
}
