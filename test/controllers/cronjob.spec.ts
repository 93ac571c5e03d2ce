import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { formatTime } from '../../src/api/meta/time';
import { CRON_JOBS, JOBS } from '../../src/client/resources';
import { createCronJobController } from '../../src/controllers/cronjob/cronjob-controller';
import { missedSince, parseSchedule } from '../../src/controllers/cronjob/schedule';
import type { CronJob } from '../../src/controllers/cronjob/types';
import { createTtlAfterFinishedController } from '../../src/controllers/ttlafterfinished/ttl-after-finished-controller';
import { World } from '../client/world';
import { eventsOf } from './workloads';

const cron = (spec: object = {}): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'cj', namespace: 'a' },
  spec: { schedule: '*/5 * * * *', concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, jobTemplate: { metadata: { labels: { l: 'x' }, annotations: { a: 'y' } }, spec: { template: { spec: { containers: [] } } } }, ...spec },
});
const MINUTE = 60_000;

describe('cronjob controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createCronJobController);
  });
  afterEach(() => w.stop());
  const jobs = () => w.client.all(JOBS, 'a');
  const status = async () => (await w.client.get<CronJob>(CRON_JOBS, 'a', 'cj')).status;
  const end = async (name: string, type: string) => {
    const job = await w.client.get(JOBS, 'a', name);
    const now = formatTime(w.clock.now());
    await w.client.update(JOBS, { ...job, status: { startTime: now, ...(type === 'Complete' ? { completionTime: now } : {}), conditions: [{ type, status: 'True', lastTransitionTime: now }] } }, { subresource: 'status' });
    await w.settle();
  };

  it('starts a Job when it is time, and once', async () => {
    const cj = await w.client.create(CRON_JOBS, cron());
    await w.pass(5 * MINUTE + 1000);
    const at = Date.UTC(2026, 0, 1, 0, 5);
    expect(jobs()).toHaveLength(1);
    expect(jobs()[0]!.metadata).toMatchObject({
      name: `cj-${at / MINUTE}`,
      labels: { l: 'x' },
      annotations: { a: 'y', 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:05:00Z' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'cj', uid: cj.metadata.uid, controller: true }],
    });
    expect(await status()).toMatchObject({ lastScheduleTime: '2026-01-01T00:05:00Z', active: [{ kind: 'Job', namespace: 'a', name: `cj-${at / MINUTE}`, apiVersion: 'batch/v1', uid: jobs()[0]!.metadata.uid }] });
    await end(jobs()[0]!.metadata.name!, 'Complete');
    expect(await status()).toEqual({ lastScheduleTime: '2026-01-01T00:05:00Z', lastSuccessfulTime: '2026-01-01T00:05:01Z' });
    await w.pass(10 * MINUTE);
    expect(jobs()).toHaveLength(3);
    expect(await eventsOf(w, 'cj')).toEqual(expect.arrayContaining([`SuccessfulCreate: Created job cj-${at / MINUTE}`, `SawCompletedJob: Saw completed job: cj-${at / MINUTE}, condition: Complete`]));
    expect(w.problems).toEqual([]);
  });

  it('does not make up for what a new schedule would have had before', async () => {
    await w.client.create(CRON_JOBS, cron({ schedule: '0 0 1 1 *' }));
    await w.pass(12 * MINUTE);
    await w.client.patch(CRON_JOBS, 'a', 'cj', 'merge', { spec: { schedule: '*/5 * * * *' } });
    await w.pass(2 * MINUTE);
    expect(jobs()).toEqual([]);
    await w.pass(MINUTE + 1000);
    expect(jobs().map((j) => j.metadata.name)).toEqual([`cj-${Date.UTC(2026, 0, 1, 0, 15) / MINUTE}`]);
  });

  it('takes a zone in the schedule, and warns of it', async () => {
    await w.client.create(CRON_JOBS, cron({ schedule: 'CRON_TZ=Asia/Tokyo 5 9 * * *' }));
    await w.pass(5 * MINUTE + 1000);
    expect(jobs()).toHaveLength(1);
    expect(await eventsOf(w, 'cj')).toContain('UnsupportedSchedule: CRON_TZ or TZ used in schedule "CRON_TZ=Asia/Tokyo 5 9 * * *" is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details');
  });

  it('keeps to its concurrency policy', async () => {
    await w.client.create(CRON_JOBS, cron({ concurrencyPolicy: 'Forbid' }));
    await w.pass(12 * MINUTE);
    expect(jobs()).toHaveLength(1);
    expect(await eventsOf(w, 'cj')).toContain('JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid');
    await w.client.patch(CRON_JOBS, 'a', 'cj', 'merge', { spec: { concurrencyPolicy: 'Replace' } });
    await w.settle();
    expect(jobs().map((j) => j.metadata.annotations!['batch.kubernetes.io/cronjob-scheduled-timestamp'])).toEqual(['2026-01-01T00:10:00Z']);
  });

  it('does nothing while suspended, makes up for one, and not when it is too late', async () => {
    await w.client.create(CRON_JOBS, cron({ suspend: true }));
    await w.pass(13 * MINUTE);
    expect(jobs()).toEqual([]);
    await w.client.patch(CRON_JOBS, 'a', 'cj', 'merge', { spec: { suspend: false } });
    await w.settle();
    expect(jobs().map((j) => j.metadata.annotations!['batch.kubernetes.io/cronjob-scheduled-timestamp'])).toEqual(['2026-01-01T00:10:00Z']);
    await w.client.patch(CRON_JOBS, 'a', 'cj', 'merge', { spec: { suspend: true } });
    await w.pass(5 * MINUTE);
    await w.client.patch(CRON_JOBS, 'a', 'cj', 'merge', { spec: { suspend: false, startingDeadlineSeconds: 10 } });
    await w.settle();
    expect(jobs()).toHaveLength(1);
  });

  it('deletes old Jobs', async () => {
    await w.client.create(CRON_JOBS, cron({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 }));
    for (const type of ['Complete', 'Failed', 'Complete']) {
      await w.pass(5 * MINUTE + 1000);
      await end(jobs().at(-1)!.metadata.name!, type);
      await w.settle();
    }
    expect(jobs().map((j) => j.metadata.annotations!['batch.kubernetes.io/cronjob-scheduled-timestamp'])).toEqual(['2026-01-01T00:15:00Z']);
  });

  it('says so when the schedule or the zone cannot be read', async () => {
    await w.client.create(CRON_JOBS, cron({ schedule: 'never' }));
    await w.settle();
    expect((await eventsOf(w, 'cj'))[0]).toMatch(/^UnparseableSchedule: unparseable schedule: "never" : /);
    await w.client.patch(CRON_JOBS, 'a', 'cj', 'merge', { spec: { timeZone: 'No/Where' } });
    await w.settle();
    expect((await eventsOf(w, 'cj')).at(-1)).toBe('UnknownTimeZone: invalid timeZone: "No/Where": unknown time zone No/Where');
  });
});

describe('schedules', () => {
  const next = (text: string, from: string, zone = 'UTC') => new Date(parseSchedule(text, zone)(Date.parse(from)) ?? 0).toISOString();

  it('are read as robfig/cron reads them', () => {
    expect(next('*/5 * * * *', '2026-01-01T00:05:00Z')).toBe('2026-01-01T00:10:00.000Z');
    expect(next('5/20 * * * *', '2026-01-01T00:06:00Z')).toBe('2026-01-01T00:25:00.000Z');
    expect(next('@hourly', '2026-01-01T00:06:00Z')).toBe('2026-01-01T01:00:00.000Z');
    expect(next('@every 90s', '2026-01-01T00:06:00Z')).toBe('2026-01-01T00:07:30.000Z');
    expect(next('0 0 ? * MON-FRI', '2026-01-03T00:00:00Z')).toBe('2026-01-05T00:00:00.000Z');
    // Either day when both are given, both when one is a star.
    expect(next('0 0 13 * 5', '2026-01-01T00:00:00Z')).toBe('2026-01-02T00:00:00.000Z');
    expect(next('0 0 */2 * 5', '2026-01-01T00:00:00Z')).toBe('2026-01-09T00:00:00.000Z');
    expect(parseSchedule('0 0 30 2 *', 'UTC')(0)).toBeUndefined();
  });

  it('follow their zone and skip what a change of clocks leaves out', () => {
    expect(next('0 12 * * *', '2026-07-01T00:00:00Z', 'Europe/Berlin')).toBe('2026-07-01T10:00:00.000Z');
    expect(next('30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30:00.000Z');
  });

  it('tell what was missed', () => {
    const s = parseSchedule('* * * * *', 'UTC');
    expect(missedSince(s, 0, 30_000)).toEqual({ from: 0, many: false, none: true });
    expect(missedSince(s, 0, 90_000)).toMatchObject({ last: 60_000, many: false });
    expect(missedSince(s, 0, 200 * MINUTE + 5)).toMatchObject({ last: 200 * MINUTE, many: true });
    expect(missedSince(parseSchedule('0 0 1 1,2 *', 'UTC'), 0, Date.UTC(1972, 5, 1))).toMatchObject({ last: Date.UTC(1972, 1, 1) });
  });
});

describe('ttl-after-finished controller', () => {
  it('deletes ended Jobs in time', async () => {
    const w = new World();
    await w.start(createTtlAfterFinishedController);
    for (const [name, ttl, type] of [['now', 0, 'Complete'], ['soon', 10, 'Failed'], ['kept', undefined, 'Complete'], ['runs', 0, 'Suspended']] as const) {
      const job = await w.client.create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'a' }, spec: { ttlSecondsAfterFinished: ttl } });
      await w.client.update(JOBS, { ...job, status: { conditions: [{ type, status: 'True', lastTransitionTime: formatTime(w.clock.now()) }] } }, { subresource: 'status' });
    }
    const left = () => w.client.all(JOBS).filter((j) => !j.metadata.deletionTimestamp).map((j) => j.metadata.name);
    await w.settle();
    expect(left()).toEqual(['kept', 'runs', 'soon']);
    expect(w.client.all(JOBS).find((j) => j.metadata.name === 'now')!.metadata.finalizers).toEqual(['foregroundDeletion']);
    await w.pass(9000);
    expect(left()).toContain('soon');
    await w.pass(1000);
    expect(left()).toEqual(['kept', 'runs']);
    await w.stop();
  });
});
