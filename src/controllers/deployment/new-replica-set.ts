import { isReason } from '../../api/errors/status-error';
import { controllerOf } from '../../api/meta/object';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import { sameJson } from '../../client/equality';
import { DEPLOYMENTS, REPLICA_SETS } from '../../client/resources';
import { findCondition } from '../shared/conditions';
import { namespaceTerminating } from '../shared/errors';
import { controllerRef } from '../shared/owners';
import { templateHash } from '../shared/template-hash';
import { maxRevision, newSetAnnotations, REVISION, sizeAnnotations } from './annotations';
import { setCondition } from './deployment-status';
import { hasProgressDeadline, newSetSize } from './numbers';
import { findNew, HASH_LABEL, sameTemplate } from './replica-sets';
import type { RolloutContext } from './rollout';
import type { Deployment, ReplicaSet } from './types';

/** Longest object name. */
const MAX_NAME = 253;

/** Finds or makes the ReplicaSet of a Deployment's present template and keeps the revision numbers of both in step. */
export class NewReplicaSet {
  constructor(
    private d: Deployment,
    private readonly sets: readonly ReplicaSet[],
    private readonly x: RolloutContext,
  ) {}

  /** `deployment` is the Deployment as it is after what was written here. */
  async sync(create: boolean): Promise<{ newSet?: ReplicaSet; old: ReplicaSet[]; deployment: Deployment }> {
    const found = findNew(this.d, this.sets);
    const old = this.sets.filter((rs) => rs.metadata.uid !== found?.metadata.uid);
    const revision = maxRevision(old) + 1;
    const newSet = found ? await this.update(found, revision) : create ? await this.create(old, revision) : undefined;
    return { newSet, old, deployment: this.d };
  }

  private async update(rs: ReplicaSet, revision: number): Promise<ReplicaSet> {
    const annotations = newSetAnnotations(this.d, rs.metadata.annotations, revision);
    const minReadySeconds = this.d.spec.minReadySeconds;
    if (!sameJson(annotations, rs.metadata.annotations ?? {}) || (minReadySeconds ?? 0) !== (rs.spec.minReadySeconds ?? 0)) {
      return this.x.client.update<ReplicaSet>(REPLICA_SETS, { ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, minReadySeconds } });
    }
    const noted = findCondition(this.d.status.conditions, 'Progressing') !== undefined;
    const condition = { reason: 'FoundNewReplicaSet', message: `Found new replica set "${rs.metadata.name}"` };
    await this.note(annotations[REVISION] ?? '', hasProgressDeadline(this.d) && !noted ? condition : undefined);
    return rs;
  }

  private async create(old: readonly ReplicaSet[], revision: number): Promise<ReplicaSet> {
    const draft = this.draft(old, revision);
    const name = draft.metadata.name!;
    let made: ReplicaSet;
    let existed = false;
    try {
      made = await this.x.client.create<ReplicaSet>(REPLICA_SETS, draft);
    } catch (e) {
      if (isReason(e, 'AlreadyExists')) {
        const there = await this.x.client.get<ReplicaSet>(REPLICA_SETS, draft.metadata.namespace, name);
        if (controllerOf(there)?.uid !== this.d.metadata.uid || !sameTemplate(there.spec.template, this.d.spec.template)) {
          // Another set has our name by chance or malice: count it in, so that the next hash differs.
          await this.x.client.update(DEPLOYMENTS, { ...this.d, status: { ...this.d.status, collisionCount: (this.d.status.collisionCount ?? 0) + 1 } }, { subresource: 'status' });
          throw e;
        }
        made = there;
        existed = true;
      } else {
        if (!namespaceTerminating(e)) await this.failed(name, e as Error);
        throw e;
      }
    }
    const size = draft.spec.replicas!;
    if (!existed && size > 0) this.x.events.event(this.d, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
    const condition = { reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` };
    await this.note(String(revision), !existed && hasProgressDeadline(this.d) ? condition : undefined);
    return made;
  }

  private draft(old: readonly ReplicaSet[], revision: number): ReplicaSet {
    const { template, selector, minReadySeconds } = this.d.spec;
    const hash = templateHash(template, this.d.status.collisionCount);
    const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        // Made of the template alone, so that a second attempt finds what the first has made.
        name: `${this.d.metadata.name!.slice(0, MAX_NAME - 1 - hash.length)}-${hash}`,
        namespace: this.d.metadata.namespace,
        labels,
        annotations: { ...newSetAnnotations(this.d, undefined, revision), ...sizeAnnotations(this.d) },
        ownerReferences: [controllerRef(this.d)],
      },
      spec: {
        replicas: newSetSize(this.d, old, 0),
        minReadySeconds,
        selector: withLabel(selector, hash),
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
      status: { replicas: 0 },
    };
  }

  /** Writes the revision and a Progressing condition into the Deployment, when that changes something. */
  private async note(revision: string, progress: { reason: string; message: string } | undefined): Promise<void> {
    if (this.d.metadata.annotations?.[REVISION] === revision && !progress) return;
    const annotations = { ...this.d.metadata.annotations, [REVISION]: revision };
    const conditions = progress ? setCondition(this.d.status.conditions, { type: 'Progressing', status: 'True', ...progress }, this.x.clock.now()) : this.d.status.conditions;
    const next = { ...this.d, metadata: { ...this.d.metadata, annotations }, status: { ...this.d.status, conditions } };
    this.d = await this.x.client.update<Deployment>(DEPLOYMENTS, next, { subresource: 'status' });
  }

  private async failed(name: string, e: Error): Promise<void> {
    const reason = 'ReplicaSetCreateError';
    const message = `Failed to create new replica set "${name}": ${e.message}`;
    this.x.events.event(this.d, 'Warning', reason, message);
    if (!hasProgressDeadline(this.d)) return;
    const conditions = setCondition(this.d.status.conditions, { type: 'Progressing', status: 'False', reason, message }, this.x.clock.now());
    if (sameJson(conditions, this.d.status.conditions)) return;
    try {
      this.d = await this.x.client.update<Deployment>(DEPLOYMENTS, { ...this.d, status: { ...this.d.status, conditions } }, { subresource: 'status' });
    } catch (second) {
      // The creation's error, thrown by the caller, matters more; the condition is written on the retry.
      if (!isReason(second, 'Conflict', 'NotFound')) throw second;
    }
  }
}

function withLabel(s: LabelSelectorSpec, hash: string): LabelSelectorSpec {
  return { ...s, matchLabels: { ...s.matchLabels, [HASH_LABEL]: hash } };
}
