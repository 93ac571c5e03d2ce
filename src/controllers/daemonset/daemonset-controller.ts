import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import { Expectations } from '../../client/expectations';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { LruMap } from '../../util/lru-map';
import { claim } from '../shared/adoption';
import { namespaceTerminating } from '../shared/errors';
import { indexByNode, podsOnNode } from '../shared/node';
import { omitEmpty } from '../shared/omit-empty';
import { watchOwnedPods } from '../shared/owned-pods';
import { controlledBy, indexByController, uncontrolled } from '../shared/owners';
import { isPodAvailable, isPodFinished, isPodReady, nextAvailability } from '../shared/pod';
import { PodControl } from '../shared/pod-control';
import type { ControllerRevision } from '../shared/revisions';
import { REVISION_HASH_LABEL } from '../shared/revisions';
import { slowStart } from '../shared/slow-start';
import type { Node, Pod } from '../shared/types';
import { byAge, isUpdated, Placement, targetNode } from './daemon-pod';
import { cleanHistory, syncHistory } from './history';
import type { Plan, View } from './plan';
import { planNodes, planUpdate } from './plan';
import type { DaemonSet, DaemonSetStatus } from './types';

/** Most pods made or deleted in one go. */
const BURST = 250;
/** First and longest pause between pods that fail on the same node. */
const FAILURE_PAUSE = 1000;
const LONGEST_PAUSE = 15 * 60_000;

class DaemonSetController {
  private readonly sets: Informer<DaemonSet>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly revisions: Informer<ControllerRevision>;
  private readonly expectations: Expectations;
  private readonly events: EventRecorder;
  private readonly podControl: PodControl;
  private readonly failures = new LruMap<string, { pause: number; at: number }>(4096);

  constructor(
    private readonly x: ComponentContext,
    private readonly queue: WorkQueue,
  ) {
    this.sets = x.caches.informer<DaemonSet>(DAEMON_SETS);
    this.pods = indexByNode(indexByController(x.caches.informer<Pod>(PODS)));
    this.nodes = x.caches.informer<Node>(NODES);
    this.revisions = indexByController(x.caches.informer<ControllerRevision>(CONTROLLER_REVISIONS));
    this.expectations = new Expectations(x.clock);
    this.events = x.events.recorder('daemonset-controller');
    this.podControl = new PodControl(x.client, this.events);
  }

  subscribe(): Disposable[] {
    const add = (o: KubeObject): void => this.queue.add(keyOf(o));
    return [
      this.sets.subscribe({ added: add, updated: add, deleted: add }),
      watchOwnedPods({
        pods: this.pods,
        owners: this.sets,
        kind: 'DaemonSet',
        selector: (ds) => selectorFrom(ds.spec.selector),
        expectations: this.expectations,
        queue: this.queue,
        minReadySeconds: (ds) => ds.spec.minReadySeconds ?? 0,
      }),
      this.nodes.subscribe({
        added: (n) => this.nodeChanged(n),
        updated: (n, old) => {
          if (!sameJson(n.metadata.labels, old.metadata.labels) || !sameJson(n.spec.taints, old.spec.taints)) this.nodeChanged(n);
        },
        deleted: () => this.sets.list().forEach(add),
      }),
    ];
  }

  async reconcile(key: string): Promise<{ after?: number } | void> {
    const ds = this.sets.get(key);
    if (!ds) return this.expectations.forget(key);
    if (ds.metadata.deletionTimestamp) return this.podControl.forget(ds);
    try {
      return await this.sync(key, ds);
    } catch (e) {
      if (!namespaceTerminating(e)) throw e;
    }
  }

  private async sync(key: string, ds: DaemonSet): Promise<{ after?: number } | void> {
    await this.podControl.certain(ds, this.pods);
    const selector = selectorFrom(ds.spec.selector);
    const pods = await claim([...controlledBy(this.pods, ds), ...uncontrolled(this.pods, ds.metadata.namespace)], {
      client: this.x.client,
      owner: ds,
      ownerGvr: DAEMON_SETS,
      gvr: PODS,
      matches: (p) => selector.matches(p.metadata.labels),
    });
    const { current, old } = await syncHistory(this.x.client, this.revisions, pods, ds);
    const view = this.view(ds, current.metadata.labels?.[REVISION_HASH_LABEL] ?? '', pods);
    const mayAct = this.expectations.satisfied(key);
    let failure: unknown;
    if (mayAct) failure = await this.act(key, view, old, pods);
    await this.writeStatus(ds, statusOf(this.view(ds, view.hash, controlledBy(this.pods, ds)), mayAct));
    if (failure !== undefined) throw failure;
    const after = nextAvailability(pods, ds.spec.minReadySeconds ?? 0, view.now);
    return after === undefined ? undefined : { after };
  }

  private view(ds: DaemonSet, hash: string, pods: readonly Pod[]): View {
    const byNode = new Map<string, Pod[]>();
    for (const p of pods) {
      const node = targetNode(p);
      // One that has ended and is going is no longer in the way.
      if (node === undefined || (isPodFinished(p) && p.metadata.deletionTimestamp)) continue;
      const list = byNode.get(node);
      if (list) list.push(p);
      else byNode.set(node, [p]);
    }
    return {
      ds,
      hash,
      placement: new Placement(ds),
      nodes: this.nodes.list(),
      byNode,
      now: this.x.clock.now(),
      mayReplaceFailed: (node) => this.mayReplaceFailed(ds, node),
      ended: (p, node) => {
        const failed = p.status?.phase === 'Failed';
        const [reason, what, will] = failed ? ['FailedDaemonPod', 'failed', 'kill'] : ['SucceededDaemonPod', 'succeeded', 'delete'];
        this.events.event(ds, failed ? 'Warning' : 'Normal', reason!, `Found ${what} daemon pod ${keyOf(p)} on node ${node}, will try to ${will} it`);
      },
    };
  }

  /** @returns what went wrong, if anything */
  private async act(key: string, view: View, old: readonly ControllerRevision[], pods: readonly Pod[]): Promise<unknown> {
    try {
      await this.carryOut(key, view, planNodes(view));
      if (view.ds.spec.updateStrategy.type === 'RollingUpdate' && this.expectations.satisfied(key)) {
        // What was just done is not in the view: wait until it is seen.
        const fresh = this.view(view.ds, view.hash, controlledBy(this.pods, view.ds));
        await this.carryOut(key, fresh, planUpdate(fresh));
      }
      await cleanHistory(this.x.client, view.ds, old, pods);
      return undefined;
    } catch (e) {
      return e;
    }
  }

  private async carryOut(key: string, view: View, plan: Plan): Promise<void> {
    const create = plan.create.slice(0, BURST);
    const doomed = plan.delete.slice(0, BURST);
    if (create.length === 0 && doomed.length === 0) return;
    const { ds } = view;
    this.expectations.expect(key, create.length, doomed.map(keyOf));
    let next = 0;
    const { done, error } = await slowStart(create.length, async () => {
      const node = create[next++]!;
      await this.podControl.create(ds.metadata.namespace, view.placement.pod(node, view.hash), ds);
    });
    for (let i = done; i < create.length; i++) this.expectations.created(key);
    const results = await Promise.allSettled(
      doomed.map(async (p) => {
        try {
          await this.podControl.delete(p.metadata.namespace, p.metadata.name!, ds);
        } catch (e) {
          this.expectations.deleted(key, keyOf(p));
          if (!isReason(e, 'NotFound')) throw e;
        }
      }),
    );
    const failure = error ?? results.find((r) => r.status === 'rejected')?.reason;
    if (failure !== undefined) throw failure;
  }

  private mayReplaceFailed(ds: DaemonSet, node: string): boolean {
    const id = `${ds.metadata.uid}/${ds.status.observedGeneration}/${node}`;
    const now = this.x.clock.monotonic();
    const before = this.failures.get(id);
    if (before && now - before.at < before.pause) {
      this.queue.addAfter(keyOf(ds), before.pause);
      return false;
    }
    const rested = !before || now - before.at > 2 * LONGEST_PAUSE;
    this.failures.set(id, { pause: rested ? FAILURE_PAUSE : Math.min(LONGEST_PAUSE, before.pause * 2), at: now });
    return true;
  }

  private nodeChanged(n: Node): void {
    const here = podsOnNode(this.pods, n.metadata.name!);
    for (const ds of this.sets.list()) {
      const scheduled = here.some((p) => p.metadata.ownerReferences?.some((r) => r.uid === ds.metadata.uid));
      const { run, stay } = new Placement(ds).on(n);
      if ((run && !scheduled) || (!stay && scheduled) || (scheduled && ds.status.numberMisscheduled > 0)) this.queue.add(keyOf(ds));
    }
  }

  private async writeStatus(ds: DaemonSet, status: DaemonSetStatus): Promise<void> {
    const next = { ...status, ...omitEmpty({ collisionCount: ds.status.collisionCount }) };
    if (sameJson(next, ds.status)) return;
    try {
      await this.x.client.update(DAEMON_SETS, { ...ds, status: next }, { subresource: 'status' });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }
}

function statusOf(v: View, acted: boolean): DaemonSetStatus {
  let desired = 0;
  let current = 0;
  let misplaced = 0;
  let ready = 0;
  let available = 0;
  let updated = 0;
  for (const node of v.nodes) {
    const pods = v.byNode.get(node.metadata.name!) ?? [];
    const { run } = v.placement.on(node);
    if (!run) misplaced += Number(pods.length > 0);
    else desired++;
    if (!run || pods.length === 0) continue;
    current++;
    const pod = [...pods].sort(byAge)[0]!;
    ready += Number(isPodReady(pod));
    available += Number(isPodAvailable(pod, v.ds.spec.minReadySeconds ?? 0, v.now));
    updated += Number(isUpdated(pod, v.hash, v.ds));
  }
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misplaced,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...omitEmpty({
      observedGeneration: acted ? v.ds.metadata.generation : v.ds.status.observedGeneration,
      updatedNumberScheduled: updated,
      numberAvailable: available,
      numberUnavailable: desired - available,
    }),
  };
}

/** Keeps one pod of each DaemonSet on every node that should have one. */
export function createDaemonSetController(x: ComponentContext): Component {
  let c: DaemonSetController;
  return new QueueComponent({
    ...x,
    name: 'daemonset-controller',
    setup: (queue) => (c = new DaemonSetController(x, queue)).subscribe(),
    reconcile: (key) => c.reconcile(key),
  });
}
