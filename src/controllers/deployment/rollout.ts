import { isReason } from '../../api/errors/status-error';
import type { Client } from '../../client/client';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { DEPLOYMENTS, REPLICA_SETS } from '../../client/resources';
import type { Clock } from '../../util/clock';
import { findCondition } from '../shared/conditions';
import { controlledBy } from '../shared/owners';
import { isPodFinished } from '../shared/pod';
import type { Pod } from '../shared/types';
import { desiredReplicas, sizeAnnotations } from './annotations';
import { deploymentStatus, isComplete, nextProgressCheck, rolloutStatus, setCondition } from './deployment-status';
import { NewReplicaSet } from './new-replica-set';
import { hasProgressDeadline, hasRevisionHistoryLimit, isRollingUpdate, maxUnavailable, newSetSize, sizeOf, wanted } from './numbers';
import { activeOrLatest, isSaturated, proportionalSizes } from './proportions';
import { active, byCreation, byRevision } from './replica-sets';
import type { Deployment, DeploymentStatus, ReplicaSet } from './types';

export interface RolloutContext {
  client: Client;
  clock: Clock;
  events: EventRecorder;
  pods: Informer<Pod>;
}

/** One look at one Deployment and its ReplicaSets: every call takes it one step further. */
export class Rollout {
  constructor(
    private d: Deployment,
    private sets: readonly ReplicaSet[],
    private readonly x: RolloutContext,
  ) {}

  async step(): Promise<{ after?: number } | void> {
    if (this.d.metadata.deletionTimestamp) {
      const { newSet, old } = await this.revisions(false);
      return this.write(deploymentStatus(this.d, all(old, newSet), newSet, this.x.clock.now()));
    }
    await this.notePause();
    if (this.d.spec.paused || (await this.wasScaled())) return this.scale();
    if (isRollingUpdate(this.d)) return this.roll();
    return this.recreate();
  }

  /** The set of the present template, made when `create`, and all others; revisions and annotations are brought up to date. */
  private async revisions(create: boolean): Promise<{ newSet?: ReplicaSet; old: ReplicaSet[] }> {
    const { newSet, old, deployment } = await new NewReplicaSet(this.d, this.sets, this.x).sync(create);
    this.d = deployment;
    // What was written here is newer than what the caches may say yet.
    if (newSet) this.sets = [...old, newSet];
    return { newSet, old };
  }

  /** Says in the Progressing condition that the rollout is paused or goes on, so that the deadline does not count the pause. */
  private async notePause(): Promise<void> {
    if (!hasProgressDeadline(this.d)) return;
    const c = findCondition(this.d.status.conditions, 'Progressing');
    if (c?.reason === 'ProgressDeadlineExceeded') return;
    const noted = c?.reason === 'DeploymentPaused';
    if (Boolean(this.d.spec.paused) === noted) return;
    const [reason, message] = noted ? ['DeploymentResumed', 'Deployment is resumed'] : ['DeploymentPaused', 'Deployment is paused'];
    const conditions = setCondition(this.d.status.conditions, { type: 'Progressing', status: 'Unknown', reason, message }, this.x.clock.now());
    await this.write({ ...this.d.status, conditions });
  }

  private async wasScaled(): Promise<boolean> {
    const { newSet, old } = await this.revisions(false);
    return active(all(old, newSet)).some((rs) => {
      const desired = desiredReplicas(rs);
      return desired !== undefined && desired !== wanted(this.d);
    });
  }

  /** Paused or just scaled: sizes follow the Deployment's, the rollout does not move on. */
  private async scale(): Promise<void> {
    const { newSet, old } = await this.revisions(false);
    await this.scaleSets(newSet, old);
    if (this.d.spec.paused) await this.cleanUp(old);
    await this.write(deploymentStatus(this.d, all(old, newSet), newSet, this.x.clock.now()));
  }

  private async scaleSets(newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): Promise<void> {
    const only = activeOrLatest(newSet, old);
    if (only) {
      await this.resize(only, wanted(this.d));
    } else if (isSaturated(this.d, newSet)) {
      for (const rs of active(old)) await this.resize(rs, 0);
    } else if (isRollingUpdate(this.d)) {
      for (const [rs, size] of proportionalSizes(this.d, active(all(old, newSet)))) await this.resize(rs, size, true);
    }
  }

  private async roll(): Promise<{ after?: number } | void> {
    const { newSet, old } = await this.revisions(true);
    const sets = all(old, newSet);
    const grown = wanted(newSet!) !== wanted(this.d) && (await this.resize(newSet!, this.nextSize(old, newSet!))).scaled;
    if (!grown && !(await this.shrinkOld(sets, active(old), newSet!)) && isComplete(this.d, this.d.status)) await this.cleanUp(old);
    return this.writeProgress(sets, newSet);
  }

  private nextSize(old: readonly ReplicaSet[], newSet: ReplicaSet): number {
    return wanted(newSet) > wanted(this.d) ? wanted(this.d) : newSetSize(this.d, old, wanted(newSet));
  }

  /** Takes pods from old sets, those that are not available first, as far as enough stay available. */
  private async shrinkOld(sets: readonly ReplicaSet[], old: ReplicaSet[], newSet: ReplicaSet): Promise<boolean> {
    if (sizeOf(old) === 0) return false;
    const least = wanted(this.d) - maxUnavailable(this.d);
    const spare = sizeOf(sets) - least - (wanted(newSet) - (newSet.status.availableReplicas ?? 0));
    if (spare <= 0) return false;
    let taken = 0;
    let left = [...old].sort(byCreation);
    for (const [i, rs] of left.entries()) {
      const ill = wanted(rs) - (rs.status.availableReplicas ?? 0);
      const n = Math.min(spare - taken, ill);
      if (taken >= spare || wanted(rs) === 0 || n <= 0) continue;
      left[i] = (await this.resize(rs, wanted(rs) - n)).set;
      taken += n;
    }
    const available = [...left, newSet].reduce((n, rs) => n + (rs.status.availableReplicas ?? 0), 0);
    left = left.sort(byCreation);
    let more = available - least;
    for (const rs of left) {
      const n = Math.min(wanted(rs), more);
      if (n <= 0) continue;
      await this.resize(rs, wanted(rs) - n);
      more -= n;
      taken += n;
    }
    return taken > 0;
  }

  /** Strategy Recreate: no new pod before the last old one is gone. */
  private async recreate(): Promise<{ after?: number } | void> {
    const found = await this.revisions(false);
    let { newSet, old } = found;
    let shrunk = false;
    for (const rs of active(old)) shrunk = (await this.resize(rs, 0)).scaled || shrunk;
    if (shrunk || this.oldPodsRun(newSet, old)) return this.writeProgress(all(old, newSet), newSet);
    if (!newSet) ({ newSet, old } = await this.revisions(true));
    await this.resize(newSet!, wanted(this.d));
    if (isComplete(this.d, this.d.status)) await this.cleanUp(old);
    return this.writeProgress(all(old, newSet), newSet);
  }

  private oldPodsRun(newSet: ReplicaSet | undefined, old: readonly ReplicaSet[]): boolean {
    if (old.some((rs) => rs.status.replicas > 0)) return true;
    const others = this.sets.filter((rs) => rs.metadata.uid !== newSet?.metadata.uid);
    return others.some((rs) => controlledBy(this.x.pods, rs).some((p) => !isPodFinished(p)));
  }

  /** Scales a set and notes the Deployment's size in it; with `always` the note is brought up to date also when the size stays. */
  private async resize(rs: ReplicaSet, size: number, always = false): Promise<{ scaled: boolean; set: ReplicaSet }> {
    const before = wanted(rs);
    if (before === size && !always) return { scaled: false, set: rs };
    const annotations = { ...rs.metadata.annotations, ...sizeAnnotations(this.d) };
    if (before === size && sameJson(annotations, rs.metadata.annotations)) return { scaled: false, set: rs };
    const set = await this.x.client.update<ReplicaSet>(REPLICA_SETS, { ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, replicas: size } });
    if (before === size) return { scaled: false, set };
    this.x.events.event(this.d, 'Normal', 'ScalingReplicaSet', `Scaled ${before < size ? 'up' : 'down'} replica set ${rs.metadata.name} from ${before} to ${size}`);
    return { scaled: true, set };
  }

  /** Deletes the oldest empty sets beyond the history limit. */
  private async cleanUp(old: readonly ReplicaSet[]): Promise<void> {
    if (!hasRevisionHistoryLimit(this.d)) return;
    const alive = old.filter((rs) => !rs.metadata.deletionTimestamp).sort(byRevision);
    for (const rs of alive.slice(0, Math.max(0, alive.length - this.d.spec.revisionHistoryLimit!))) {
      if (rs.status.replicas !== 0 || wanted(rs) !== 0 || (rs.metadata.generation ?? 0) > (rs.status.observedGeneration ?? 0)) continue;
      try {
        await this.x.client.delete(REPLICA_SETS, rs.metadata.namespace, rs.metadata.name!);
      } catch (e) {
        if (!isReason(e, 'NotFound')) throw e;
      }
    }
  }

  private async writeProgress(sets: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Promise<{ after?: number } | void> {
    const now = this.x.clock.now();
    const status = rolloutStatus(this.d, sets, newSet, now);
    if (!sameJson(status, this.d.status)) return this.write(status);
    const after = nextProgressCheck(this.d, status, now);
    return after === undefined ? undefined : { after };
  }

  private async write(status: DeploymentStatus): Promise<void> {
    if (sameJson(status, this.d.status)) return;
    this.d = await this.x.client.update<Deployment>(DEPLOYMENTS, { ...this.d, status }, { subresource: 'status' });
  }
}

function all(old: readonly ReplicaSet[], newSet: ReplicaSet | undefined): ReplicaSet[] {
  return newSet ? [...old, newSet] : [...old];
}
