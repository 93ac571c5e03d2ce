import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { selectorFrom } from '../../api/selectors/label-selector';
import { CacheLag } from '../../client/cache-lag';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { claim } from '../shared/adoption';
import { namespaceTerminating } from '../shared/errors';
import { watchOwnedPods } from '../shared/owned-pods';
import { controlledBy, indexByController, uncontrolled } from '../shared/owners';
import { nextAvailability } from '../shared/pod';
import type { ControllerRevision } from '../shared/revisions';
import { byRevision } from '../shared/revisions';
import type { Pod } from '../shared/types';
import { Written } from '../shared/written';
import { isMember } from './identity';
import { syncRevisions, truncateHistory } from './set-revisions';
import { SetUpdate } from './set-update';
import { StatefulPods } from './stateful-pods';
import type { StatefulSet, StatefulSetStatus } from './types';

class StatefulSetController {
  private readonly sets: Informer<StatefulSet>;
  private readonly pods: Informer<Pod>;
  private readonly revisions: Informer<ControllerRevision>;
  private readonly written: Written;
  private readonly control: StatefulPods;

  constructor(private readonly x: ComponentContext) {
    this.sets = x.caches.informer<StatefulSet>(STATEFUL_SETS);
    this.pods = indexByController(x.caches.informer<Pod>(PODS));
    this.revisions = indexByController(x.caches.informer<ControllerRevision>(CONTROLLER_REVISIONS));
    this.written = new Written(this.pods, x.clock);
    this.control = new StatefulPods(x.client, x.caches.informer(PERSISTENT_VOLUME_CLAIMS), x.events.recorder('statefulset-controller'), this.written);
  }

  subscribe(queue: WorkQueue): Disposable[] {
    const add = (o: KubeObject): void => queue.add(keyOf(o));
    return [
      this.sets.subscribe({ added: add, updated: add, deleted: add }),
      watchOwnedPods({
        pods: this.pods,
        owners: this.sets,
        kind: 'StatefulSet',
        selector: (s) => selectorFrom(s.spec.selector),
        queue,
        minReadySeconds: (s) => s.spec.minReadySeconds ?? 0,
      }),
      this.written.subscription,
    ];
  }

  async reconcile(key: string): Promise<{ after?: number } | void> {
    const set = this.sets.get(key);
    if (!set) return;
    if (this.written.isBehind(key)) throw new CacheLag('pods');
    try {
      return await this.sync(set);
    } catch (e) {
      if (!namespaceTerminating(e)) throw e;
    }
  }

  private async sync(set: StatefulSet): Promise<{ after?: number } | void> {
    const { client } = this.x;
    const selector = selectorFrom(set.spec.selector);
    const owner = { client, owner: set, ownerGvr: STATEFUL_SETS };
    const { namespace } = set.metadata;
    const revisions = await claim([...controlledBy(this.revisions, set), ...uncontrolled(this.revisions, namespace)], {
      ...owner,
      gvr: CONTROLLER_REVISIONS,
      matches: (r) => selector.matches(r.metadata.labels),
    });
    revisions.sort(byRevision);
    const pods = await claim([...controlledBy(this.pods, set), ...uncontrolled(this.pods, namespace)], {
      ...owner,
      gvr: PODS,
      matches: (p) => selector.matches(p.metadata.labels) && isMember(set, p),
    });
    const used = await syncRevisions(client, set, revisions);
    const now = this.x.clock.now();
    const update = new SetUpdate(set, pods, used, this.control, now);
    let failure: unknown;
    try {
      await update.run();
    } catch (e) {
      failure = e;
    }
    await this.writeStatus(set, update.status());
    await truncateHistory(client, set, revisions, pods, used);
    if (failure !== undefined) throw failure;
    const after = nextAvailability(pods, set.spec.minReadySeconds ?? 0, now);
    return after === undefined ? undefined : { after };
  }

  private async writeStatus(set: StatefulSet, status: StatefulSetStatus): Promise<void> {
    if (sameJson(status, set.status)) return;
    try {
      await this.x.client.update(STATEFUL_SETS, { ...set, status }, { subresource: 'status' });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }
}

/** Keeps the pods of StatefulSets, each with a name and claims of its own. */
export function createStatefulSetController(x: ComponentContext): Component {
  let c: StatefulSetController;
  return new QueueComponent({
    ...x,
    name: 'statefulset-controller',
    setup: (queue) => (c = new StatefulSetController(x)).subscribe(queue),
    reconcile: (key) => c.reconcile(key),
  });
}
