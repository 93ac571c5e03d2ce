import { omitEmpty } from '../shared/omit-empty';
import { isPodAvailable, isPodFinished, isPodReady } from '../shared/pod';
import type { Pod } from '../shared/types';
import { identityMatches, inRange, newPod, ordinalOf, podRevision, startOrdinal, storageMatches, wanted } from './identity';
import type { SetRevisions } from './set-revisions';
import { templateOf } from './set-revisions';
import type { StatefulPods } from './stateful-pods';
import type { StatefulSet, StatefulSetStatus } from './types';

/** Most pods worked on side by side under the Parallel policy, and most made in one look. */
const MOST = 500;

/** One look at one StatefulSet: makes and deletes pods in the order of their numbers, one at a time unless the policy is Parallel. */
export class SetUpdate {
  private readonly replicas: Pod[] = [];
  private readonly condemned: Pod[];
  private readonly monotonic: boolean;
  private updated = 0;
  /** More pods are missing than are made in one look; what follows on making them has to wait. */
  private partial = false;

  constructor(
    private readonly set: StatefulSet,
    private readonly pods: readonly Pod[],
    private readonly r: SetRevisions,
    private readonly control: StatefulPods,
    private readonly now: number,
  ) {
    this.monotonic = set.spec.podManagementPolicy !== 'Parallel';
    const byOrdinal = new Map(pods.filter((p) => inRange(set, p)).map((p) => [ordinalOf(p), p]));
    let missing = 0;
    for (let i = 0; i < wanted(set) && !this.partial; i++) {
      const ordinal = startOrdinal(set) + i;
      const pod = byOrdinal.get(ordinal);
      this.replicas.push(pod ?? this.missing(ordinal));
      // Somebody may want thousands of millions: the pods made now lead to another look.
      this.partial = !pod && ++missing === MOST;
    }
    this.condemned = pods.filter((p) => !inRange(set, p) && ordinalOf(p) >= 0).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  }

  /** Does what can be done now. @throws what went wrong; status() is right nevertheless */
  async run(): Promise<void> {
    if (this.set.metadata.deletionTimestamp) return;
    if ((await this.each(this.replicas, (p) => this.processReplica(p))) || this.partial) return;
    if (await this.each(this.condemned, async (p) => (await this.control.followRetention(this.set, p), false))) return;
    const firstUnhealthy = [...this.replicas, ...[...this.condemned].reverse()].find((p) => this.isUnavailable(p));
    if (await this.each(this.condemned, (p) => this.processCondemned(p, firstUnhealthy))) return;
    if (this.set.spec.updateStrategy.type !== 'OnDelete') await this.roll();
  }

  status(): StatefulSetStatus {
    const { spec, status, metadata } = this.set;
    let [replicas, ready, available, current, updated] = [0, 0, 0, 0, 0];
    for (const p of this.pods) {
      replicas++;
      if (p.status?.phase === 'Running' && isPodReady(p)) {
        ready++;
        available += Number(isPodAvailable(p, spec.minReadySeconds ?? 0, this.now));
      }
      if (p.metadata.deletionTimestamp) continue;
      current += Number(podRevision(p) === this.r.current.metadata.name);
      updated += Number(podRevision(p) === this.r.update.metadata.name);
    }
    let currentRevision = this.r.current.metadata.name;
    const updateRevision = this.r.update.metadata.name;
    current = Math.max(0, current - this.updated);
    const n = wanted(this.set);
    // Every pod is of the new revision: it is the current one now.
    if (spec.updateStrategy.type === 'RollingUpdate' && updated === n && ready === n && replicas === n) {
      current = updated;
      currentRevision = updateRevision;
    }
    return {
      replicas,
      availableReplicas: available,
      ...omitEmpty({ readyReplicas: ready, currentReplicas: current, updatedReplicas: updated, currentRevision, updateRevision }),
      observedGeneration: Math.max(metadata.generation ?? 0, status.observedGeneration ?? 0),
      collisionCount: this.r.collisionCount,
    };
  }

  private missing(ordinal: number): Pod {
    const { updateStrategy } = this.set.spec;
    const first = startOrdinal(this.set);
    const rolling = updateStrategy.rollingUpdate;
    const keepsOld = rolling ? ordinal < first + (rolling.partition ?? 0) : updateStrategy.type === 'RollingUpdate' && ordinal < first + (this.set.status.currentReplicas ?? 0);
    const revision = keepsOld ? this.r.current : this.r.update;
    return newPod(this.set, { name: revision.metadata.name!, template: templateOf(revision) }, ordinal);
  }

  /** @returns true: nothing after this pod may be touched now */
  private async processReplica(pod: Pod): Promise<boolean> {
    if (isPodFinished(pod)) {
      if (!pod.metadata.deletionTimestamp) await this.control.delete(this.set, pod);
      return true;
    }
    if (!isCreated(pod)) {
      if (this.control.hasStaleClaim(this.set, pod)) return true;
      await this.control.create(this.set, pod);
      return this.monotonic;
    }
    if (pod.status?.phase === 'Pending') await this.control.ensureClaims(this.set, pod);
    if (this.monotonic && (pod.metadata.deletionTimestamp || !isRunningReady(pod) || !this.isAvailable(pod))) return true;
    if (!identityMatches(this.set, pod) || !storageMatches(this.set, pod) || this.control.claimsDiffer(this.set, pod)) await this.control.mend(this.set, pod);
    return false;
  }

  private async processCondemned(pod: Pod, firstUnhealthy: Pod | undefined): Promise<boolean> {
    if (pod.metadata.deletionTimestamp) return this.monotonic;
    if (this.monotonic && pod !== firstUnhealthy && (!isRunningReady(pod) || !this.isAvailable(pod))) return true;
    await this.control.delete(this.set, pod);
    return true;
  }

  /** Replaces the last pod that is not of the new revision, when all after it are available. */
  private async roll(): Promise<void> {
    const partition = this.set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
    for (let i = this.replicas.length - 1; i >= partition; i--) {
      const pod = this.replicas[i]!;
      if (podRevision(pod) !== this.r.update.metadata.name && !pod.metadata.deletionTimestamp) {
        await this.control.delete(this.set, pod);
        this.updated++;
        return;
      }
      if (this.isUnavailable(pod)) return;
    }
  }

  /** In order until one says stop; all, in growing batches, under the Parallel policy. */
  private async each(pods: readonly Pod[], fn: (p: Pod) => Promise<boolean>): Promise<boolean> {
    if (this.monotonic) {
      for (const p of pods) if (await fn(p)) return true;
      return false;
    }
    for (let done = 0, size = 1; done < pods.length; done += size, size = Math.min(size * 2, MOST)) {
      const results = await Promise.allSettled(pods.slice(done, done + size).map(fn));
      const failed = results.find((r) => r.status === 'rejected');
      if (failed) throw failed.reason;
    }
    return false;
  }

  private isAvailable(pod: Pod): boolean {
    return isPodAvailable(pod, this.set.spec.minReadySeconds ?? 0, this.now);
  }

  private isUnavailable(pod: Pod): boolean {
    return !this.isAvailable(pod) || pod.metadata.deletionTimestamp !== undefined;
  }
}

function isCreated(pod: Pod): boolean {
  return pod.metadata.uid !== undefined;
}

function isRunningReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}
