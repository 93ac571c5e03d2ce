import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { controllerOf } from '../../api/meta/object';
import { formatTime, parseTime } from '../../api/meta/time';
import type { Client } from '../../client/client';
import type { EventRecorder } from '../../client/event-recorder';
import { referenceTo } from '../../client/object-reference';
import { JOBS } from '../../client/resources';
import { findCondition } from '../shared/conditions';
import type { Job } from '../shared/job';
import { isFinished } from '../shared/job';
import { controllerRef } from '../shared/owners';
import type { Missed, Schedule } from './schedule';
import { missedSince, parseSchedule } from './schedule';
import type { CronJob, CronJobStatus } from './types';

/** A little later than the time itself, so that it has surely come. */
const DELTA = 100;

/** One look at one CronJob: cleans up, notes what has ended, starts a Job when it is time. */
export class CronSync {
  status: CronJobStatus;

  constructor(
    private readonly cj: CronJob,
    private readonly jobs: readonly Job[],
    private readonly client: Client,
    private readonly events: EventRecorder,
    private readonly now: number,
  ) {
    this.status = { ...cj.status };
  }

  /** `status` is what to write afterwards, also when this throws. */
  async run(): Promise<{ after: number } | void> {
    await this.cleanUp();
    await this.noteJobs();
    const { spec } = this.cj;
    if (this.cj.metadata.deletionTimestamp) return;
    if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) {
      this.tell('Warning', 'UnknownTimeZone', `invalid timeZone: ${JSON.stringify(spec.timeZone)}: unknown time zone ${spec.timeZone}`);
      return;
    }
    if (spec.suspend) return;
    let schedule: Schedule;
    let missed: Missed;
    if (spec.schedule.includes('TZ')) {
      this.tell('Warning', 'UnsupportedSchedule', `CRON_TZ or TZ used in schedule ${JSON.stringify(spec.schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`);
    }
    try {
      schedule = scheduleOf(this.cj);
    } catch (e) {
      this.tell('Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${(e as Error).message}`);
      return;
    }
    try {
      missed = missedSince(schedule, earliest(this.cj, this.status, this.now, true), this.now);
    } catch (e) {
      this.tell('Warning', 'InvalidSchedule', `invalid schedule: ${spec.schedule} : ${(e as Error).message}`);
      return;
    }
    if (missed.many) this.tell('Warning', 'TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew');
    if (missed.last !== undefined && (await this.mayStart(missed.last))) await this.start(missed.last);
    return next(this.cj, this.status, schedule, this.now);
  }

  private async mayStart(time: number): Promise<boolean> {
    const { spec } = this.cj;
    if (spec.startingDeadlineSeconds !== undefined && time + spec.startingDeadlineSeconds * 1000 < this.now) {
      this.tell('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(time)}`);
      return false;
    }
    const active = this.status.active ?? [];
    if (active.some((j) => j.name === this.jobName(time)) || this.status.lastScheduleTime === formatTime(time)) return false;
    if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
      this.tell('Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
      return false;
    }
    if (spec.concurrencyPolicy === 'Replace') {
      for (const ref of active) {
        if (!(await this.deleteJob(ref.name!, ref.uid!))) throw new Error(`could not replace job ${ref.namespace}/${ref.name}`);
      }
    }
    return true;
  }

  private async start(time: number): Promise<void> {
    const { spec, metadata } = this.cj;
    const name = this.jobName(time);
    const annotations = { ...spec.jobTemplate.metadata?.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': inZone(time, spec.timeZone ?? 'UTC') };
    const job: KubeObject = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: metadata.namespace, labels: spec.jobTemplate.metadata?.labels, annotations, ownerReferences: [controllerRef(this.cj)] },
      spec: spec.jobTemplate.spec,
    };
    let made: Job;
    try {
      made = await this.client.create<Job>(JOBS, job);
      this.tell('Normal', 'SuccessfulCreate', `Created job ${name}`);
    } catch (e) {
      if (!isReason(e, 'AlreadyExists')) {
        this.tell('Warning', 'FailedCreate', `Error creating job: ${(e as Error).message}`);
        throw e;
      }
      // Made before, and the status was not written; or someone else's.
      made = await this.client.get<Job>(JOBS, metadata.namespace, name);
      if (controllerOf(made)?.uid !== metadata.uid || this.isActive(made.metadata.uid)) return;
    }
    this.status = { ...this.status, active: [...(this.status.active ?? []), referenceTo(made)], lastScheduleTime: formatTime(time) };
  }

  /** What has become of the Jobs: ended ones leave the list of active ones. */
  private async noteJobs(): Promise<void> {
    for (const j of this.jobs) {
      const end = j.status.conditions?.find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True');
      if (!end) {
        if (!this.isActive(j.metadata.uid)) this.tell('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${j.metadata.name}`);
        continue;
      }
      if (this.isActive(j.metadata.uid)) {
        this.removeActive(j.metadata.uid!);
        this.tell('Normal', 'SawCompletedJob', `Saw completed job: ${j.metadata.name}, condition: ${end.type}`);
      }
      const done = j.status.completionTime;
      if (end.type === 'Complete' && done && (!this.status.lastSuccessfulTime || done > this.status.lastSuccessfulTime)) this.status = { ...this.status, lastSuccessfulTime: done };
    }
    const present = new Set(this.jobs.map((j) => j.metadata.uid));
    for (const ref of this.status.active ?? []) {
      if (present.has(ref.uid)) continue;
      try {
        await this.client.get(JOBS, ref.namespace, ref.name!);
      } catch (e) {
        if (!isReason(e, 'NotFound')) throw e;
        this.tell('Normal', 'MissingJob', `Active job went missing: ${ref.name}`);
        this.removeActive(ref.uid!);
      }
    }
  }

  /** Deletes the oldest ended Jobs beyond the history limits. */
  private async cleanUp(): Promise<void> {
    const { successfulJobsHistoryLimit: good, failedJobsHistoryLimit: bad } = this.cj.spec;
    for (const [type, limit] of [['Complete', good], ['Failed', bad]] as const) {
      if (limit === undefined) continue;
      const ended = this.jobs.filter((j) => isFinished(j) && findCondition(j.status.conditions, type)?.status === 'True' && !j.metadata.deletionTimestamp);
      const age = (j: Job): string => `${j.status.startTime ?? '~'} ${j.metadata.name}`;
      ended.sort((a, b) => (age(a) < age(b) ? -1 : 1));
      for (const j of ended.slice(0, Math.max(0, ended.length - limit))) await this.deleteJob(j.metadata.name!, j.metadata.uid!);
    }
  }

  private async deleteJob(name: string, uid: string): Promise<boolean> {
    try {
      await this.client.delete(JOBS, this.cj.metadata.namespace, name, { propagationPolicy: 'Background' });
    } catch (e) {
      this.tell('Warning', 'FailedDelete', `Deleted job: ${(e as Error).message}`);
      return false;
    }
    this.removeActive(uid);
    this.tell('Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    return true;
  }

  private isActive(uid: string | undefined): boolean {
    return this.status.active?.some((r) => r.uid === uid) ?? false;
  }

  private removeActive(uid: string): void {
    const active = (this.status.active ?? []).filter((r) => r.uid !== uid);
    this.status = { ...this.status, active: active.length > 0 ? active : undefined };
  }

  private jobName(time: number): string {
    return `${this.cj.metadata.name}-${Math.floor(time / 60_000)}`;
  }

  private tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.event(this.cj, type, reason, message);
  }
}

/** Milliseconds until a CronJob whose schedule has just changed is due by the new one; undefined: the schedule cannot be read, or never fires. */
export function dueAfterChange(cj: CronJob, now: number): number | undefined {
  if (cj.spec.timeZone !== undefined && !isTimeZone(cj.spec.timeZone)) return undefined;
  return next(cj, cj.status, scheduleOf(cj), now)?.after;
}

function scheduleOf(cj: CronJob): Schedule {
  return parseSchedule(cj.spec.schedule, cj.spec.timeZone ?? 'UTC');
}

function earliest({ spec, metadata }: CronJob, status: CronJobStatus, now: number, withDeadline: boolean): number {
  const from = parseTime(status.lastScheduleTime ?? metadata.creationTimestamp ?? '');
  if (!withDeadline || spec.startingDeadlineSeconds === undefined) return from;
  return Math.max(from, now - spec.startingDeadlineSeconds * 1000);
}

function next(cj: CronJob, status: CronJobStatus, schedule: Schedule, now: number): { after: number } | undefined {
  let from = now;
  try {
    const missed = missedSince(schedule, earliest(cj, status, now, false), now);
    from = missed.last ?? (missed.none ? missed.from : now);
  } catch {
    // Said before, in an event; the next time is found from now on.
  }
  const t = schedule(from);
  return t === undefined ? undefined : { after: Math.max(DELTA, t + DELTA - now) };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** RFC 3339 with the offset of the zone. */
function inZone(time: number, timeZone: string): string {
  if (timeZone === 'UTC') return formatTime(time);
  const parts = new Map(
    new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
      .formatToParts(time)
      .map((p) => [p.type, p.value]),
  );
  const local = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}T${parts.get('hour')}:${parts.get('minute')}:${parts.get('second')}`;
  const minutes = Math.round((Date.parse(`${local}Z`) - time) / 60_000);
  if (minutes === 0) return `${local}Z`;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

function rfc1123(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}
