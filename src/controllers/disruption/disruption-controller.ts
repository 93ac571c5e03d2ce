import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import { formatTime, parseTime } from '../../api/meta/time';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { DEPLOYMENTS, POD_DISRUPTION_BUDGETS, PODS, REPLICA_SETS, REPLICATION_CONTROLLERS, STATEFUL_SETS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { goSelector } from '../shared/go-selector';
import { AllResources } from '../shared/all-resources';
import { scaledValue } from '../shared/int-or-percent';
import { indexByLabel, labelled } from '../shared/label-index';
import { isPodFinished, podCondition } from '../shared/pod';
import type { Pod } from '../shared/types';
import type { ScaleSources } from './expected-scale';
import { expectedScale } from './expected-scale';
import type { Expected } from './pdb-status';
import { disruptedPods, failedStatus, pdbStatus } from './pdb-status';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from './types';

/** A pod that was to be disrupted and stays is no longer marked after this time. */
const STALE_DISRUPTION = 120_000;

class DisruptionController {
  private readonly budgets: Informer<PodDisruptionBudget>;
  private readonly pods: Informer<Pod>;
  private readonly sources: ScaleSources;
  private readonly events: EventRecorder;

  constructor(
    private readonly x: ComponentContext,
    private readonly queue: WorkQueue,
    all: AllResources,
  ) {
    this.budgets = x.caches.informer<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS);
    this.pods = indexByLabel(x.caches.informer<Pod>(PODS));
    this.sources = {
      client: x.client,
      all,
      replicaSets: x.caches.informer(REPLICA_SETS),
      deployments: x.caches.informer(DEPLOYMENTS),
      statefulSets: x.caches.informer(STATEFUL_SETS),
      replicationControllers: x.caches.informer(REPLICATION_CONTROLLERS),
    };
    this.events = x.events.recorder('controllermanager');
  }

  /** Keys: of budgets as they are, of pods behind `pod:`. */
  subscribe(): Disposable[] {
    const add = (b: PodDisruptionBudget): void => this.queue.add(keyOf(b));
    const pod = (p: Pod): void => {
      const matching = this.budgets.list(p.metadata.namespace).filter((b) => selectorFrom(b.spec.selector).matches(p.metadata.labels));
      matching.forEach(add);
      if (matching.length > 1) {
        const { namespace, name } = p.metadata;
        this.events.event(p, 'Warning', 'MultiplePodDisruptionBudgets', `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${matching[0]!.metadata.name}" arbitrarily.`);
      }
      const left = staleIn(p, this.x.clock.now());
      if (left !== undefined) this.queue.addAfter(`pod:${keyOf(p)}`, left);
    };
    return [
      this.budgets.subscribe({ added: add, updated: add }),
      this.pods.subscribe({
        added: pod,
        deleted: pod,
        updated: (p, old) => {
          pod(p);
          if (!sameJson(p.metadata.labels, old.metadata.labels)) pod(old);
        },
      }),
    ];
  }

  async reconcile(key: string): Promise<{ after?: number } | void> {
    if (key.startsWith('pod:')) return this.clearStale(key.slice(4));
    const pdb = this.budgets.get(key);
    if (!pdb) return;
    const now = this.x.clock.now();
    try {
      const pods = this.select(pdb);
      if (pods.length === 0) this.events.event(pdb, 'Normal', 'NoPods', 'No matching pods found');
      const expected = await this.expected(pdb, pods);
      const { pending, recheck, overdue } = disruptedPods(pdb, pods, now);
      for (const p of overdue) this.events.event(p, 'Warning', 'NotDeleted', `Pod was expected by PDB ${pdb.metadata.namespace}/${pdb.metadata.namespace} to be deleted but it wasn't`);
      await this.writeStatus(pdb, pdbStatus(pdb, pods, expected, pending, now));
      return recheck === undefined ? undefined : { after: recheck + 1 };
    } catch (e) {
      if (isReason(e, 'Conflict')) throw e;
      await this.writeStatus(pdb, failedStatus(pdb, e as Error, now));
      throw e;
    }
  }

  private select(pdb: PodDisruptionBudget): readonly Pod[] {
    const { selector } = pdb.spec;
    if (!selector) return [];
    const compiled = selectorFrom(selector);
    const some = labelled(this.pods, pdb.metadata.namespace, selector.matchLabels ?? {});
    return selector.matchExpressions?.length ? some.filter((p) => compiled.matches(p.metadata.labels)) : some;
  }

  private async expected(pdb: PodDisruptionBudget, pods: readonly Pod[]): Promise<Expected> {
    const { minAvailable, maxUnavailable, selector } = pdb.spec;
    if (maxUnavailable === undefined && typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable };
    if (maxUnavailable === undefined && minAvailable === undefined) return { expected: 0, desired: 0 };
    try {
      const { expected, unmanaged } = await expectedScale(this.sources, pods);
      if (unmanaged.length > 0) this.events.event(pdb, 'Warning', 'UnmanagedPods', unmanagedText(selector));
      const desired = maxUnavailable !== undefined ? Math.max(0, expected - scaledValue(maxUnavailable, expected, true)) : scaledValue(minAvailable!, expected, true);
      return { expected, desired };
    } catch (e) {
      this.events.event(pdb, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${(e as Error).message}`);
      throw e;
    }
  }

  private async writeStatus(pdb: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Promise<void> {
    if (sameJson(status, pdb.status)) return;
    try {
      await this.x.client.update(POD_DISRUPTION_BUDGETS, { ...pdb, status }, { subresource: 'status' });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  private async clearStale(key: string): Promise<{ after?: number } | void> {
    const pod = this.pods.get(key);
    const now = this.x.clock.now();
    const left = pod && staleIn(pod, now);
    if (left === undefined) return;
    if (left > 0) return { after: left };
    const conditions = pod!.status!.conditions!.map((c) =>
      c.type === 'DisruptionTarget' ? { type: c.type, status: 'False', observedGeneration: pod!.metadata.generation, lastTransitionTime: formatTime(now) } : c,
    );
    try {
      await this.x.client.update(PODS, { ...pod!, status: { ...pod!.status, conditions } }, { subresource: 'status' });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }
}

/** Milliseconds until the pod's DisruptionTarget condition is stale; undefined: it has none that could become so. */
function staleIn(p: Pod, now: number): number | undefined {
  const c = podCondition(p, 'DisruptionTarget');
  if (p.metadata.deletionTimestamp || isPodFinished(p) || c?.status !== 'True' || c.reason === 'TerminationByKubelet') return undefined;
  return Math.max(0, parseTime(c.lastTransitionTime ?? '') + STALE_DISRUPTION - now);
}

function unmanagedText(s: LabelSelectorSpec | undefined): string {
  return (
    `Pods selected by this PodDisruptionBudget (selector: ${goSelector(s)}) were found to be unmanaged. ` +
    'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.'
  );
}

/** Keeps the status of PodDisruptionBudgets, by which evictions are judged. */
export function createDisruptionController(x: ComponentContext): Component {
  const all = new AllResources(x);
  let c: DisruptionController;
  const work = new QueueComponent({
    ...x,
    name: 'disruption-controller',
    setup: (queue) => (c = new DisruptionController(x, queue, all)).subscribe(),
    reconcile: (key) => c.reconcile(key),
  });
  return {
    name: work.name,
    async start(signal) {
      await all.start(signal);
      await work.start(signal);
    },
    async stop() {
      all.stop();
      await work.stop();
    },
    ready: () => work.ready(),
  };
}
