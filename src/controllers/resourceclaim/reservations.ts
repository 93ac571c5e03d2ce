import { isReason } from '../../api/errors/status-error';
import { controllerOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { Informer } from '../../client/informer';
import { PODS, RESOURCE_CLAIMS } from '../../client/resources';
import { isPodFinished } from '../shared/pod';
import type { Pod } from '../shared/types';
import { claimName, podClaims } from './types';
import type { Consumer, ResourceClaim } from './types';

/** Held by the scheduler's allocation. */
const FINALIZER = 'resource.kubernetes.io/delete-protection';
/** Most consumers that a claim may have. */
const MOST = 256;

/** The pod will not run any more: it has ended, or is going and never got a node. */
export function isPodDone(p: Pod): boolean {
  return isPodFinished(p) || (p.metadata.deletionTimestamp !== undefined && !p.spec.nodeName);
}

/** Who may use a claim: pods that were given a node by hand are added, those that are over are taken out. */
export class Reservations {
  constructor(
    private readonly client: Client,
    private readonly claims: Informer<ResourceClaim>,
    private readonly pods: Informer<Pod>,
  ) {}

  /** Reserves allocated claims for a pod that did not come by the scheduler. */
  async reserve(pod: Pod): Promise<void> {
    for (const c of podClaims(pod)) {
      const found = claimName(pod, c);
      const claim = found?.name ? this.claims.get(`${pod.metadata.namespace}/${found.name}`) : undefined;
      if (!claim?.status?.allocation) continue;
      if (found!.own && controllerOf(claim)?.uid !== pod.metadata.uid) throw new Error(`ResourceClaim ${claim.metadata.name} was not created for pod ${pod.metadata.name} (pod is not owner)`);
      const reservedFor = claim.status.reservedFor ?? [];
      if (reservedFor.some((r) => r.uid === pod.metadata.uid) || reservedFor.length >= MOST) continue;
      const consumer: Consumer = { resource: 'pods', name: pod.metadata.name!, uid: pod.metadata.uid! };
      await this.client.update(RESOURCE_CLAIMS, { ...claim, status: { ...claim.status, reservedFor: [...reservedFor, consumer] } }, { subresource: 'status' });
    }
  }

  /** Takes out consumers that are over. A claim that nobody uses loses its allocation, and goes when it was made for a pod that is over. */
  async free(key: string): Promise<void> {
    const claim = this.claims.get(key);
    if (!claim) return;
    const before = claim.status?.reservedFor ?? [];
    const left: Consumer[] = [];
    for (const r of before) if (!(await this.isOver(claim, r))) left.push(r);
    if (left.length < before.length) await this.write(claim, left);
    else if (claim.metadata.deletionTimestamp && left.length === 0 && this.isHeld(claim)) await this.write(claim, []);
    if (left.length === 0) await this.removeUnused(claim);
  }

  private async isOver(claim: ResourceClaim, r: Consumer): Promise<boolean> {
    if (r.apiGroup || r.resource !== 'pods') return false;
    const cached = this.pods.get(`${claim.metadata.namespace}/${r.name}`);
    if (cached) return cached.metadata.uid !== r.uid || isPodDone(cached);
    try {
      return (await this.client.get(PODS, claim.metadata.namespace, r.name)).metadata.uid !== r.uid;
    } catch (e) {
      if (isReason(e, 'NotFound')) return true;
      throw e;
    }
  }

  private isHeld(claim: ResourceClaim): boolean {
    return claim.metadata.finalizers?.includes(FINALIZER) ?? false;
  }

  private async write(claim: ResourceClaim, reservedFor: Consumer[]): Promise<void> {
    const { allocation, reservedFor: _, ...rest } = claim.status ?? {};
    const frees = reservedFor.length === 0 && this.isHeld(claim);
    const status = { ...rest, ...(allocation && !frees ? { allocation } : {}), ...(reservedFor.length ? { reservedFor } : {}) };
    const changed = reservedFor.length !== (claim.status?.reservedFor ?? []).length || (frees && allocation !== undefined);
    const now = changed ? await this.client.update<ResourceClaim>(RESOURCE_CLAIMS, { ...claim, status }, { subresource: 'status' }) : claim;
    if (!frees) return;
    await this.client.update(RESOURCE_CLAIMS, { ...now, metadata: { ...now.metadata, finalizers: now.metadata.finalizers!.filter((f) => f !== FINALIZER) } });
  }

  private async removeUnused(claim: ResourceClaim): Promise<void> {
    const owner = controllerOf(claim);
    if (owner?.kind !== 'Pod' || owner.apiVersion !== 'v1' || claim.metadata.deletionTimestamp) return;
    const pod = this.pods.get(`${claim.metadata.namespace}/${owner.name}`);
    // Without the pod the garbage collector takes the claim.
    if (!pod || (pod.metadata.uid === owner.uid && !isPodDone(pod))) return;
    try {
      await this.client.delete(RESOURCE_CLAIMS, claim.metadata.namespace, claim.metadata.name!);
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }
}
