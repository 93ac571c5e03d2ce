import type { KubeObject } from '../../api/meta/object';
import { controllerOf } from '../../api/meta/object';
import type { Informer } from '../../client/informer';

/** As many pods can use one claim. */
const MOST_USERS = 256;

interface Reference {
  name: string;
  resourceClaimName?: string;
  resourceClaimTemplateName?: string;
}

interface Consumer {
  uid: string;
}

/** The claims of a pod, or why they cannot be had yet, in upstream's words. */
export function resourceClaimsOf(pod: KubeObject, informer: Informer): readonly KubeObject[] | string {
  const references = pod['spec'].resourceClaims as Reference[] | undefined;
  if (!references?.length) return [];
  const { namespace, name } = pod.metadata;
  const claims: KubeObject[] = [];
  for (const r of references) {
    let claimName = r.resourceClaimName;
    if (claimName === undefined) {
      const statuses = (pod['status']?.resourceClaimStatuses ?? []) as { name: string; resourceClaimName?: string }[];
      const status = statuses.find((s) => s.name === r.name);
      if (!status) return `pod "${namespace}/${name}": ResourceClaim not created yet`;
      // The template may turn out to need no claim.
      if (status.resourceClaimName === undefined) continue;
      claimName = status.resourceClaimName;
    }
    const claim = informer.get(`${namespace}/${claimName}`);
    if (!claim) return `resourceclaim.resource.k8s.io "${claimName}" not found`;
    if (claim.metadata.deletionTimestamp) return `resourceclaim "${claimName}" is being deleted`;
    if (r.resourceClaimTemplateName !== undefined && controllerOf(claim)?.uid !== pod.metadata.uid) {
      return `ResourceClaim ${namespace}/${claimName} was not created for pod ${namespace}/${name} (pod is not owner)`;
    }
    claims.push(claim);
  }
  return claims;
}

export function usersOf(claim: KubeObject): readonly Consumer[] {
  return (claim['status']?.reservedFor ?? []) as Consumer[];
}

/** Whether one more pod can use an allocated claim, or this one does. */
export function usableBy(claim: KubeObject, podUid: string): boolean {
  const users = usersOf(claim);
  return users.length < MOST_USERS || users.some((u) => u.uid === podUid);
}
