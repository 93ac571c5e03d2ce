import { formatTime, parseTime } from '../../api/meta/time';
import { findCondition } from '../shared/conditions';
import { isPodActive, isPodReady, isPodTerminating } from '../shared/pod';
import type { Condition, Pod } from '../shared/types';
import { Indexes } from './indexes';
import type { Failures } from './job-backoff';
import { nextFailures } from './job-backoff';
import { finishTime, indexFailures, indexOf, isFailedPod, isTracked, judgeFailure, restarts } from './job-pods';
import type { Job } from '../shared/job';
import { isIndexed } from '../shared/job';

/** What a Job and its pods amount to at one moment. */
export class JobView {
  readonly active: Pod[];
  readonly ready: number;
  readonly terminating: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: Failures;
  readonly completions: number;
  /** Indexes that the status has as completed, and those completed by now. */
  readonly completedBefore: Indexes;
  readonly completed: Indexes;
  /** With backoffLimitPerIndex: indexes that have failed for good. */
  readonly failedIndexes: Indexes | undefined;
  /** With backoffLimitPerIndex: the last failed pod of each index that will be tried again; it is kept until its successor is made. */
  readonly lastFailed = new Map<number, Pod>();

  constructor(
    readonly job: Job,
    readonly pods: readonly Pod[],
    private readonly released: (p: Pod) => boolean,
    failures: Failures | undefined,
    readonly now: number,
  ) {
    const { status, spec } = job;
    this.completions = spec.completions ?? 0;
    this.active = pods.filter(isPodActive);
    this.ready = this.active.filter(isPodReady).length;
    this.terminating = pods.filter(isPodTerminating).length;
    const uncounted = { succeeded: new Set(status.uncountedTerminatedPods?.succeeded), failed: new Set(status.uncountedTerminatedPods?.failed) };
    const fresh = (done: Set<string>): Pod[] => pods.filter((p) => this.counts(p) && !done.has(p.metadata.uid!));
    const newSucceeded = fresh(uncounted.succeeded).filter((p) => p.status?.phase === 'Succeeded');
    const newFailed = fresh(uncounted.failed).filter((p) => isFailedPod(p, job));
    this.failed = (status.failed ?? 0) + newFailed.filter((p) => judgeFailure(spec.podFailurePolicy?.rules, p).counts).length + uncounted.failed.size;
    this.failures = nextFailures(failures, newSucceeded, newFailed);
    this.completedBefore = Indexes.parse(status.completedIndexes, this.completions);
    const tracked = pods.filter((p) => isTracked(p) && this.hasIndex(p));
    this.completed = this.completedBefore.with(tracked.filter((p) => p.status?.phase === 'Succeeded').map(indexOf));
    this.succeeded = isIndexed(job) ? this.completed.total : (status.succeeded ?? 0) + newSucceeded.length + uncounted.succeeded.size;
    if (isIndexed(job) && spec.backoffLimitPerIndex !== undefined) {
      this.failedIndexes = Indexes.parse(status.failedIndexes, this.completions).with(tracked.filter((p) => this.failsIndex(p)).map(indexOf));
      this.keepLastFailed();
    }
  }

  /** It has its finalizer still, and an index where one is needed. */
  counts(p: Pod): boolean {
    return isTracked(p) && !this.released(p) && (!isIndexed(this.job) || this.hasIndex(p));
  }

  hasIndex(p: Pod): boolean {
    const i = indexOf(p);
    return i >= 0 && i < this.completions;
  }

  /** Why the Job ends now, if it does: a SuccessCriteriaMet, FailureTarget or Failed condition. */
  finished(): Condition | undefined {
    const { status } = this.job;
    const met = findCondition(status.conditions, 'SuccessCriteriaMet');
    if (met?.status === 'True') return met;
    const target = findCondition(status.conditions, 'FailureTarget');
    if (target?.status === 'True') return jobCondition('Failed', 'True', target.reason!, target.message ?? '', this.now);
    const failure = this.failureReason();
    if (failure) return jobCondition('FailureTarget', 'True', failure[0], failure[1], this.now);
    const rule = isIndexed(this.job) ? this.successRule() : undefined;
    if (rule !== undefined) return jobCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', `Matched rules at index ${rule}`, this.now);
    return undefined;
  }

  /** All that was asked for is done. */
  isComplete(active: number): boolean {
    if (active > 0) return false;
    return this.job.spec.completions === undefined ? this.succeeded > 0 : this.succeeded >= this.job.spec.completions;
  }

  /** Milliseconds until the deadline; undefined: there is none. */
  deadline(): number | undefined {
    const { activeDeadlineSeconds, suspend } = this.job.spec;
    const { startTime } = this.job.status;
    if (activeDeadlineSeconds === undefined || suspend || startTime === undefined) return undefined;
    return parseTime(startTime) + activeDeadlineSeconds * 1000 - this.now;
  }

  private failureReason(): [string, string] | undefined {
    const { spec } = this.job;
    const limit = spec.backoffLimit ?? 6;
    for (const p of spec.podFailurePolicy ? this.pods : []) {
      const message = isFailedPod(p, this.job) ? judgeFailure(spec.podFailurePolicy!.rules, p).failJob : undefined;
      if (message) return ['PodFailurePolicy', message];
    }
    const restarted = spec.template.spec.restartPolicy === 'OnFailure' ? restarts(this.pods) : 0;
    if (this.failed > limit || (restarted > 0 && restarted >= limit)) return ['BackoffLimitExceeded', 'Job has reached the specified backoff limit'];
    if ((this.deadline() ?? 1) <= 0) return ['DeadlineExceeded', 'Job was active longer than specified deadline'];
    const failed = this.failedIndexes?.total ?? 0;
    if (spec.maxFailedIndexes !== undefined && failed > spec.maxFailedIndexes) return ['MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes'];
    if (failed > 0 && failed + this.completed.total >= this.completions) return ['FailedIndexes', 'Job has failed indexes'];
    return undefined;
  }

  private successRule(): number | undefined {
    if (this.completed.total === 0) return undefined;
    for (const [i, rule] of (this.job.spec.successPolicy?.rules ?? []).entries()) {
      if (rule.succeededIndexes === undefined) {
        if (rule.succeededCount !== undefined && this.completed.total >= rule.succeededCount) return i;
        continue;
      }
      const wanted = Indexes.parse(rule.succeededIndexes, this.completions);
      const met = wanted.common(this.completed);
      if (wanted.total > 0 && (met === wanted.total || (rule.succeededCount !== undefined && met >= rule.succeededCount))) return i;
    }
    return undefined;
  }

  private failsIndex(p: Pod): boolean {
    if (!isFailedPod(p, this.job)) return false;
    const { counts, action } = judgeFailure(this.job.spec.podFailurePolicy?.rules, p);
    return action === 'FailIndex' || (counts && indexFailures(p).counted >= this.job.spec.backoffLimitPerIndex!);
  }

  private keepLastFailed(): void {
    const activeIndexes = new Set(this.active.map(indexOf));
    const total = (p: Pod): number => indexFailures(p).counted + indexFailures(p).ignored;
    for (const p of this.pods) {
      const i = indexOf(p);
      if (!this.counts(p) || !isFailedPod(p, this.job) || this.completed.has(i) || this.failedIndexes!.has(i) || activeIndexes.has(i)) continue;
      const kept = this.lastFailed.get(i);
      if (!kept || (total(kept) <= total(p) && finishTime(p) >= finishTime(kept))) this.lastFailed.set(i, p);
    }
  }
}

export function jobCondition(type: string, status: string, reason: string, message: string, now: number): Condition {
  return { type, status, lastProbeTime: formatTime(now), lastTransitionTime: formatTime(now), reason, message };
}
