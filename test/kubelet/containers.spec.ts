import { describe, expect, it } from 'vitest';
import { NODES, PODS } from '../../src/client/resources';
import { conditionsOf, TestNodes } from './nodes';

const sh = (script: string, more: object = {}): Record<string, unknown> => ({ name: 'c', image: 'busybox', command: ['sh', '-c', script], ...more });
const waiting = async (n: TestNodes): Promise<{ reason?: string; message?: string } | undefined> => (await n.status('p')).containerStatuses[0].state.waiting;

describe('images', () => {
  it('that were pulled are listed with the node\'s next report', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ name: 'c', image: 'nginx:1.27' }] });
    await n.pass(310_000);
    expect((await n.node())['status'].images).toEqual([{ names: [expect.stringMatching(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/), 'docker.io/library/nginx:1.27'], sizeBytes: expect.any(Number) as number }]);
    await n.pod('q', { containers: [{ name: 'c', image: 'nginx:1.27', imagePullPolicy: 'Never' }] });
    await n.settle();
    expect((await n.status('q')).phase).toBe('Running');
  });

  it('are not pulled when they must not be, but used when the node has them', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ name: 'c', image: 'own:1', imagePullPolicy: 'Never' }] });
    await n.settle();
    const message = 'Container image "own:1" is not present with pull policy of Never';
    expect(await waiting(n)).toEqual({ reason: 'ErrImageNeverPull', message });
    expect(n.notes('p')).toEqual([`ErrImageNeverPull: ${message}`, 'Failed: Error: ErrImageNeverPull']);
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ image: 'own:1', imageID: '' });
    await n.client.patch(NODES, undefined, 'node-1', 'merge', { status: { images: [{ names: ['docker.io/library/own:1'], sizeBytes: 1 }] } }, { subresource: 'status' });
    await n.pod('q', { containers: [{ name: 'c', image: 'own:1', imagePullPolicy: 'Never' }] });
    await n.settle();
    expect((await n.status('q')).phase).toBe('Running');
  });
});

describe('the end of a container', () => {
  it('is shown before it is held back', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [sh('exit 3')] });
    await n.pass(500);
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ restartCount: 1, state: { terminated: { exitCode: 3, reason: 'Error' } } });
    expect(n.notes('p').filter((e) => e.startsWith('BackOff'))).toHaveLength(1);
    await n.pass(1000);
    expect(await waiting(n)).toMatchObject({ reason: 'CrashLoopBackOff' });
    expect(n.notes('p').filter((e) => e.startsWith('BackOff'))).toHaveLength(1);
  });

  it('is judged by its own rules and policy before the pod\'s', async () => {
    const n = await new TestNodes().start();
    const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
    await n.pod('never', { restartPolicy: 'Never', containers: [sh('exit 42', { restartPolicy: 'Never', restartPolicyRules: rules })] });
    await n.pod('other-code', { restartPolicy: 'Never', containers: [sh('exit 1', { restartPolicy: 'Never', restartPolicyRules: rules })] });
    await n.pod('own', { restartPolicy: 'Always', containers: [sh('exit 0', { restartPolicy: 'OnFailure' })] });
    await n.pass(2000);
    expect((await n.status('never')).containerStatuses[0].restartCount).toBe(1);
    expect((await n.status('never')).phase).toBe('Running');
    expect((await n.status('other-code')).phase).toBe('Failed');
    expect((await n.status('own')).phase).toBe('Succeeded');
  });
});

describe('a rule that restarts all containers', () => {
  it('ends the others and starts the pod again in order, without back-off', async () => {
    const n = await new TestNodes().start();
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
    await n.pod('p', { restartPolicy: 'Never', initContainers: [{ ...sh('sleep 2'), name: 'init' }], containers: [sh('sleep 10; exit 42', { restartPolicy: 'Never', restartPolicyRules: rules }), { name: 'server', image: 'x' }] });
    await n.pass(11_000);
    expect(conditionsOf(await n.status('p'))).toMatchObject({ Ready: 'True', AllContainersRestarting: 'False' });
    await n.pass(1100);
    expect(conditionsOf(await n.status('p'))['AllContainersRestarting']).toBe('True');
    await n.pass(900);
    let s = await n.status('p');
    expect(s.phase).toBe('Pending');
    expect(s.initContainerStatuses[0]).toMatchObject({ restartCount: 1, state: { running: {} } });
    expect(s.containerStatuses.map((c: { restartCount: number; state: { waiting: { reason: string } }; lastState: { terminated: { reason: string } } }) => [c.restartCount, c.state.waiting.reason, c.lastState.terminated.reason])).toEqual([
      [1, 'RestartingAllContainers', 'RestartingAllContainers'],
      [1, 'RestartingAllContainers', 'RestartingAllContainers'],
    ]);
    expect(n.notes('p')).toContain('Killing: killing');
    await n.pass(2000);
    s = await n.status('p');
    expect(s.phase).toBe('Running');
    expect(conditionsOf(s)).toMatchObject({ Ready: 'True', AllContainersRestarting: 'False' });
    await n.pass(12_200);
    expect((await n.status('p')).initContainerStatuses[0].restartCount).toBe(2);
  });
});

describe('hooks', () => {
  it('after the start, when they fail, end the container', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ name: 'c', image: 'x', lifecycle: { postStart: { exec: { command: ['sh', '-c', 'sleep 2; exit 1'] } } } }] });
    await n.pod('q', { containers: [{ name: 'c', image: 'x', lifecycle: { postStart: { exec: { command: ['sh', '-c', 'sleep 2'] } } } }] });
    await n.pass(1000);
    expect((await n.status('p')).containerStatuses[0].restartCount).toBe(0);
    await n.pass(1500);
    expect((await n.status('p')).containerStatuses[0].restartCount).toBe(1);
    expect(n.notes('p')).toEqual(expect.arrayContaining(['FailedPostStartHook: PostStartHook failed', 'Killing: FailedPostStartHook']));
    expect((await n.status('q')).containerStatuses[0].restartCount).toBe(0);
  });

  it('before the end are waited for, and complained of', async () => {
    const n = await new TestNodes().start();
    const hook = (script: string): object => ({ containers: [{ name: 'c', image: 'x', lifecycle: { preStop: { exec: { command: ['sh', '-c', script] } } } }] });
    await n.pod('ok', hook('sleep 3') as Record<string, unknown>);
    await n.pod('bad', hook('exit 1') as Record<string, unknown>);
    await n.settle();
    for (const name of ['ok', 'bad']) await n.client.delete(PODS, 'default', name);
    await n.pass(1000);
    expect([await n.exists('ok'), await n.exists('bad')]).toEqual([true, false]);
    expect(n.notes('bad')).toContain('FailedPreStopHook: PreStopHook failed');
    await n.pass(2500);
    expect(await n.exists('ok')).toBe(false);
    expect(n.notes('ok').some((e) => e.startsWith('FailedPreStopHook'))).toBe(false);
  });
});

describe('the end of a pod', () => {
  const side = (name: string): object => ({ name, image: 'x', restartPolicy: 'Always' });
  const slow = { name: 'c', image: 'x', lifecycle: { preStop: { sleep: { seconds: 5 } } } };

  it('comes for sidecars last, the last one first', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { initContainers: [side('one'), side('two')], containers: [slow] }, { finalizers: ['x/hold'] });
    await n.settle();
    await n.client.delete(PODS, 'default', 'p');
    await n.pass(5100);
    await n.pass(2000);
    const s = await n.status('p');
    const ended = (c: { state: { terminated: { finishedAt: string } } }): string => c.state.terminated.finishedAt;
    expect([ended(s.containerStatuses[0]), ...s.initContainerStatuses.map(ended)]).toEqual(['2026-01-01T00:00:05Z', '2026-01-01T00:00:05Z', '2026-01-01T00:00:05Z']);
    expect(n.notes('p').filter((e) => e.startsWith('Killing'))).toEqual(['Killing: Stopping container c', 'Killing: Stopping container two', 'Killing: Stopping container one']);
  });

  it('comes sooner when it is asked for again with less time', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ ...slow, lifecycle: { preStop: { sleep: { seconds: 25 } } } }] });
    await n.settle();
    await n.client.delete(PODS, 'default', 'p');
    await n.pass(1000);
    await n.client.delete(PODS, 'default', 'p', { gracePeriodSeconds: 3 });
    await n.pass(2500);
    expect(await n.exists('p')).toBe(true);
    await n.pass(1000);
    expect(await n.exists('p')).toBe(false);
  });

  it('does not wait longer than the grace period for the order', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { terminationGracePeriodSeconds: 2, initContainers: [side('one')], containers: [slow] });
    await n.settle();
    await n.client.delete(PODS, 'default', 'p');
    await n.pass(1900);
    expect(await n.exists('p')).toBe(true);
    await n.pass(600);
    expect(await n.exists('p')).toBe(false);
  });
});

describe('volumes', () => {
  it('come before the network; what is missing is told with growing pauses', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { volumes: [{ name: 'v', configMap: { name: 'conf', items: [{ key: 'a', path: 'a' }] } }] });
    await n.pass(4000);
    const s = await n.status('p');
    expect(conditionsOf(s)).toMatchObject({ PodReadyToStartContainers: 'False', Ready: 'False' });
    expect(s.podIP).toBeUndefined();
    expect(n.notes('p')).toEqual(['FailedMount: MountVolume.SetUp failed for volume "v" : configmap "conf" not found']);
    const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };
    await n.client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf', namespace: 'default' } });
    await n.settle();
    expect(n.notes('p')).toContain('FailedMount: MountVolume.SetUp failed for volume "v" : configmap references non-existent config key: a');
    await n.client.patch(CONFIG_MAPS, 'default', 'conf', 'merge', { data: { a: '1' } });
    await n.settle();
    expect((await n.status('p')).phase).toBe('Running');
  });

  it('of claims are there once the claim is bound', async () => {
    const n = await new TestNodes().start();
    const CLAIMS = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };
    await n.pod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] });
    await n.settle();
    expect(n.notes('p')).toEqual(['FailedMount: Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: error processing PVC default/data: failed to fetch PVC from API server: persistentvolumeclaims "data" not found']);
    await n.client.create(CLAIMS, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'default' }, status: { phase: 'Pending' } });
    await n.settle();
    expect(n.notes('p').at(-1)).toContain('error processing PVC default/data: PVC is not bound');
    await n.client.patch(CLAIMS, 'default', 'data', 'merge', { status: { phase: 'Bound' } }, { subresource: 'status' });
    await n.settle();
    expect((await n.status('p')).phase).toBe('Running');
  });

  it('that are there already when the first pod asks cost no complaint', async () => {
    const n = new TestNodes();
    await n.client.create({ group: '', version: 'v1', resource: 'secrets' }, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' }, data: { k: 'dg==' } });
    await n.start();
    await n.pod('p', { volumes: [{ name: 'v', secret: { secretName: 's' } }], containers: [sh('echo $K; sleep 100', { env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] })] });
    await n.settle();
    expect((await n.status('p')).phase).toBe('Running');
    expect(n.notes('p').filter((e) => e.startsWith('Failed'))).toEqual([]);
    expect(n.kubelet.logs('default', 'p', undefined).map((l) => l.text)).toEqual(['v']);
  });
});
