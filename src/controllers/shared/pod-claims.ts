import { controllerOf } from '../../api/meta/object';
import type { KubeObject } from '../../api/meta/object';
import type { Informer } from '../../client/informer';
import type { Pod } from './types';

const INDEX = 'claims';

/** The name of the claim that is made for a pod's ephemeral volume. */
export function ephemeralClaimName(pod: Pod, volume: { name: string }): string {
  return `${pod.metadata.name}-${volume.name}`;
}

/** Keys of the claims that the pod's volumes refer to, those of ephemeral volumes among them. */
export function claimKeysOf(pod: Pod): string[] {
  const keys: string[] = [];
  for (const v of pod.spec.volumes ?? []) {
    const name = v.persistentVolumeClaim ? v.persistentVolumeClaim.claimName : v.ephemeral ? ephemeralClaimName(pod, v) : undefined;
    if (name !== undefined) keys.push(`${pod.metadata.namespace}/${name}`);
  }
  return keys;
}

/** Adds the index that podsOfClaim needs. */
export function indexByClaim(pods: Informer<Pod>): void {
  pods.addIndex(INDEX, claimKeysOf);
}

/** Pods whose volumes refer to the claim of this key. */
export function podsOfClaim(pods: Informer<Pod>, key: string): readonly Pod[] {
  return pods.byIndex(INDEX, key);
}

/** Whether a claim with the name of a pod's ephemeral volume was made for this very pod. */
export function isMadeFor(claim: KubeObject, pod: Pod): boolean {
  return controllerOf(claim)?.uid === pod.metadata.uid;
}
