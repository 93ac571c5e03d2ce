import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../src/api/errors/status-error';
import type { KubeObject } from '../../src/api/meta/object';
import { formatTime } from '../../src/api/meta/time';
import { JOBS, PODS } from '../../src/client/resources';
import { Indexes } from '../../src/controllers/job/indexes';
import { createJobController } from '../../src/controllers/job/job-controller';
import type { Job } from '../../src/controllers/shared/job';
import type { Pod } from '../../src/controllers/shared/types';
import { World } from '../client/world';
import { eventsOf } from './workloads';

const job = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'a' },
  spec: {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    selector: { matchLabels: { job: name } },
    template: { metadata: { labels: { job: name } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
});

describe('job controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createJobController);
  });
  afterEach(() => w.stop());
  const make = async (name: string, spec: object = {}) => {
    await w.client.create(JOBS, job(name, spec));
    await w.pass(500);
  };
  const status = async (name = 'j') => (await w.client.get<Job>(JOBS, 'a', name)).status;
  const conditions = async (name = 'j') => (await status(name)).conditions?.map((c) => `${c.type}=${c.status} ${c.reason}: ${c.message}`);
  const pods = () => w.client.all<Pod>(PODS, 'a');
  const end = async (p: Pod, phase: 'Succeeded' | 'Failed', code = phase === 'Failed' ? 1 : 0) => {
    const terminated = { exitCode: code, finishedAt: formatTime(w.clock.now()) };
    await w.client.update(PODS, { ...(await w.client.get<Pod>(PODS, 'a', p.metadata.name!)), status: { phase, containerStatuses: [{ name: 'c', state: { terminated } }] } }, { subresource: 'status' });
    await w.pass(500);
  };
  const running = () => pods().filter((p) => !p.metadata.deletionTimestamp && p.status?.phase !== 'Succeeded' && p.status?.phase !== 'Failed');
  const REACHED = 'Reached expected number of succeeded pods';

  it('runs pods to completion and counts them once', async () => {
    await make('j', { parallelism: 2, completions: 3 });
    expect(running()).toHaveLength(2);
    expect(pods()[0]).toMatchObject({ metadata: { generateName: 'j-', finalizers: ['batch.kubernetes.io/job-tracking'], ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', controller: true }] } });
    expect(await status()).toEqual({ active: 2, ready: 0, startTime: '2026-01-01T00:00:00Z', terminating: 0, uncountedTerminatedPods: {} });
    await end(running()[0]!, 'Succeeded');
    expect(await status()).toMatchObject({ active: 2, succeeded: 1, uncountedTerminatedPods: {} });
    expect(pods().find((p) => p.status?.phase === 'Succeeded')!.metadata.finalizers).toBeUndefined();
    for (const p of running()) await end(p, 'Succeeded');
    const s = await status();
    expect(s).toMatchObject({ ready: 0, succeeded: 3, terminating: 0, uncountedTerminatedPods: {}, completionTime: expect.stringMatching(/^2026/) });
    expect(s.active).toBeUndefined();
    expect(await conditions()).toEqual([`SuccessCriteriaMet=True CompletionsReached: ${REACHED}`, `Complete=True CompletionsReached: ${REACHED}`]);
    expect(pods()).toHaveLength(3);
    expect((await eventsOf(w, 'j')).at(-1)).toBe('Completed: Job completed');
    expect(w.problems).toEqual([]);
    const before = w.client.actions.length;
    await w.pass(3_600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
  });

  it('is complete at once when nothing is asked for', async () => {
    await make('j', { completions: 0, parallelism: 0 });
    expect(await conditions()).toHaveLength(2);
    expect((await status()).succeeded).toBeUndefined();
  });

  it('lets the first success end a Job without completions', async () => {
    await make('j', { parallelism: 2, completions: undefined });
    await end(running()[0]!, 'Succeeded');
    expect(running()).toHaveLength(1);
    await end(running()[0]!, 'Succeeded');
    expect(await status()).toMatchObject({ succeeded: 2 });
    expect((await conditions())![1]).toMatch(/^Complete=True/);
  });

  it('tries again more and more slowly, then gives up', async () => {
    await make('j', { backoffLimit: 2 });
    await end(running()[0]!, 'Failed');
    expect(running()).toHaveLength(0);
    expect(await status()).toMatchObject({ failed: 1 });
    await w.pass(8000);
    expect(running()).toHaveLength(0);
    await w.pass(2000);
    expect(running()).toHaveLength(1);
    await end(running()[0]!, 'Failed');
    await w.pass(18_000);
    expect(running()).toHaveLength(0);
    await w.pass(2000);
    await end(running()[0]!, 'Failed');
    const message = 'BackoffLimitExceeded: Job has reached the specified backoff limit';
    expect(await conditions()).toEqual([`FailureTarget=True ${message}`, `Failed=True ${message}`]);
    expect(await status()).toMatchObject({ failed: 3 });
    expect(await eventsOf(w, 'j')).toContain(message);
  });

  it('ends at its deadline, taking the pods along and counting them', async () => {
    await make('j', { activeDeadlineSeconds: 10 });
    await w.pass(11_000);
    const message = 'DeadlineExceeded: Job was active longer than specified deadline';
    expect(await conditions()).toEqual([`FailureTarget=True ${message}`, `Failed=True ${message}`]);
    expect(await status()).toMatchObject({ failed: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(pods()).toEqual([]);
  });

  it('is suspended and goes on', async () => {
    await make('j', { suspend: true });
    expect(await status()).toEqual({ conditions: [expect.objectContaining({ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' })], ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    await w.client.patch(JOBS, 'a', 'j', 'merge', { spec: { suspend: false } });
    await w.pass(500);
    expect(await status()).toMatchObject({ active: 1, startTime: expect.any(String), conditions: [{ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }] });
    await w.client.patch(JOBS, 'a', 'j', 'merge', { spec: { suspend: true } });
    await w.pass(500);
    expect(pods()).toEqual([]);
    expect(await conditions()).toEqual(['Suspended=True JobSuspended: Job suspended']);
    expect((await status()).failed).toBeUndefined();
  });

  it('gives indexed pods their number and completes every index', async () => {
    await make('idx', { completionMode: 'Indexed', completions: 3, parallelism: 3 });
    const p = pods().find((x) => x.metadata.generateName === 'idx-2-')!;
    expect(p.metadata).toMatchObject({ annotations: { 'batch.kubernetes.io/job-completion-index': '2' }, labels: { job: 'idx', 'batch.kubernetes.io/job-completion-index': '2' } });
    expect(p.spec).toMatchObject({ hostname: 'idx-2', containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } } }] }] });
    await end(p, 'Succeeded');
    expect(await status('idx')).toMatchObject({ completedIndexes: '2', succeeded: 1, active: 2 });
    await end(running()[0]!, 'Failed');
    await w.pass(11_000);
    for (const x of running()) await end(x, 'Succeeded');
    expect(await status('idx')).toMatchObject({ completedIndexes: '0-2', succeeded: 3, failed: 1 });
  });

  it('judges failures by its policy', async () => {
    const rules = [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [42] } },
    ];
    await make('j', { podFailurePolicy: { rules }, podReplacementPolicy: 'Failed', backoffLimit: 0 });
    const first = running()[0]!;
    await w.client.update(PODS, { ...first, status: { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True' }] } }, { subresource: 'status' });
    await w.pass(12_000);
    expect((await status()).failed).toBeUndefined();
    const second = running()[0]!;
    await end(second, 'Failed', 42);
    const message = `PodFailurePolicy: Container c for pod a/${second.metadata.name} failed with exit code 42 matching FailJob rule at index 1`;
    expect(await conditions()).toEqual([`FailureTarget=True ${message}`, `Failed=True ${message}`]);
    expect(await status()).toMatchObject({ failed: 1, ready: 0, terminating: 0 });
  });

  it('ends early when its success policy is met', async () => {
    await make('j', { completionMode: 'Indexed', completions: 3, parallelism: 3, successPolicy: { rules: [{ succeededIndexes: '1-2', succeededCount: 1 }] } });
    await end(pods().find((p) => p.metadata.generateName === 'j-1-')!, 'Succeeded');
    expect(await conditions()).toEqual(['SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0', 'Complete=True SuccessPolicy: Matched rules at index 0']);
    expect(await status()).toMatchObject({ completedIndexes: '1', succeeded: 1 });
    expect((await status()).failed).toBeUndefined();
    expect(pods()).toHaveLength(1);
  });

  it('fails indexes one by one', async () => {
    await make('j', { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimit: 2147483647, backoffLimitPerIndex: 1 });
    const of = (i: number) => running().find((p) => p.metadata.annotations!['batch.kubernetes.io/job-completion-index'] === String(i));
    await end(of(0)!, 'Failed');
    expect(of(0)).toBeUndefined();
    await w.pass(11_000);
    expect(of(0)!.metadata.annotations!['batch.kubernetes.io/job-index-failure-count']).toBe('1');
    await end(of(0)!, 'Failed');
    expect(await status()).toMatchObject({ failedIndexes: '0', failed: 2 });
    await end(of(1)!, 'Succeeded');
    expect(await conditions()).toEqual(['FailureTarget=True FailedIndexes: Job has failed indexes', 'Failed=True FailedIndexes: Job has failed indexes']);
  });

  it('lets go of pods when it is deleted or orphaned', async () => {
    await make('j');
    await w.client.delete(JOBS, 'a', 'j');
    await w.pass(500);
    expect(pods()[0]!.metadata.finalizers).toBeUndefined();
  });

  it('reports what keeps pods from being made and tries again', async () => {
    w.client.fail = (verb, r) => (verb === 'create' && r.resource === 'pods' ? new StatusError(403, 'Forbidden', 'quota') : undefined);
    await make('j');
    expect(await eventsOf(w, 'j')).toEqual(['FailedCreate: Error creating: quota']);
    w.client.fail = () => undefined;
    await w.pass(2000);
    expect(running()).toHaveLength(1);
  });

  it('leaves Jobs of others alone', async () => {
    await make('j', { managedBy: 'example.com/mine' });
    expect(pods()).toEqual([]);
    expect(await status()).toEqual({});
  });
});

describe('Indexes', () => {
  it('reads, writes and joins', () => {
    const i = Indexes.parse('0-2,5,7,8', 100);
    expect([i.toString(), i.total, i.has(5), i.has(6)]).toEqual(['0-2,5,7,8', 6, true, false]);
    expect(i.with([3, 4]).toString()).toBe('0-5,7,8');
    expect(i.firstMissing(3, 10)).toEqual([3, 4, 6]);
    expect(i.firstMissing(9, 10)).toEqual([3, 4, 6, 9]);
    expect(Indexes.parse('3-9', 5).toString()).toBe('3,4');
    expect(Indexes.parse('1-3,6', 9).common(i)).toBe(2);
    expect(Indexes.parse('x,1', 9).toString()).toBe('1');
  });
});
