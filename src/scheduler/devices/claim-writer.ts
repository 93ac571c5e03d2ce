import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Client } from '../../client/client';
import { RESOURCE_CLAIMS } from '../../client/resources';
import type { Clock } from '../../util/clock';
import type { Allocation } from './device-types';
import { allocationOf } from './device-types';
import { usersOf } from './pod-resource-claims';

const FINALIZER = 'resource.kubernetes.io/delete-protection';
const TRIES = 5;

/** Writes what was decided about claims. */
export class ClaimWriter {
  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
  ) {}

  /**
   * Gives a claim its devices, when there are any to give, and lets the pod use it.
   * @throws Error when the claim changed meanwhile in a way that does not allow it, or the server refuses
   */
  async bind(claim: KubeObject, allocation: Allocation | undefined, pod: { name: string; uid: string }): Promise<KubeObject> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.bindOnce(claim, allocation, pod);
      } catch (e) {
        if (!isReason(e, 'Conflict') || tries === TRIES) throw e;
        claim = await this.client.get(RESOURCE_CLAIMS, claim.metadata.namespace, claim.metadata.name!);
      }
    }
  }

  private async bindOnce(claim: KubeObject, allocation: Allocation | undefined, pod: { name: string; uid: string }): Promise<KubeObject> {
    if (claim.metadata.deletionTimestamp) throw new Error(`claim ${keyOf(claim)} got deleted in the meantime`);
    if (allocation && allocationOf(claim)) throw new Error(`claim ${keyOf(claim)} got allocated elsewhere in the meantime`);
    if (!allocation && !allocationOf(claim)) throw new Error(`claim ${keyOf(claim)} got deallocated elsewhere in the meantime`);
    const finalizers = claim.metadata.finalizers ?? [];
    if (allocation && !finalizers.includes(FINALIZER)) {
      claim = await this.client.update(RESOURCE_CLAIMS, { ...claim, metadata: { ...claim.metadata, finalizers: [...finalizers, FINALIZER] } });
    }
    const given = allocation ?? allocationOf(claim)!;
    const status = {
      ...(claim['status'] as object | undefined),
      allocation: { ...given, allocationTimestamp: given.allocationTimestamp ?? formatTime(this.clock.now()) },
      reservedFor: [...usersOf(claim), { resource: 'pods', name: pod.name, uid: pod.uid }],
    };
    return this.client.update(RESOURCE_CLAIMS, { ...claim, status }, { subresource: 'status' });
  }

  /** The pod does not use the claim after all. */
  async release(claim: KubeObject, podUid: string): Promise<void> {
    const { namespace, name, uid } = claim.metadata;
    const patch = { metadata: { uid }, status: { reservedFor: [{ $patch: 'delete', uid: podUid }] } };
    await this.client.patch(RESOURCE_CLAIMS, namespace, name!, 'strategic', patch, { subresource: 'status' });
  }

  /** Takes the devices away from a claim that nobody uses. */
  async deallocate(claim: KubeObject): Promise<void> {
    const { allocation: _, reservedFor: __, devices: ___, ...status } = (claim['status'] ?? {}) as Record<string, unknown>;
    await this.client.update(RESOURCE_CLAIMS, { ...claim, status }, { subresource: 'status' });
  }
}
