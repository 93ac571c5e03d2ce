import { keyOf } from '../api/meta/object';
import type { Component, ComponentContext } from '../client/component';
import { PODS } from '../client/resources';
import type { Disposable } from '../util/clock';
import { ClusterCache } from './cache/cluster-cache';
import type { PodInfo } from './cache/pod-info';
import { followCluster } from './cycle/cluster-events';
import { NodeFinder } from './cycle/find-node';
import { announceNode, reportUnscheduled } from './cycle/pod-condition';
import { WaitingPods } from './cycle/waiting-pods';
import { explainPod } from './explain/explain-pod';
import type { PodExplanation } from './explain/explanation';
import { buildFramework } from './framework/build-framework';
import { CycleState } from './framework/cycle-state';
import { Diagnosis } from './framework/diagnosis';
import type { Framework } from './framework/framework';
import { makeShared } from './framework/shared';
import type { Verdict } from './framework/verdict';
import { failed, isRejected, messageOf } from './framework/verdict';
import type { SchedulerMetrics } from './metrics';
import { noMetrics } from './metrics';
import type { SchedulerOptions } from './options';
import { Nominator } from './queue/nominator';
import type { QueuedPod } from './queue/queued-pod';
import { RequeueRules } from './queue/requeue-rules';
import { SchedulingQueue } from './queue/scheduling-queue';

/** Events hold no longer notes. */
const NOTE_LIMIT = 1024;
/** Everything else in the process gets a turn after that many milliseconds of scheduling. */
const SLICE = 10;

/** What came of one attempt to place a pod. */
type Failure = { reason: 'Unschedulable' | 'SchedulerError'; message: string; diagnosis?: Diagnosis; nominate?: string; retry?: boolean };

/**
 * kube-scheduler: takes pods without a node one at a time, finds each the best node by the plugins of its profile, counts it there at once and
 * binds it in the background.
 */
export class Scheduler implements Component {
  readonly name = 'scheduler';
  readonly cache = new ClusterCache();
  readonly queue: SchedulingQueue;
  private readonly nominator = new Nominator();
  private readonly waiting: WaitingPods;
  private readonly frameworks = new Map<string, Framework>();
  private readonly finder: NodeFinder;
  private readonly events: Map<string, ReturnType<ComponentContext['events']['seriesRecorder']>> = new Map();
  readonly metrics: SchedulerMetrics;
  private readonly parallelism: number;
  private subscription: Disposable | undefined;
  private inFlight = 0;
  /** When the present turn began, until everything else has had one. */
  private turn: { since: number; over: Disposable; wanted: boolean } | undefined;
  private pumping = false;
  private state: 'new' | 'running' | 'stopped' = 'new';
  private idlers: (() => void)[] = [];

  constructor(
    private readonly x: ComponentContext,
    o: SchedulerOptions = {},
    metrics: SchedulerMetrics = noMetrics,
  ) {
    this.metrics = metrics;
    this.parallelism = o.parallelism ?? 100;
    this.waiting = new WaitingPods(x.clock);
    this.finder = new NodeFinder(this.cache, x.random);
    const shared = makeShared();
    for (const profile of o.profiles ?? [{ schedulerName: 'default-scheduler' }]) {
      const events = x.events.seriesRecorder(profile.schedulerName, `${profile.schedulerName}-${o.instance ?? 'kubernest'}`);
      this.events.set(profile.schedulerName, events);
      const context = {
        ...x,
        events,
        metrics,
        schedulerName: profile.schedulerName,
        cache: this.cache,
        nominator: this.nominator,
        waiting: this.waiting,
        shared,
        activate: (pod: PodInfo) => this.queue.activate(pod.uid),
      };
      this.frameworks.set(profile.schedulerName, buildFramework(profile, o.plugins ?? [], context));
    }
    this.queue = new SchedulingQueue(this.frameworks, new RequeueRules(this.frameworks.values()), this.nominator, {
      clock: x.clock,
      metrics,
      initialBackoff: o.podInitialBackoff ?? 1000,
      maxBackoff: o.podMaxBackoff ?? 10_000,
      ready: () => this.wake(),
    });
    metrics.observe({ pending: () => this.queue.sizes, cached: () => this.cache.sizes, refused: () => this.queue.refusals() });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.observe(signal);
    if (this.state !== 'new') return;
    this.state = 'running';
    this.wake();
  }

  /** Learns what there is, without placing anything. */
  async observe(signal: AbortSignal): Promise<void> {
    this.subscription = followCluster(this.x.caches, this.cache, this.queue, (pod) => this.frameworks.has(pod['spec'].schedulerName as string));
    await this.x.caches.synced(signal);
  }

  /**
   * How the nodes compare for a pod; only for a scheduler that observes and does not place pods, since it forgets where the pod was.
   * @throws Error when there is no such pod, or none of the profiles is its own
   */
  explain(namespace: string, name: string): PodExplanation {
    if (this.state === 'running') throw new Error('a scheduler that places pods cannot explain');
    const pod = this.x.caches.informer(PODS).get(`${namespace}/${name}`);
    if (!pod) throw new Error(`there is no pod ${name} in the namespace ${namespace}`);
    const schedulerName = pod['spec'].schedulerName as string;
    const framework = this.frameworks.get(schedulerName);
    if (!framework) throw new Error(`pod ${namespace}/${name} is scheduled by ${schedulerName}, of which nothing is known; known are: ${[...this.frameworks.keys()].join(', ')}`);
    return explainPod(framework, this.cache, pod);
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    this.subscription?.dispose();
    this.queue.stop();
    this.turn?.over.dispose();
    if (this.inFlight > 0) await new Promise<void>((resolve) => this.idlers.push(resolve));
  }

  ready(): boolean {
    return this.state === 'running';
  }

  /** Takes pods once everything that happened in this turn is known, so that the most important goes first. */
  private wake(): void {
    if (this.pumping || this.state !== 'running') return;
    this.pumping = true;
    queueMicrotask(() => {
      this.pumping = false;
      this.pump();
    });
  }

  private pump(): void {
    const turn = (this.turn ??= { since: this.x.clock.monotonic(), over: this.x.clock.after(0, () => this.endTurn()), wanted: false });
    while (this.state === 'running' && this.inFlight < this.parallelism) {
      if (this.x.clock.monotonic() - turn.since > SLICE) {
        turn.wanted = true;
        return;
      }
      const q = this.queue.pop();
      if (!q) return;
      this.inFlight++;
      void this.attempt(q)
        .catch((err: unknown) => {
          this.x.log.error({ err, pod: keyOf(q.pod.pod) }, 'scheduling failed in an unforeseen way');
          this.queue.done(q.pod.uid);
        })
        .finally(() => this.landed());
    }
  }

  private endTurn(): void {
    const wanted = this.turn?.wanted;
    this.turn = undefined;
    if (wanted) this.wake();
  }

  private landed(): void {
    this.inFlight--;
    if (this.inFlight === 0) for (const resolve of this.idlers.splice(0)) resolve();
    this.wake();
  }

  /** One pod's way: synchronous up to the node, then binding. */
  private async attempt(q: QueuedPod): Promise<void> {
    const framework = this.frameworks.get(q.pod.pod['spec'].schedulerName as string)!;
    const begin = this.x.clock.monotonic();
    if (q.pod.terminating) {
      this.event(framework, q.pod, 'Warning', 'FailedScheduling', 'Scheduling', `skip schedule deleting pod: ${keyOf(q.pod.pod)}`);
      this.queue.done(q.pod.uid);
      return;
    }
    if (this.cache.get(q.pod.uid)) {
      this.queue.done(q.pod.uid);
      return;
    }
    const state = new CycleState();
    const placed = this.place(framework, state, q);
    if ('failure' in placed) {
      await this.fail(framework, q, placed.failure, begin);
      return;
    }
    const failure = await this.bind(framework, state, q.pod, placed.nodeName, placed.waitFor);
    if (failure) {
      await this.fail(framework, q, failure, begin);
      return;
    }
    this.queue.done(q.pod.uid);
    const now = this.x.clock.monotonic();
    this.metrics.attempt('scheduled', framework.schedulerName, (now - begin) / 1000);
    this.metrics.scheduled(q.attempts, (this.x.clock.now() - q.firstAttempt!) / 1000);
  }

  /** Finds a node and counts the pod on it. */
  private place(framework: Framework, state: CycleState, q: QueuedPod): { nodeName: string; waitFor: ReadonlyMap<string, number> } | { failure: Failure } {
    let found;
    try {
      const begin = this.x.clock.monotonic();
      found = this.finder.find(framework, state, q.pod, this.nominator.of(q.pod.uid));
      this.metrics.algorithm((this.x.clock.monotonic() - begin) / 1000);
      if ('noNodes' in found) return { failure: { reason: 'Unschedulable', message: 'no nodes available to schedule pods', nominate: '' } };
      if ('diagnosis' in found) return { failure: this.makeRoom(framework, state, q.pod, found.diagnosis) };
    } catch (e) {
      found = { error: failed(e as Error) };
    }
    if ('error' in found) return { failure: this.errorOf(found.error) };
    const nodeName = found.node.name;
    this.cache.assume(q.pod, nodeName);
    this.nominator.delete(q.pod.uid);
    const refused = framework.reserve(state, q.pod, nodeName);
    const permit = refused ?? framework.permit(state, q.pod, nodeName);
    if ('waitFor' in permit) return { nodeName, waitFor: permit.waitFor };
    return { failure: this.undo(framework, state, q.pod, nodeName, permit) };
  }

  private makeRoom(framework: Framework, state: CycleState, pod: PodInfo, diagnosis: Diagnosis): Failure {
    let nominate: string | undefined = '';
    if (framework.hasPostFilters) {
      const r = framework.postFilter(state, pod, diagnosis);
      diagnosis.postFilterMessage = messageOf(r.verdict);
      nominate = r.nominate;
    }
    return { reason: 'Unschedulable', message: diagnosis.message(), diagnosis, ...(nominate === undefined ? {} : { nominate }) };
  }

  private async bind(framework: Framework, state: CycleState, pod: PodInfo, nodeName: string, waitFor: ReadonlyMap<string, number>): Promise<Failure | undefined> {
    const waiting = waitFor.size ? this.waiting.wait(pod.uid, waitFor) : undefined;
    if (waiting !== undefined || framework.willPreBind(state, pod, nodeName)) await announceNode(this.x, pod.pod, nodeName);
    const refused =
      (await waiting) ??
      (await framework.preBind(state, pod, nodeName)) ??
      (await framework.bind(state, pod, nodeName));
    if (refused) return this.undo(framework, state, pod, nodeName, refused);
    this.event(framework, pod, 'Normal', 'Scheduled', 'Binding', `Successfully assigned ${pod.namespace}/${pod.name} to ${nodeName}`);
    framework.postBind(state, pod, nodeName);
    return undefined;
  }

  /** Takes the pod off the node that it could not have after all. */
  private undo(framework: Framework, state: CycleState, pod: PodInfo, nodeName: string, refused: { plugin: string; verdict: Verdict }): Failure {
    framework.unreserve(state, pod, nodeName);
    if (this.cache.forget(pod)) this.queue.handle({ name: 'assigned-pod/delete', old: pod.pod }, (p) => p.uid !== pod.uid);
    if (!isRejected(refused.verdict)) return this.errorOf(refused.verdict);
    const diagnosis = new Diagnosis(1);
    diagnosis.note(this.cache.nodes.get(nodeName)!, refused.verdict);
    diagnosis.refuse(refused.plugin, refused.verdict);
    return { reason: 'Unschedulable', message: diagnosis.message(), diagnosis, nominate: '', retry: true };
  }

  private errorOf(v: Verdict): Failure {
    return { reason: 'SchedulerError', message: messageOf(v), nominate: '' };
  }

  /** Puts the pod back into the queue and tells why. */
  private async fail(framework: Framework, q: QueuedPod, f: Failure, begin: number): Promise<void> {
    this.metrics.attempt(f.reason === 'Unschedulable' ? 'unschedulable' : 'error', framework.schedulerName, (this.x.clock.monotonic() - begin) / 1000);
    if (f.reason === 'SchedulerError') this.x.log.warn({ pod: keyOf(q.pod.pod), err: f.message }, 'pod could not be scheduled; it is tried again');
    q.refusedBy = new Set(f.diagnosis?.refusedBy);
    q.pendingOn = new Set(f.diagnosis?.pendingOn);
    const latest = this.x.caches.informer(PODS).get(keyOf(q.pod.pod));
    if (!latest || latest.metadata.uid !== q.pod.uid || latest['spec'].nodeName) {
      // Deleted, made again, or placed by somebody else meanwhile.
      this.queue.done(q.pod.uid);
      return;
    }
    this.queue.giveBack(q, latest, f.retry ?? false);
    if (f.nominate !== undefined) this.nominator.set(q.pod, f.nominate);
    this.event(framework, q.pod, 'Warning', 'FailedScheduling', 'Scheduling', truncate(f.message));
    try {
      await reportUnscheduled(this.x.client, this.x.clock, latest, f.reason, f.message, f.nominate);
    } catch (err) {
      this.x.log.error({ err, pod: keyOf(latest) }, 'the PodScheduled condition could not be written');
    }
  }

  private event(framework: Framework, pod: PodInfo, type: 'Normal' | 'Warning', reason: string, action: string, note: string): void {
    this.events.get(framework.schedulerName)!.event(pod.pod, undefined, type, reason, action, note);
  }
}

function truncate(message: string): string {
  return message.length <= NOTE_LIMIT ? message : `${message.slice(0, NOTE_LIMIT - 4)} ...`;
}

/** A scheduler over the given client and caches; see SchedulerOptions for profiles. */
export function createScheduler(x: ComponentContext, o: SchedulerOptions = {}, metrics?: SchedulerMetrics): Scheduler {
  return new Scheduler(x, o, metrics);
}
