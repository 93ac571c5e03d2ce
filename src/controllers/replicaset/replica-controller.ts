import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { controllerOf, keyOf } from '../../api/meta/object';
import type { LabelSelector } from '../../api/selectors/label-selector';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import { Expectations } from '../../client/expectations';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { PODS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { claim } from '../shared/adoption';
import { podsToDelete } from '../shared/deletion-rank';
import { namespaceTerminating } from '../shared/errors';
import { watchOwnedPods } from '../shared/owned-pods';
import { controlledBy, indexByController, uncontrolled } from '../shared/owners';
import { isPodActive, isPodTerminating, nextAvailability } from '../shared/pod';
import { PodControl, podFromTemplate } from '../shared/pod-control';
import { slowStart } from '../shared/slow-start';
import type { Pod } from '../shared/types';

import type { Flavour, ReplicaOwner, ReplicaStatus } from './flavour';
import { REPLICA_SET, REPLICATION_CONTROLLER } from './flavour';
import { replicaStatus } from './replica-status';

/** Most pods made or deleted in one go. */
const BURST = 500;

/** Keeps as many pods of a template as asked for: the code behind ReplicaSets and ReplicationControllers. */
class ReplicaController {
  private readonly owners: Informer<ReplicaOwner>;
  private readonly pods: Informer<Pod>;
  private readonly expectations: Expectations;
  private readonly podControl: PodControl;

  constructor(
    private readonly f: Flavour,
    private readonly x: ComponentContext,
  ) {
    this.owners = indexByController(x.caches.informer<ReplicaOwner>(f.gvr));
    this.pods = indexByController(x.caches.informer<Pod>(PODS));
    this.expectations = new Expectations(x.clock);
    this.podControl = new PodControl(x.client, x.events.recorder(f.source));
  }

  subscribe(queue: WorkQueue): Disposable[] {
    const enqueue = (o: KubeObject): void => queue.add(keyOf(o));
    return [
      this.owners.subscribe({
        added: enqueue,
        updated: enqueue,
        deleted: (o) => {
          this.expectations.forget(keyOf(o));
          this.podControl.forget(o);
          enqueue(o);
        },
      }),
      watchOwnedPods({
        pods: this.pods,
        owners: this.owners,
        kind: this.f.kind,
        selector: (o) => this.f.selector(o),
        expectations: this.expectations,
        queue,
        minReadySeconds: (o) => o.spec.minReadySeconds ?? 0,
      }),
    ];
  }

  async reconcile(key: string): Promise<{ after?: number } | void> {
    const o = this.owners.get(key);
    if (!o) {
      this.expectations.forget(key);
      return;
    }
    await this.podControl.certain(o, this.pods);
    const mayAct = this.expectations.satisfied(key);
    const selector = this.f.selector(o);
    const mine = controlledBy(this.pods, o);
    const active = await this.claimActive(o, selector, mine);
    let terminating = 0;
    for (const p of mine) if (isPodTerminating(p) && selector.matches(p.metadata.labels)) terminating++;
    let failure: unknown;
    if (mayAct && o.metadata.deletionTimestamp === undefined) failure = await this.manage(key, o, active);
    const now = this.x.clock.now();
    await this.writeStatus(o, replicaStatus(this.f, o, active, terminating, failure, now));
    if (failure !== undefined) throw failure;
    const after = nextAvailability(active, o.spec.minReadySeconds ?? 0, now);
    return after === undefined ? undefined : { after };
  }

  private claimActive(o: ReplicaOwner, selector: LabelSelector, mine: readonly Pod[]): Promise<Pod[]> {
    const candidates: Pod[] = [];
    for (const p of mine) if (isPodActive(p)) candidates.push(p);
    for (const p of uncontrolled(this.pods, o.metadata.namespace)) if (isPodActive(p)) candidates.push(p);
    return claim(candidates, { client: this.x.client, owner: o, ownerGvr: this.f.gvr, gvr: PODS, matches: (p) => selector.matches(p.metadata.labels) });
  }

  /** Makes missing pods or deletes spare ones. @returns what went wrong, if anything */
  private async manage(key: string, o: ReplicaOwner, active: readonly Pod[]): Promise<unknown> {
    const missing = (o.spec.replicas ?? 1) - active.length;
    if (missing > 0) return this.createPods(key, o, Math.min(missing, BURST));
    if (missing < 0) return this.deletePods(key, o, active, Math.min(-missing, BURST));
    return undefined;
  }

  private async createPods(key: string, o: ReplicaOwner, n: number): Promise<unknown> {
    this.expectations.expectCreations(key, n);
    const pod = podFromTemplate(o.spec.template, o);
    const { done, error } = await slowStart(n, async () => {
      try {
        await this.podControl.create(o.metadata.namespace, pod, o);
      } catch (e) {
        if (!namespaceTerminating(e)) throw e;
      }
    });
    for (let i = done; i < n; i++) this.expectations.created(key);
    return error;
  }

  private async deletePods(key: string, o: ReplicaOwner, active: readonly Pod[], n: number): Promise<unknown> {
    const doomed = podsToDelete(active, this.related(o), n, this.x.clock.now());
    this.expectations.expectDeletions(key, doomed.map(keyOf));
    const results = await Promise.allSettled(
      doomed.map(async (pod) => {
        try {
          await this.podControl.delete(pod.metadata.namespace, pod.metadata.name!, o);
        } catch (e) {
          this.expectations.deleted(key, keyOf(pod));
          if (!isReason(e, 'NotFound')) throw e;
        }
      }),
    );
    return results.find((r) => r.status === 'rejected')?.reason as unknown;
  }

  /** Pods of all sets with the same controller: those of a rollout's other revisions too. */
  private *related(o: ReplicaOwner): Iterable<Pod> {
    const ref = controllerOf(o);
    const family = ref ? this.owners.byIndex('controller', ref.uid) : [o];
    for (const member of family) yield* controlledBy(this.pods, member);
  }

  private async writeStatus(o: ReplicaOwner, status: ReplicaStatus): Promise<void> {
    if (sameJson(o.status, status)) return;
    try {
      await this.x.client.update(this.f.gvr, { ...o, status }, { subresource: 'status' });
    } catch (e) {
      if (isReason(e, 'NotFound')) return;
      if (!isReason(e, 'Conflict')) throw e;
      // One retry on the object as it is now; the status still says what generation it is about.
      const fresh = await this.x.client.get<ReplicaOwner>(this.f.gvr, o.metadata.namespace, o.metadata.name!);
      if (fresh.metadata.uid === o.metadata.uid) await this.x.client.update(this.f.gvr, { ...fresh, status }, { subresource: 'status' });
    }
  }
}

function create(f: Flavour, x: ComponentContext): Component {
  let c: ReplicaController;
  return new QueueComponent({
    ...x,
    name: f.name,
    workers: 10,
    setup: (queue) => (c = new ReplicaController(f, x)).subscribe(queue),
    reconcile: (key) => c.reconcile(key),
  });
}

/** Keeps the pods of ReplicaSets. */
export function createReplicaSetController(x: ComponentContext): Component {
  return create(REPLICA_SET, x);
}

/** Keeps the pods of ReplicationControllers. */
export function createReplicationControllerController(x: ComponentContext): Component {
  return create(REPLICATION_CONTROLLER, x);
}
