/** What is asked of the scheduler at every scrape. */
export interface SchedulerState {
  /** Pods in each part of the queue. */
  pending(): { active: number; backoff: number; unschedulable: number; gated: number };
  cached(): { nodes: number; pods: number; assumed: number };
  /** Pods that wait, by profile and by each plugin that refused them. */
  refused(): Iterable<readonly [profile: string, plugin: string, pods: number]>;
}

/** What the scheduler tells about its work; names and meanings are those of kube-scheduler's metrics. Durations are in seconds. */
export interface SchedulerMetrics {
  /** schedule_attempts_total and scheduling_attempt_duration_seconds. */
  attempt(result: 'scheduled' | 'unschedulable' | 'error', profile: string, seconds: number): void;
  /** scheduling_algorithm_duration_seconds: finding a node, without making room. */
  algorithm(seconds: number): void;
  /** pod_scheduling_attempts and pod_scheduling_sli_duration_seconds, when a pod has been bound. */
  scheduled(attempts: number, seconds: number): void;
  /** preemption_attempts_total. */
  preemptionAttempt(): void;
  /** preemption_victims. */
  preemptionVictims(n: number): void;
  /** queue_incoming_pods_total. */
  incoming(queue: 'active' | 'backoff' | 'unschedulable', event: string): void;
  /** Where pending_pods, cache_size and unschedulable_pods are read from. */
  observe(state: SchedulerState): void;
}

/** Counts nothing. */
export const noMetrics: SchedulerMetrics = {
  attempt() {},
  algorithm() {},
  scheduled() {},
  preemptionAttempt() {},
  preemptionVictims() {},
  incoming() {},
  observe() {},
};
