import { Counter, exponentialBuckets, Gauge, Histogram, Registry } from 'prom-client';
import type { SchedulerMetrics, SchedulerState } from './metrics';

const ATTEMPT_BUCKETS = exponentialBuckets(0.001, 2, 15);

/** The metrics of a scheduler under kube-scheduler's names, in a registry of its own. */
export class PrometheusMetrics implements SchedulerMetrics {
  readonly registry = new Registry();
  private readonly made = { registers: [this.registry] };
  private readonly attempts = new Counter({ ...this.made, name: 'scheduler_schedule_attempts_total', help: 'Attempts to place pods, by result.', labelNames: ['result', 'profile'] });
  private readonly attemptSeconds = new Histogram({ ...this.made, name: 'scheduler_scheduling_attempt_duration_seconds', help: 'Seconds from taking a pod to its binding or refusal.', buckets: ATTEMPT_BUCKETS, labelNames: ['result', 'profile'] });
  private readonly algorithmSeconds = new Histogram({ ...this.made, name: 'scheduler_scheduling_algorithm_duration_seconds', help: 'Seconds it takes to find a node.', buckets: ATTEMPT_BUCKETS });
  private readonly tries = new Histogram({ ...this.made, name: 'scheduler_pod_scheduling_attempts', help: 'Attempts that pods took until they were placed.', buckets: exponentialBuckets(1, 2, 5) });
  private readonly waits = new Histogram({ ...this.made, name: 'scheduler_pod_scheduling_sli_duration_seconds', help: 'Seconds from a first attempt on to the binding, by the number of attempts.', buckets: exponentialBuckets(0.01, 2, 20), labelNames: ['attempts'] });
  private readonly preemptions = new Counter({ ...this.made, name: 'scheduler_preemption_attempts_total', help: 'Attempts to make room for a pod.' });
  private readonly victims = new Histogram({ ...this.made, name: 'scheduler_preemption_victims', help: 'Pods that had to go to make room for one.', buckets: exponentialBuckets(1, 2, 7) });
  private readonly queued = new Counter({ ...this.made, name: 'scheduler_queue_incoming_pods_total', help: 'Pods that entered a part of the queue, by the event that brought them there.', labelNames: ['queue', 'event'] });
  private state: SchedulerState | undefined;
  /** Finding a series by its labels takes longer than counting. */
  private readonly series = new Map<string, { inc(): void }>();

  constructor() {
    this.gauge('scheduler_pending_pods', 'Pods that wait, by part of the queue.', ['queue'], (s) => Object.entries(s.pending()).map(([queue, n]) => [{ queue }, n] as const));
    this.gauge('scheduler_cache_size', 'Nodes, pods and assumed pods in the cache.', ['type'], (s) => {
      const { nodes, pods, assumed } = s.cached();
      return [[{ type: 'nodes' }, nodes], [{ type: 'pods' }, pods], [{ type: 'assumed_pods' }, assumed]];
    });
    this.gauge('scheduler_unschedulable_pods', 'Pods that wait, by each plugin that refused them.', ['plugin', 'profile'], (s) => Array.from(s.refused(), ([profile, plugin, n]) => [{ plugin, profile }, n] as const));
  }

  attempt(result: 'scheduled' | 'unschedulable' | 'error', profile: string, seconds: number): void {
    this.attempts.inc({ result, profile });
    this.attemptSeconds.observe({ result, profile }, seconds);
  }

  algorithm(seconds: number): void {
    this.algorithmSeconds.observe(seconds);
  }

  scheduled(attempts: number, seconds: number): void {
    this.tries.observe(attempts);
    this.waits.observe({ attempts: attempts >= 15 ? '15+' : String(attempts) }, seconds);
  }

  preemptionAttempt(): void {
    this.preemptions.inc();
  }

  preemptionVictims(n: number): void {
    this.victims.observe(n);
  }

  incoming(queue: 'active' | 'backoff' | 'unschedulable', event: string): void {
    const key = `${queue}/${event}`;
    let series = this.series.get(key);
    if (!series) this.series.set(key, (series = this.queued.labels(queue, event)));
    series.inc();
  }

  observe(state: SchedulerState): void {
    this.state = state;
  }

  private gauge(name: string, help: string, labelNames: string[], read: (s: SchedulerState) => readonly (readonly [Record<string, string>, number])[]): void {
    const state = (): SchedulerState | undefined => this.state;
    const g: Gauge = new Gauge({
      ...this.made,
      name,
      help,
      labelNames,
      collect() {
        g.reset();
        const s = state();
        if (s) for (const [labels, n] of read(s)) g.set(labels, n);
      },
    });
  }
}
