import { describe, expect, it } from 'vitest';
import { PODS } from '../../src/client/resources';
import { outcomeOf } from '../../src/kubelet/runtime/outcome';
import { conditionsOf, TestNodes } from './nodes';

const pod = (annotations: Record<string, string>): Parameters<typeof outcomeOf>[0] => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations } });
const say = (n: TestNodes, name: string, annotations: Record<string, string | null>): Promise<unknown> => n.client.patch(PODS, 'default', name, 'merge', { metadata: { annotations } });

describe('annotations', () => {
  it('are for all containers or for one', () => {
    const o = pod({ 'kubernest.io/exit-code': '1', 'kubernest.io/exit-code.b': '2', 'kubernest.io/duration.b': '1m', 'other/x': 'y' });
    expect(outcomeOf(o, 'a').end).toEqual({ after: 0, code: 1 });
    expect(outcomeOf(o, 'b').end).toEqual({ after: 60_000, code: 2 });
    expect(outcomeOf(pod({}), 'a')).toEqual({ probes: {}, problems: [] });
  });

  it.each([
    [{ 'kubernest.io/exit-reason': 'OOMKilled' }, { after: 0, code: 137, reason: 'OOMKilled' }],
    [{ 'kubernest.io/exit-reason': 'Error', 'kubernest.io/exit-message': 'no disk' }, { after: 0, code: 1, reason: 'Error', message: 'no disk' }],
    [{ 'kubernest.io/duration': '2s' }, { after: 2000, code: 0 }],
  ])('%o', (annotations, end) => {
    expect(outcomeOf(pod(annotations), 'c').end).toEqual(end);
  });

  it.each([
    ['exit-code', '256', 'a number from 0 to 255'],
    ['duration', 'soon', 'a duration such as 90s, or "forever"'],
    ['readiness', 'maybe', '"succeed", "fail" or "fail: WORDS"'],
    ['memory-usage', 'much', 'a quantity such as 300Mi'],
  ])('%s: %s makes no sense', (name, text, wanted) => {
    expect(outcomeOf(pod({ [`kubernest.io/${name}`]: text }), 'c').problems).toEqual([`annotation kubernest.io/${name} is ${JSON.stringify(text)}; it must be ${wanted}`]);
  });
});

describe('what pods are told', () => {
  it('decides how containers end, at the start and while they run', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { restartPolicy: 'Never' }, { annotations: { 'kubernest.io/duration': '30s', 'kubernest.io/exit-code': '4' } });
    await n.pod('endless', { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x', command: ['sleep', '1'] }] }, { annotations: { 'kubernest.io/duration': 'forever' } });
    await n.pod('odd', {}, { annotations: { 'kubernest.io/exit-code': 'x' } });
    await n.pass(29_000);
    expect((await n.status('p')).phase).toBe('Running');
    await n.pass(1000);
    expect((await n.status('p')).containerStatuses[0].state.terminated).toMatchObject({ exitCode: 4, reason: 'Error' });
    expect((await n.status('endless')).phase).toBe('Running');
    await say(n, 'endless', { 'kubernest.io/duration': null, 'kubernest.io/exit-reason': 'OOMKilled' });
    await n.pass(10);
    expect(await n.status('endless')).toMatchObject({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }] });
    expect(n.notes('odd')[0]).toBe('InvalidAnnotation: annotation kubernest.io/exit-code is "x"; it must be a number from 0 to 255');
    expect((await n.status('odd')).phase).toBe('Running');
  });

  it('decides what probes say, also when that changes', async () => {
    const n = await new TestNodes().start();
    const probe = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 2 };
    await n.pod('p', { containers: [{ name: 'c', image: 'x', readinessProbe: probe, livenessProbe: probe }] });
    await n.pass(1000);
    expect(conditionsOf(await n.status('p'))['Ready']).toBe('True');
    await say(n, 'p', { 'kubernest.io/readiness': 'fail: HTTP probe failed with statuscode: 503' });
    await n.pass(6000);
    expect(conditionsOf(await n.status('p'))['Ready']).toBe('False');
    expect(n.notes('p')).toContain('Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503');
    await say(n, 'p', { 'kubernest.io/readiness': null, 'kubernest.io/liveness': 'fail' });
    await n.pass(6000);
    expect((await n.status('p')).containerStatuses[0].restartCount).toBe(1);
    await say(n, 'p', { 'kubernest.io/liveness': null });
    await n.pass(30_000);
    const before = (await n.status('p')).containerStatuses[0].restartCount as number;
    await n.pass(300_000);
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ restartCount: before, ready: true });
  });

  it('and the arguments of programs that make load decide who runs out of memory', async () => {
    const n = await new TestNodes().start();
    const limited = (args: string[], more: object = {}): Record<string, unknown> => ({ containers: [{ name: 'c', image: 'polinux/stress', args, resources: { limits: { memory: '200Mi', cpu: '1' } }, ...more }] });
    await n.pod('much', limited(['--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1'], { command: ['stress'] }));
    await n.pod('enough', limited(['--vm=1', '--vm-bytes=150M', '--cpu', '2']));
    await n.pod('grows', limited(['-cpus', '2']));
    await n.pass(600);
    expect((await n.status('much')).containerStatuses[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } });
    expect(n.kubelet.stats('default', 'enough').get('c')).toMatchObject({ cpuNanoCores: 1e9, memoryBytes: 150 * 1024 * 1024 });
    expect((await n.status('grows')).containerStatuses[0].restartCount).toBe(0);
    await say(n, 'grows', { 'kubernest.io/memory-usage': '201Mi' });
    await n.pass(600);
    expect((await n.status('grows')).containerStatuses[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { reason: 'OOMKilled' } } });
  });

  it('decides about pulls and use', async () => {
    const n = await new TestNodes().start();
    await n.pod('slow', {}, { annotations: { 'kubernest.io/pull-duration': '20s', 'kubernest.io/memory-usage': '300Mi', 'kubernest.io/cpu-usage': '250m' } });
    await n.pod('never', {}, { annotations: { 'kubernest.io/pull-error': 'unauthorized' } });
    await n.pass(19_000);
    expect((await n.status('slow')).phase).toBe('Pending');
    expect((await n.status('never')).containerStatuses[0].state.waiting).toMatchObject({ message: expect.stringContaining('unauthorized') as string });
    await n.pass(1000);
    expect((await n.status('slow')).phase).toBe('Running');
    expect(n.kubelet.stats('default', 'slow').get('c')).toEqual({ cpuNanoCores: 250_000_000, memoryBytes: 300 * 1024 * 1024, diskBytes: 1024 * 1024 });
  });
});
