import { isReason } from '../../api/errors/status-error';
import { formatTime } from '../../api/meta/time';
import { keyOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Expectations } from '../../client/expectations';
import type { Informer } from '../../client/informer';
import { JOBS } from '../../client/resources';
import type { Clock } from '../../util/clock';
import { findCondition } from '../shared/conditions';
import { omitEmpty } from '../shared/omit-empty';
import type { Condition, Pod } from '../shared/types';
import type { Written } from '../shared/written';
import type { FinalizerExpectations } from './finalizer-expectations';
import type { Failures } from './job-backoff';
import type { JobManager } from './job-manage';
import { removeTracking } from './job-manage';
import { indexOf, isFailedPod, isTracked, judgeFailure } from './job-pods';
import { jobCondition, JobView } from './job-view';
import type { Job, JobStatus } from '../shared/job';
import { isIndexed } from '../shared/job';

/** Most pods that the status holds as ended and not yet counted. */
const MOST_UNCOUNTED = 500;

interface JobSyncOptions {
  client: Client;
  clock: Clock;
  events: EventRecorder;
  manager: JobManager;
  pods: Informer<Pod>;
  expectations: Expectations;
  finalizers: FinalizerExpectations;
  written: Written;
  /** Failures in a row by the key of their Job. */
  failures: Map<string, Failures>;
}

type Uncounted = { succeeded: string[]; failed: string[] };

/**
 * One look at one Job: makes and deletes pods, then counts those that have ended. So that none is counted twice or lost, an ended pod is
 * first written into the status as uncounted, then loses its finalizer, then is counted.
 */
export class JobSync {
  constructor(private readonly x: JobSyncOptions) {}

  async run(key: string, job: Job, pods: readonly Pod[]): Promise<{ after?: number } | void> {
    const now = this.x.clock.now();
    const startTime = job.status.startTime ?? (job.spec.suspend ? undefined : formatTime(now));
    const v = new JobView({ ...job, status: { ...job.status, startTime } }, pods, (p) => this.x.finalizers.has(key, p.metadata.uid!), this.x.failures.get(key), now);
    const satisfied = this.x.expectations.satisfied(key);
    let status: JobStatus = { ...v.job.status };
    let { terminating, ready } = v;
    let active = v.active.length;
    let finished = v.finished();
    let failure: unknown;
    let after = finished ? undefined : v.deadline();
    if (finished) {
      const ended = await this.x.manager.end(job, v.active);
      if (ended.deleted !== active || !satisfied) finished = undefined;
      active -= ended.deleted;
      terminating += ended.deleted;
      ready -= ended.ready;
      failure = ended.error;
    } else {
      const managing = satisfied && job.metadata.deletionTimestamp === undefined;
      if (managing) {
        const m = await this.x.manager.manage(key, v);
        active = m.active;
        terminating += m.removed;
        ready -= m.removedReady;
        failure = m.error;
        if (m.after !== undefined) after = Math.min(m.after, after ?? Infinity);
      }
      if (v.isComplete(active)) finished = jobCondition('SuccessCriteriaMet', 'True', 'CompletionsReached', 'Reached expected number of succeeded pods', now);
      else if (managing) status = this.notePause(job, status, now);
    }
    status = { ...status, active, ready, terminating };
    await this.track(key, job, v, status, finished);
    if (failure !== undefined) throw failure;
    return after === undefined ? undefined : { after };
  }

  /** Says in the Suspended condition that the Job is suspended or goes on. */
  private notePause(job: Job, status: JobStatus, now: number): JobStatus {
    const c = findCondition(status.conditions, 'Suspended');
    const suspended = Boolean(job.spec.suspend);
    if (suspended ? c?.status === 'True' : c?.status !== 'True') return status;
    const [reason, message] = suspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
    const next = jobCondition('Suspended', suspended ? 'True' : 'False', reason!, message!, now);
    this.x.events.event(job, 'Normal', suspended ? 'Suspended' : 'Resumed', message!);
    const conditions = c ? status.conditions!.map((o) => (o === c ? next : o)) : [...(status.conditions ?? []), next];
    return { ...status, conditions, startTime: suspended ? undefined : formatTime(now) };
  }

  private async track(key: string, original: Job, v: JobView, status: JobStatus, finished: Condition | undefined): Promise<void> {
    const held = new Set(v.pods.filter((p) => isTracked(p) && !this.x.finalizers.has(key, p.metadata.uid!)).map((p) => p.metadata.uid!));
    let s = settle(status, held);
    const { uncounted, release, full, indexes } = this.collect(v, s, finished);
    s = { ...s, uncountedTerminatedPods: omitEmpty(uncounted) };
    if (isIndexed(v.job)) {
      const completed = v.completed.with(indexes);
      s = { ...s, succeeded: completed.total, completedIndexes: completed.toString(), failedIndexes: v.failedIndexes?.toString() };
    }
    let end = finished;
    if (finished?.type === 'FailureTarget' || finished?.type === 'SuccessCriteriaMet') {
      if (!findCondition(s.conditions, finished.type)) s = { ...s, conditions: [...(s.conditions ?? []), finished] };
      end = jobCondition(finished.type === 'FailureTarget' ? 'Failed' : 'Complete', 'True', finished.reason!, finished.message ?? '', v.now);
    }
    let job = await this.write(key, original, s);
    // Only once the failures are written may they slow the next pod down.
    this.x.failures.set(key, v.failures);
    const error = await this.releaseAll(key, release, held);
    s = settle(s, held);
    const left = s.uncountedTerminatedPods ?? {};
    const done = end !== undefined && !full && !left.succeeded?.length && !left.failed?.length && (s.terminating ?? 0) === 0;
    if (done) s = close(s, end!);
    job = await this.write(key, job, s);
    if (done) this.tellEnd(job, end!);
    if (error !== undefined) throw error;
  }

  /** The pods to count and let go, and their uids by how they ended. */
  private collect(v: JobView, s: JobStatus, finished: Condition | undefined): { uncounted: Uncounted; release: Pod[]; full: boolean; indexes: number[] } {
    const uncounted: Uncounted = { succeeded: [...(s.uncountedTerminatedPods?.succeeded ?? [])], failed: [...(s.uncountedTerminatedPods?.failed ?? [])] };
    const known = { succeeded: new Set(uncounted.succeeded), failed: new Set(uncounted.failed) };
    const indexed = isIndexed(v.job);
    const success = finished?.type === 'SuccessCriteriaMet';
    const release: Pod[] = [];
    const indexes: number[] = [];
    const ordered = indexed ? [...v.pods].sort((a, b) => indexOf(a) - indexOf(b)) : v.pods;
    for (const p of ordered) {
      const uid = p.metadata.uid!;
      if (!isTracked(p) || this.x.finalizers.has(keyOf(v.job), uid)) continue;
      const failed = isFailedPod(p, v.job);
      if (!mayRelease(v, p, failed, finished)) continue;
      release.push(p);
      if (p.status?.phase === 'Succeeded' && !known.failed.has(uid)) {
        if (!indexed) {
          if (!known.succeeded.has(uid)) uncounted.succeeded.push(uid);
        } else if (v.hasIndex(p) && !v.completedBefore.has(indexOf(p))) indexes.push(indexOf(p));
      } else if (failed || (finished && !success)) {
        const counts = !known.failed.has(uid) && (!indexed || v.hasIndex(p)) && judgeFailure(v.job.spec.podFailurePolicy?.rules, p).counts;
        if (counts) uncounted.failed.push(uid);
      }
      if (indexes.length + uncounted.succeeded.length + uncounted.failed.length >= MOST_UNCOUNTED) return { uncounted, release, full: true, indexes };
    }
    return { uncounted, release, full: false, indexes };
  }

  private async releaseAll(key: string, pods: readonly Pod[], held: Set<string>): Promise<unknown> {
    const results = await Promise.allSettled(
      pods.map(async (p) => {
        const uid = p.metadata.uid!;
        try {
          await removeTracking(this.x.client, p);
        } catch (e) {
          if (!isReason(e, 'NotFound')) throw e;
        }
        held.delete(uid);
        const cached = this.x.pods.get(keyOf(p));
        if (cached?.metadata.uid === uid && isTracked(cached)) this.x.finalizers.removed(key, uid);
      }),
    );
    return results.find((r) => r.status === 'rejected')?.reason as unknown;
  }

  private async write(key: string, job: Job, s: JobStatus): Promise<Job> {
    const { active, succeeded, failed, completedIndexes, conditions, uncountedTerminatedPods, ...rest } = s;
    const status: JobStatus = { ...rest, ...omitEmpty({ active, succeeded, failed, completedIndexes, conditions }), uncountedTerminatedPods: uncountedTerminatedPods ?? {} };
    if (sameJson(job.status, status)) return job;
    const next = await this.x.client.update<Job>(JOBS, { ...job, status }, { subresource: 'status' });
    this.x.written.stored(key, next);
    return next;
  }

  private tellEnd(job: Job, end: Condition): void {
    const { completions } = job.spec;
    if (end.type === 'Failed') this.x.events.event(job, 'Warning', end.reason!, end.message ?? '');
    else {
      if (completions !== undefined && (job.status.succeeded ?? 0) > completions) {
        this.x.events.event(job, 'Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
      }
      this.x.events.event(job, 'Normal', 'Completed', 'Job completed');
    }
  }
}

/** Pods that have lost their finalizer move from the uncounted to the counts. */
function settle(s: JobStatus, held: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = s.uncountedTerminatedPods ?? {};
  const left = { succeeded: succeeded.filter((u) => held.has(u)), failed: failed.filter((u) => held.has(u)) };
  return {
    ...s,
    succeeded: (s.succeeded ?? 0) + succeeded.length - left.succeeded.length,
    failed: (s.failed ?? 0) + failed.length - left.failed.length,
    uncountedTerminatedPods: omitEmpty(left),
  };
}

function mayRelease(v: JobView, p: Pod, failed: boolean, finished: Condition | undefined): boolean {
  if (v.job.metadata.deletionTimestamp || finished || p.status?.phase === 'Succeeded') return true;
  // The last failed pod of an index stays until its successor is made: it carries the count.
  return failed && v.lastFailed.get(indexOf(p))?.metadata.uid !== p.metadata.uid;
}

function close(s: JobStatus, end: Condition): JobStatus {
  const conditions = findCondition(s.conditions, end.type) ? s.conditions : [...(s.conditions ?? []), end];
  return { ...s, conditions, ...(end.type === 'Complete' ? { completionTime: end.lastTransitionTime } : {}) };
}
