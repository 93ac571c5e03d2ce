import type { KubeObject, ObjectMeta } from '../../api/meta/object';
import type { Pod } from '../shared/types';

export interface Consumer {
  apiGroup?: string;
  resource: string;
  name: string;
  uid: string;
}

export interface ResourceClaim extends KubeObject {
  spec: object;
  status?: { allocation?: object; reservedFor?: Consumer[]; devices?: object[] };
}

export interface ResourceClaimTemplate extends KubeObject {
  spec: { metadata?: ObjectMeta; spec: object };
}

export interface PodClaim {
  name: string;
  resourceClaimName?: string;
  resourceClaimTemplateName?: string;
}

/** What pods say of claims. */
export function podClaims(pod: Pod): readonly PodClaim[] {
  return ((pod.spec as { resourceClaims?: PodClaim[] }).resourceClaims ?? []);
}

/**
 * The claim behind an entry of a pod: null when it needs none, undefined while none was made. `own`: it was made for the pod and has to be its.
 */
export function claimName(pod: Pod, c: PodClaim): { name: string | null; own: boolean } | undefined {
  if (c.resourceClaimName !== undefined) return { name: c.resourceClaimName, own: false };
  const statuses = (pod.status as { resourceClaimStatuses?: { name: string; resourceClaimName?: string }[] } | undefined)?.resourceClaimStatuses;
  const found = statuses?.find((s) => s.name === c.name);
  return found && { name: found.resourceClaimName ?? null, own: true };
}

/** The claim that stands for the extended resources of a pod. */
export function extendedClaim(pod: Pod): string | undefined {
  return (pod.status as { extendedResourceClaimStatus?: { resourceClaimName?: string } } | undefined)?.extendedResourceClaimStatus?.resourceClaimName;
}
