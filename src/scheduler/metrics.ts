/** What the scheduler tells about its work; names and meanings are those of kube-scheduler's metrics. Durations are in seconds. */
export interface SchedulerMetrics {
  /** schedule_attempts_total and scheduling_attempt_duration_seconds. */
  attempt(result: 'scheduled' | 'unschedulable' | 'error', profile: string, seconds: number): void;
  /** pod_scheduling_attempts and pod_scheduling_sli_duration_seconds, when a pod has been bound. */
  scheduled(attempts: number, seconds: number): void;
  /** preemption_attempts_total. */
  preemptionAttempt(): void;
  /** preemption_victims. */
  preemptionVictims(n: number): void;
  /** queue_incoming_pods_total. */
  incoming(queue: 'active' | 'backoff' | 'unschedulable', event: string): void;
}

/** Counts nothing. */
export const noMetrics: SchedulerMetrics = {
  attempt() {},
  scheduled() {},
  preemptionAttempt() {},
  preemptionVictims() {},
  incoming() {},
};
