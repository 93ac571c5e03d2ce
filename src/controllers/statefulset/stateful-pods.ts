import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resources';
import type { Pod } from '../shared/types';
import type { Written } from '../shared/written';
import { claimOwners, claimsOf, hasStaleOwner, identity, policyOf } from './claims';
import { identityMatches, storageMatches, withIdentity } from './identity';
import type { StatefulSet } from './types';

/** Makes, mends and deletes the pods and claims of StatefulSets, and tells of it in events. */
export class StatefulPods {
  constructor(
    private readonly client: Client,
    private readonly claims: Informer,
    private readonly events: EventRecorder,
    private readonly written: Written,
  ) {}

  async create(set: StatefulSet, pod: Pod): Promise<void> {
    try {
      await this.createClaims(set, pod);
      const made = await this.client.create<Pod>(PODS, pod);
      this.written.stored(keyOf(set), made);
      await this.followRetention(set, made);
    } catch (e) {
      if (!isReason(e, 'AlreadyExists')) this.tell(set, 'Create', pod, e as Error);
      throw e;
    }
    this.tell(set, 'Create', pod);
  }

  async delete(set: StatefulSet, pod: Pod): Promise<void> {
    try {
      await this.client.delete(PODS, pod.metadata.namespace, pod.metadata.name!);
    } catch (e) {
      if (!isReason(e, 'NotFound')) {
        this.tell(set, 'Delete', pod, e as Error);
        throw e;
      }
    }
    this.tell(set, 'Delete', pod);
  }

  /** Puts back what makes the pod the one of its place: labels, volumes, the owners of its claims. */
  async mend(set: StatefulSet, pod: Pod): Promise<void> {
    const podFits = identityMatches(set, pod) && storageMatches(set, pod);
    if (podFits && !this.claimsDiffer(set, pod)) return;
    try {
      if (!storageMatches(set, pod)) await this.createClaims(set, pod);
      await this.followRetention(set, pod);
      if (!podFits) this.written.stored(keyOf(set), await this.client.update(PODS, withIdentity(set, pod)));
    } catch (e) {
      this.tell(set, 'Update', pod, e as Error);
      throw e;
    }
    this.tell(set, 'Update', pod);
  }

  /** Claims of a pod that waits may have been deleted under it. */
  async ensureClaims(set: StatefulSet, pod: Pod): Promise<void> {
    await this.createClaims(set, pod);
    await this.followRetention(set, pod);
  }

  /** A claim still belongs to an earlier pod of this name and will go with it: a new pod must wait. */
  hasStaleClaim(set: StatefulSet, pod: Pod): boolean {
    if (policyOf(set).whenScaled === 'Retain') return false;
    return this.present(set, pod).some((c) => hasStaleOwner(c, identity('Pod', pod)));
  }

  /** Some claim is not owned as the retention policy asks. */
  claimsDiffer(set: StatefulSet, pod: Pod): boolean {
    return this.present(set, pod).some((c) => claimOwners(c, set, pod).owners !== undefined);
  }

  async followRetention(set: StatefulSet, pod: Pod): Promise<void> {
    for (const claim of this.present(set, pod)) {
      const { owners, conflict } = claimOwners(claim, set, pod);
      if (conflict) {
        const message = `PersistentVolumeClaim ${claim.metadata.name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
        this.events.event(set, 'Warning', 'ConflictingController', message);
      }
      if (owners) await this.client.update(PERSISTENT_VOLUME_CLAIMS, { ...claim, metadata: { ...claim.metadata, ownerReferences: owners } });
    }
  }

  private present(set: StatefulSet, pod: Pod): KubeObject[] {
    return claimsOf(set, pod)
      .map((c) => this.claims.get(keyOf(c)))
      .filter((c) => c !== undefined);
  }

  private async createClaims(set: StatefulSet, pod: Pod): Promise<void> {
    for (const claim of claimsOf(set, pod)) {
      const there = this.claims.get(keyOf(claim));
      if (there?.metadata.deletionTimestamp) throw new Error(`pvc ${claim.metadata.name} is being deleted`);
      if (there) continue;
      const about = `Claim ${claim.metadata.name}`;
      try {
        await this.client.create(PERSISTENT_VOLUME_CLAIMS, claim);
      } catch (e) {
        if (isReason(e, 'AlreadyExists')) continue;
        this.events.event(set, 'Warning', 'FailedCreate', `Create ${about} for Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: ${(e as Error).message}`);
        throw new Error(`failed to create PVC ${claim.metadata.name}: ${(e as Error).message}`, { cause: e });
      }
      this.events.event(set, 'Normal', 'SuccessfulCreate', `Create ${about} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`);
    }
  }

  private tell(set: StatefulSet, verb: 'Create' | 'Update' | 'Delete', pod: Pod, e?: Error): void {
    const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    if (e) this.events.event(set, 'Warning', `Failed${verb}`, `${what} failed error: ${e.message}`);
    else this.events.event(set, 'Normal', `Successful${verb}`, `${what} successful`);
  }
}
