import type { KubeObject } from '../../api/meta/object';
import { controllerOf, keyOf } from '../../api/meta/object';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { claim } from '../shared/adoption';
import { namespaceTerminating } from '../shared/errors';
import { controlledBy, indexByController, ownerIn, uncontrolled } from '../shared/owners';
import type { Pod } from '../shared/types';
import { Rollout } from './rollout';
import type { Deployment, ReplicaSet } from './types';

class DeploymentController {
  private readonly deployments: Informer<Deployment>;
  private readonly sets: Informer<ReplicaSet>;
  private readonly pods: Informer<Pod>;
  private readonly events: EventRecorder;

  constructor(private readonly x: ComponentContext) {
    this.deployments = x.caches.informer<Deployment>(DEPLOYMENTS);
    this.sets = indexByController(x.caches.informer<ReplicaSet>(REPLICA_SETS));
    this.pods = indexByController(x.caches.informer<Pod>(PODS));
    this.events = x.events.recorder('deployment-controller');
  }

  subscribe(queue: WorkQueue): Disposable[] {
    const add = (o: KubeObject | undefined): void => {
      if (o) queue.add(keyOf(o));
    };
    const owner = (rs: ReplicaSet): Deployment | undefined => ownerIn(this.deployments, 'Deployment', rs);
    const changed = (rs: ReplicaSet, old?: ReplicaSet): void => {
      if (old && controllerOf(old)?.uid !== controllerOf(rs)?.uid) add(owner(old));
      if (controllerOf(rs)) add(owner(rs));
      else if (!old || controllerOf(old) || !sameJson(old.metadata.labels, rs.metadata.labels)) this.selecting(rs).forEach(add);
    };
    return [
      this.deployments.subscribe({ added: add, updated: add, deleted: add }),
      this.sets.subscribe({ added: changed, updated: changed, deleted: (rs) => add(owner(rs)) }),
      this.pods.subscribe({
        deleted: (pod) => {
          // Only Recreate waits for pods; everything else is seen in the ReplicaSets' statuses.
          const rs = ownerIn(this.sets, 'ReplicaSet', pod);
          const d = rs && owner(rs);
          if (d?.spec.strategy.type === 'Recreate') add(d);
        },
      }),
    ];
  }

  async reconcile(key: string): Promise<{ after?: number } | void> {
    const d = this.deployments.get(key);
    if (!d) return;
    try {
      const selector = selectorFrom(d.spec.selector);
      const candidates = [...controlledBy(this.sets, d), ...uncontrolled(this.sets, d.metadata.namespace)];
      const sets = await claim(candidates, {
        client: this.x.client,
        owner: d,
        ownerGvr: DEPLOYMENTS,
        gvr: REPLICA_SETS,
        matches: (rs) => selector.matches(rs.metadata.labels),
      });
      return await new Rollout(d, sets, { client: this.x.client, clock: this.x.clock, events: this.events, pods: this.pods }).step();
    } catch (e) {
      if (!namespaceTerminating(e)) throw e;
    }
  }

  private selecting(rs: ReplicaSet): Deployment[] {
    return this.deployments.list(rs.metadata.namespace).filter((d) => {
      const s = selectorFrom(d.spec.selector);
      return !s.empty && s.matches(rs.metadata.labels);
    });
  }
}

/** Rolls out Deployments by making, scaling and deleting ReplicaSets. */
export function createDeploymentController(x: ComponentContext): Component {
  let c: DeploymentController;
  return new QueueComponent({
    ...x,
    name: 'deployment-controller',
    setup: (queue) => (c = new DeploymentController(x)).subscribe(queue),
    reconcile: (key) => c.reconcile(key),
  });
}
