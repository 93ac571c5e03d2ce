import type { KubeObject } from '../../api/meta/object';
import type { Clock, Disposable } from '../../util/clock';
import { Heap } from '../../util/heap';
import { PodInfo } from '../cache/pod-info';
import type { ClusterEvent } from '../framework/cluster-event';
import { eventLabel, podEvents } from '../framework/cluster-event';
import type { Framework } from '../framework/framework';
import type { SchedulerMetrics } from '../metrics';
import { BackoffTimes } from './backoff-times';
import type { Nominator } from './nominator';
import { QueuedPod } from './queued-pod';
import type { RequeueRules } from './requeue-rules';
import { UnschedulablePods } from './unschedulable-pods';

/** Refused pods are tried again after that long even when nothing has happened. */
const MAX_UNSCHEDULABLE = 5 * 60_000;
const FLUSH = 30_000;

/**
 * Pods that wait to be scheduled: `active` ones can be taken, highest priority first; those that failed wait out a back-off; those that were
 * refused wait for an event that one of the refusing plugins takes for a reason (kube-scheduler's PriorityQueue with queueing hints).
 * When nothing is active, refused pods in back-off are taken early.
 */
export class SchedulingQueue {
  private readonly active: Heap<QueuedPod>;
  private readonly backoff: Heap<QueuedPod>;
  private readonly errorBackoff: Heap<QueuedPod>;
  private readonly unschedulable = new UnschedulablePods();
  private readonly inFlight = new Map<string, QueuedPod>();
  private readonly queued = new Map<string, QueuedPod>();
  private readonly times: BackoffTimes;
  private readonly flusher: Disposable;
  private timer: { at: number; disposable: Disposable } | undefined;
  private seq = 0;

  constructor(
    private readonly frameworks: ReadonlyMap<string, Framework>,
    private readonly rules: RequeueRules,
    private readonly nominator: Nominator,
    private readonly x: {
      clock: Clock;
      metrics: SchedulerMetrics;
      initialBackoff: number;
      maxBackoff: number;
      /** Called when a pod can be taken. */
      ready: () => void;
    },
  ) {
    const { less } = [...frameworks.values()][0]!;
    const before = (a: QueuedPod, b: QueuedPod): boolean => less(a, b) || (!less(b, a) && a.seq < b.seq);
    this.times = new BackoffTimes(x.initialBackoff, x.maxBackoff);
    const until = (q: QueuedPod): number => this.times.until(q);
    this.active = new Heap(before);
    this.backoff = new Heap((a, b) => until(a) < until(b) || (until(a) === until(b) && before(a, b)));
    this.errorBackoff = new Heap((a, b) => until(a) < until(b) || (until(a) === until(b) && a.seq < b.seq));
    this.flusher = x.clock.every(FLUSH, () => this.flushOld());
  }

  /** Pods in each part of the queue (pending_pods upstream). */
  get sizes(): { active: number; backoff: number; unschedulable: number; gated: number } {
    let gated = 0;
    for (const q of this.unschedulable.all()) if (q.gatedBy) gated++;
    return { active: this.active.size, backoff: this.backoff.size + this.errorBackoff.size, unschedulable: this.unschedulable.size - gated, gated };
  }

  /** How many waiting pods each plugin has refused, by profile. */
  *refusals(): Iterable<readonly [profile: string, plugin: string, pods: number]> {
    const counts = new Map<string, Map<string, number>>();
    for (const q of this.queued.values()) {
      const profile = q.pod.pod['spec'].schedulerName as string;
      let plugins = counts.get(profile);
      if (!plugins) counts.set(profile, (plugins = new Map()));
      for (const p of new Set([...q.refusedBy, ...q.pendingOn])) plugins.set(p, (plugins.get(p) ?? 0) + 1);
    }
    for (const [profile, plugins] of counts) for (const [plugin, n] of plugins) yield [profile, plugin, n];
  }

  /** Takes the next pod; done() or giveBack() has to follow. */
  pop(): QueuedPod | undefined {
    let q = this.active.pop();
    if (!q) {
      q = this.backoff.pop();
      if (!q) return undefined;
      this.x.metrics.incoming('active', 'PopFromBackoffQ');
    }
    this.queued.delete(q.pod.uid);
    this.inFlight.set(q.pod.uid, q);
    q.attempts++;
    q.backoffUntil = undefined;
    q.firstAttempt ??= this.x.clock.now();
    return q;
  }

  /** The pod is bound, or gone. */
  done(uid: string): void {
    this.inFlight.delete(uid);
  }

  /** A pod that has no node yet was made, or is seen for the first time. */
  add(pod: KubeObject): void {
    const uid = pod.metadata.uid!;
    if (this.queued.has(uid) || this.inFlight.has(uid)) return;
    const q = new QueuedPod(new PodInfo(pod), this.x.clock.now(), this.seq++);
    this.nominator.set(q.pod, pod['status']?.nominatedNodeName as string | undefined);
    this.queued.set(uid, q);
    this.activateOrGate(q, eventLabel('pod/add'));
  }

  update(old: KubeObject, now: KubeObject): void {
    const uid = now.metadata.uid!;
    if (this.inFlight.has(uid)) return;
    const q = this.queued.get(uid);
    if (!q) {
      this.add(now);
      return;
    }
    q.pod.update(now);
    if (old['status']?.nominatedNodeName !== now['status']?.nominatedNodeName) this.nominator.set(q.pod, now['status']?.nominatedNodeName as string | undefined);
    if (!this.unschedulable.get(uid)) return;
    for (const name of podEvents(old, now, false)) {
      if (this.move(q, { name, old, now })) return;
    }
  }

  /** The pod was deleted, or somebody put it on a node. */
  delete(uid: string): void {
    this.nominator.delete(uid);
    const q = this.queued.get(uid);
    if (!q) return;
    this.queued.delete(uid);
    if (!this.active.delete(q) && !this.backoff.delete(q) && !this.errorBackoff.delete(q)) this.unschedulable.delete(uid);
  }

  /**
   * Takes back a pod whose attempt failed; `pod` is its newest version. Without refusing plugins it failed with an error and is tried again
   * after a back-off. `now`: something may already have happened that lifts the refusal.
   */
  giveBack(q: QueuedPod, pod: KubeObject, retry: boolean): void {
    this.inFlight.delete(q.pod.uid);
    if (q.failedWithError) q.errors++;
    else {
      q.refusals++;
      q.errors = 0;
    }
    q.timestamp = this.x.clock.now();
    q.backoffUntil = undefined;
    q.pod.update(pod);
    this.queued.set(q.pod.uid, q);
    if (retry || q.failedWithError) this.toBackoff(q, 'ScheduleAttemptFailure');
    else {
      this.x.metrics.incoming('unschedulable', 'ScheduleAttemptFailure');
      this.unschedulable.add(q);
    }
  }

  /** Something has happened; refused pods for which it may matter are moved. `only` narrows down which pods are looked at. */
  handle(event: ClusterEvent, only?: (pod: PodInfo) => boolean): void {
    if (this.unschedulable.size === 0) return;
    for (const q of this.unschedulable.refusedBy(this.rules.plugins(event.name))) if (!only || only(q.pod)) this.move(q, event);
  }

  /** Puts a pod that waits in any way back among the active. */
  activate(uid: string): void {
    const q = this.queued.get(uid);
    if (!q || this.active.has(q)) return;
    this.backoff.delete(q);
    this.errorBackoff.delete(q);
    this.unschedulable.delete(uid);
    this.activateOrGate(q, 'ForceActivate');
  }

  stop(): void {
    this.flusher.dispose();
    this.timer?.disposable.dispose();
    this.timer = undefined;
  }

  private move(q: QueuedPod, event: ClusterEvent): boolean {
    const worth = this.rules.worth(q, event);
    if (worth === 'no') return false;
    this.unschedulable.delete(q.pod.uid);
    if (worth === 'later' && this.times.backingOff(q, this.x.clock.now())) this.toBackoff(q, eventLabel(event.name));
    else this.activateOrGate(q, eventLabel(event.name));
    return true;
  }

  private activateOrGate(q: QueuedPod, event: string): void {
    if (this.gate(q, event)) return;
    this.active.push(q);
    this.x.metrics.incoming('active', event);
    this.x.ready();
  }

  private toBackoff(q: QueuedPod, event: string): void {
    if (this.gate(q, event)) return;
    this.x.metrics.incoming('backoff', event);
    if (q.failedWithError) this.errorBackoff.push(q);
    else {
      this.backoff.push(q);
      this.x.ready();
    }
    this.schedule();
  }

  /** Asks the preEnqueue plugins; a pod that one of them refuses stays out until that plugin's events. */
  private gate(q: QueuedPod, event: string): boolean {
    q.gatedBy = '';
    const plugins = this.frameworks.get(q.pod.pod['spec'].schedulerName as string)?.preEnqueuePlugins ?? [];
    for (const plugin of plugins) {
      if (!plugin.preEnqueue(q.pod)) continue;
      q.gatedBy = plugin.name;
      q.refusedBy.add(plugin.name);
      this.x.metrics.incoming('unschedulable', event);
      this.unschedulable.add(q);
      return true;
    }
    return false;
  }

  private schedule(): void {
    const next = [this.backoff.peek(), this.errorBackoff.peek()].filter((q) => q !== undefined).map((q) => this.times.ends(q));
    if (!next.length) return;
    const at = Math.min(...next);
    if (this.timer && this.timer.at <= at) return;
    this.timer?.disposable.dispose();
    this.timer = { at, disposable: this.x.clock.after(Math.max(0, at - this.x.clock.now()), () => this.flushBackoff()) };
  }

  private flushBackoff(): void {
    this.timer = undefined;
    const now = this.x.clock.now();
    for (const heap of [this.backoff, this.errorBackoff]) {
      for (let q = heap.peek(); q && !this.times.backingOff(q, now); q = heap.peek()) {
        heap.pop();
        this.active.push(q);
        this.x.metrics.incoming('active', 'BackoffComplete');
        this.x.ready();
      }
    }
    this.schedule();
  }

  private flushOld(): void {
    const before = this.x.clock.now() - MAX_UNSCHEDULABLE;
    for (const q of [...this.unschedulable.all()]) if (!q.gatedBy && q.timestamp < before) this.move(q, { name: 'timeout' });
  }
}
