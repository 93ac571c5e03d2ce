import { describe, expect, it } from 'vitest';
import { CONFIG_MAPS, PODS } from '../../src/client/resources';
import { DEFAULT_STAGES } from '../../src/kubelet/stages/default-stages';
import { conditionsOf, TestNodes } from './nodes';

const sh = (script: string): Record<string, unknown> => ({ name: 'c', image: 'busybox', command: ['sh', '-c', script] });

describe('a pod that runs', () => {
  it('gets there in one write, with all a node says of it', async () => {
    const n = await new TestNodes().start();
    await n.pod('p');
    await n.settle();
    expect(n.writes('p')).toBe(1);
    const s = await n.status('p');
    expect(s).toMatchObject({ phase: 'Running', observedGeneration: 1, startTime: '2026-01-01T00:00:00Z', hostIP: (await n.node())['status'].addresses[0].address });
    expect(s.conditions.map((c: { type: string; status: string }) => `${c.type}=${c.status}`)).toEqual([
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodReadyToStartContainers=True',
      'PodScheduled=True',
    ]);
    expect(s.podIPs).toEqual([{ ip: s.podIP }]);
    expect(s.containerStatuses).toHaveLength(1);
    expect(s.containerStatuses[0]).toMatchObject({ name: 'c', ready: true, started: true, restartCount: 0, image: 'docker.io/library/nginx:latest', state: { running: { startedAt: '2026-01-01T00:00:00Z' } } });
    expect(s.containerStatuses[0].containerID).toMatch(/^kubernest:\/\/[0-9a-f]{64}$/);
    expect(s.containerStatuses[0].imageID).toMatch(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/);
  });

  it('tells its story in events, the second time without a pull', async () => {
    const n = await new TestNodes().start();
    await n.pod('a');
    await n.settle();
    await n.pod('b');
    await n.settle();
    expect(n.notes('a').map((e) => e.replace(/Image size: \d+/, 'Image size: N'))).toEqual([
      'Pulling: Pulling image "nginx"',
      'Pulled: Successfully pulled image "nginx" in 0s (0s including waiting). Image size: N bytes.',
      'Created: Container created',
      'Started: Container started',
    ]);
    expect(n.notes('b')[0]).toBe('Pulled: Container image "nginx" already present on machine and can be accessed by the pod');
  });

  it('has an address of its own, from the node\'s block when there is one', async () => {
    const n = new TestNodes();
    await n.client.create({ group: '', version: 'v1', resource: 'nodes' }, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: { podCIDR: '10.244.7.0/24' } });
    await n.start();
    for (const name of ['a', 'b']) await n.pod(name);
    await n.pod('host', { hostNetwork: true });
    await n.settle();
    const ips = await Promise.all(['a', 'b', 'host'].map(async (x) => (await n.status(x)).podIP as string));
    expect(ips.slice(0, 2)).toEqual(['10.244.7.2', '10.244.7.3']);
    expect(ips[2]).toBe((await n.status('host')).hostIP);
  });

  it('is left alone on nodes that are not there', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { nodeName: 'elsewhere' });
    await n.settle();
    expect(n.writes('p')).toBe(0);
  });

  it('keeps what others say of it', async () => {
    const n = await new TestNodes().start();
    await n.pod('p');
    await n.settle();
    await n.client.patch(PODS, 'default', 'p', 'strategic', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, { subresource: 'status' });
    await n.pass(60_000);
    expect(conditionsOf(await n.status('p'))['Ready']).toBe('False');
    await n.client.patch(PODS, 'default', 'p', 'merge', { status: { phase: 'Succeeded' } }, { subresource: 'status' });
    await n.pass(60_000);
    expect((await n.status('p')).phase).toBe('Succeeded');
  });

  it('is ready when its gates are', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { readinessGates: [{ conditionType: 'x/lb' }] });
    await n.settle();
    expect((await n.status('p')).conditions.find((c: { type: string }) => c.type === 'Ready')).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady', message: 'corresponding condition of pod readiness gate "x/lb" does not exist.' });
    await n.client.patch(PODS, 'default', 'p', 'strategic', { status: { conditions: [{ type: 'x/lb', status: 'True' }] } }, { subresource: 'status' });
    await n.settle();
    expect((await n.status('p')).conditions.find((c: { type: string }) => c.type === 'Ready')).toMatchObject({ status: 'True' });
    expect((await n.status('p')).conditions.find((c: { type: string }) => c.type === 'Ready').reason).toBeUndefined();
  });
});

describe('a pod that ends', () => {
  it.each([
    ['Never', 'sleep 5', 'Succeeded', 'PodCompleted'],
    ['Never', 'sleep 5; exit 3', 'Failed', 'PodFailed'],
    ['OnFailure', 'sleep 5', 'Succeeded', 'PodCompleted'],
  ])('restartPolicy %s, %s: %s', async (restartPolicy, script, phase, reason) => {
    const n = await new TestNodes().start();
    await n.pod('p', { restartPolicy, containers: [sh(script)] });
    await n.settle();
    expect((await n.status('p')).phase).toBe('Running');
    await n.pass(5000);
    const s = await n.status('p');
    expect(s.phase).toBe(phase);
    expect(s.conditions.find((c: { type: string }) => c.type === 'Ready')).toMatchObject({ status: 'False', reason });
    expect(s.containerStatuses[0]).toMatchObject({ ready: false, started: false, state: { terminated: { exitCode: phase === 'Failed' ? 3 : 0, reason: phase === 'Failed' ? 'Error' : 'Completed', finishedAt: '2026-01-01T00:00:05Z' } } });
    expect(n.writes('p')).toBe(2);
  });

  it('of a Job is done after a moment when nobody knows what it does', async () => {
    const n = await new TestNodes().start();
    const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u' }];
    await n.pod('p', { restartPolicy: 'Never' }, { ownerReferences });
    await n.pod('slow', { restartPolicy: 'Never', containers: [sh('sleep 30')] }, { ownerReferences });
    await n.pass(1000);
    expect([(await n.status('p')).phase, (await n.status('slow')).phase]).toEqual(['Succeeded', 'Running']);
    await n.pass(30_000);
    expect((await n.status('slow')).phase).toBe('Succeeded');
  });

  it('is failed when it takes longer than it may', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { activeDeadlineSeconds: 20 });
    await n.pass(20_300);
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 0 } } });
    expect(await n.status('p')).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
  });

  it('that crashes is restarted with growing pauses', async () => {
    const n = await new TestNodes().start();
    const { uid } = (await n.pod('p', { containers: [sh('sleep 1; exit 7')] })).metadata;
    const starts: number[] = [];
    let seen = -1;
    for (let t = 0; t <= 180; t++) {
      const s = (await n.status('p')).containerStatuses?.[0];
      if (s && s.state.running && s.restartCount !== seen) starts.push(t);
      if (s) seen = s.restartCount;
      await n.pass(1000);
    }
    // Each run takes a second; the pauses are 0, 10, 20, 40, 80 seconds.
    expect(starts).toEqual([0, 1, 12, 33, 74, 155]);
    const s = await n.status('p');
    expect(s.phase).toBe('Running');
    expect(s.containerStatuses[0]).toMatchObject({
      restartCount: 5,
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff', message: `back-off 2m40s restarting failed container=c pod=p_default(${uid})` } },
      lastState: { terminated: { exitCode: 7, reason: 'Error' } },
    });
    expect(n.notes('p')).toContain(`BackOff: Back-off restarting failed container c in pod p_default(${uid})`);
  });
});

describe('init containers and sidecars', () => {
  it('run in order before the others', async () => {
    const n = await new TestNodes().start();
    const init = (name: string, script: string): object => ({ ...sh(script), name });
    await n.pod('p', { initContainers: [init('one', 'sleep 3'), { name: 'side', image: 'x', restartPolicy: 'Always' }, init('two', 'sleep 4')] });
    await n.settle();
    let s = await n.status('p');
    expect(s.phase).toBe('Pending');
    expect(conditionsOf(s)).toMatchObject({ Initialized: 'False', Ready: 'False', PodReadyToStartContainers: 'True' });
    expect(s.conditions[0]).toMatchObject({ reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [one side two]' });
    expect(s.containerStatuses[0].state).toEqual({ waiting: { reason: 'PodInitializing' } });
    await n.pass(3000);
    s = await n.status('p');
    expect(s.initContainerStatuses.map((c: { ready: boolean; state: object }) => [c.ready, Object.keys(c.state)[0]])).toEqual([[true, 'terminated'], [true, 'running'], [false, 'running']]);
    await n.pass(4000);
    s = await n.status('p');
    expect(s.phase).toBe('Running');
    expect(conditionsOf(s)).toMatchObject({ Initialized: 'True', Ready: 'True' });
  });

  it('hold the pod back while one fails, and fail it when nothing is restarted', async () => {
    const n = await new TestNodes().start();
    await n.pod('again', { initContainers: [{ ...sh('exit 1'), name: 'i' }] });
    await n.pod('never', { restartPolicy: 'Never', initContainers: [{ ...sh('exit 1'), name: 'i' }] });
    await n.pass(2000);
    const s = await n.status('again');
    expect(s.phase).toBe('Pending');
    expect(s.initContainerStatuses[0]).toMatchObject({ restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } });
    expect((await n.status('never')).phase).toBe('Failed');
  });

  it('end with the pod when its work is done', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { restartPolicy: 'Never', initContainers: [{ name: 'side', image: 'x', restartPolicy: 'Always' }], containers: [sh('sleep 2')] });
    await n.pass(3000);
    const s = await n.status('p');
    expect(s.phase).toBe('Succeeded');
    expect(s.initContainerStatuses[0].state.terminated.exitCode).toBe(0);
    expect(n.notes('p')).toContain('Killing: Stopping container side');
  });
});

describe('deletion', () => {
  it('ends the containers and lets the pod go', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { terminationGracePeriodSeconds: 30 });
    await n.settle();
    await n.client.delete(PODS, 'default', 'p');
    await n.pass(100);
    // Whoever waits for the deletion can look at the pod before it is gone.
    expect(await n.exists('p')).toBe(true);
    await n.pass(100);
    expect(await n.exists('p')).toBe(false);
    expect(n.notes('p')).toContain('Killing: Stopping container c');
    expect(n.client.actions.filter((a) => a.verb === 'delete')).toHaveLength(2);
  });

  it('waits for the preStop hook, within the grace period', async () => {
    const n = await new TestNodes().start();
    const hook = (seconds: number): object => ({ name: 'c', image: 'x', lifecycle: { preStop: { sleep: { seconds } } } });
    await n.pod('short', { containers: [hook(5)], terminationGracePeriodSeconds: 30 });
    await n.pod('long', { containers: [hook(50)], terminationGracePeriodSeconds: 10 });
    await n.settle();
    for (const name of ['short', 'long']) await n.client.delete(PODS, 'default', name);
    await n.pass(5100);
    expect(await n.exists('short')).toBe(true);
    await n.pass(100);
    expect([await n.exists('short'), await n.exists('long')]).toEqual([false, true]);
    await n.pass(5000);
    expect(await n.exists('long')).toBe(false);
  });

  it('of a pod that somebody holds writes its end down after a moment', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', {}, { finalizers: ['x/hold'] });
    await n.settle();
    await n.client.delete(PODS, 'default', 'p');
    await n.pass(500);
    expect(conditionsOf(await n.status('p'))['Ready']).toBe('True');
    await n.pass(1000);
    const p = await n.get('p');
    expect(p['status'].phase).toBe('Succeeded');
    expect(p.metadata.deletionGracePeriodSeconds).toBe(0);
    await n.client.patch(PODS, 'default', 'p', 'merge', { metadata: { finalizers: null } });
    await n.settle();
    expect(await n.exists('p')).toBe(false);
  });

  it('of a pod that has not started is quick', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ name: 'c', image: 'BAD NAME' }] });
    await n.settle();
    await n.client.delete(PODS, 'default', 'p');
    await n.settle();
    expect(await n.exists('p')).toBe(false);
  });

  it('gives addresses back', async () => {
    const n = new TestNodes();
    await n.client.create({ group: '', version: 'v1', resource: 'nodes' }, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: { podCIDR: '10.244.7.0/29' } });
    await n.start();
    const ips: string[] = [];
    for (let i = 0; i < 8; i++) {
      await n.pod(`p${i}`);
      await n.settle();
      ips.push((await n.status(`p${i}`)).podIP as string);
      await n.client.delete(PODS, 'default', `p${i}`, { gracePeriodSeconds: 0 });
      await n.settle();
    }
    expect(ips).toEqual(['10.244.7.2', '10.244.7.3', '10.244.7.4', '10.244.7.5', '10.244.7.6', '10.244.7.2', '10.244.7.3', '10.244.7.4']);
  });
});

describe('what holds a container up', () => {
  it('an image name that cannot be', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ name: 'c', image: 'Bad:Name:x' }] });
    await n.settle();
    const s = await n.status('p');
    expect(s.phase).toBe('Pending');
    expect(s.containerStatuses[0].state.waiting.reason).toBe('InvalidImageName');
    expect(n.notes('p')).toContain('Failed: Error: InvalidImageName');
  });

  it('an image that cannot be had', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ name: 'c', image: 'registry.invalid/x:1' }] });
    await n.settle();
    expect((await n.status('p')).containerStatuses[0].state.waiting.reason).toBe('ErrImagePull');
    await n.pass(3000);
    expect((await n.status('p')).containerStatuses[0].state.waiting).toMatchObject({ reason: 'ImagePullBackOff' });
    expect(n.notes('p')).toEqual(expect.arrayContaining(['BackOff: Back-off pulling image "registry.invalid/x:1"', 'Failed: Error: ErrImagePull', 'Failed: Error: ImagePullBackOff']));
    await n.client.patch(PODS, 'default', 'p', 'merge', { spec: { containers: [{ name: 'c', image: 'x:1' }] } });
    await n.settle();
    expect((await n.status('p')).phase).toBe('Running');
  });

  it('a slow pull', async () => {
    const n = await new TestNodes({ imagePullLatency: 2500 }).start();
    await n.pod('p');
    await n.settle();
    expect((await n.status('p')).containerStatuses[0].state.waiting.reason).toBe('ContainerCreating');
    await n.pass(2500);
    expect((await n.status('p')).phase).toBe('Running');
    expect(n.notes('p')[1]).toContain('in 2.5s (2.5s including waiting)');
  });

  it('a ConfigMap that is not there', async () => {
    const n = await new TestNodes().start();
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'conf', key: 'a' } } }];
    await n.pod('p', { containers: [{ ...sh('echo "$A"; sleep 1000'), env }] });
    await n.settle();
    expect((await n.status('p')).containerStatuses[0].state.waiting).toEqual({ reason: 'CreateContainerConfigError', message: 'configmap "conf" not found' });
    expect(n.notes('p')).toContain('Failed: Error: configmap "conf" not found');
    await n.client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf', namespace: 'default' }, data: { b: 'x' } });
    await n.settle();
    expect((await n.status('p')).containerStatuses[0].state.waiting.message).toBe("couldn't find key a in ConfigMap default/conf");
    await n.client.patch(CONFIG_MAPS, 'default', 'conf', 'merge', { data: { a: 'value' } });
    await n.settle();
    expect((await n.status('p')).phase).toBe('Running');
    expect(n.kubelet.logs('default', 'p', undefined).map((l) => l.text)).toEqual(['value']);
  });

  it('a volume whose Secret is not there', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { volumes: [{ name: 'v', secret: { secretName: 's' } }] });
    await n.settle();
    expect((await n.status('p')).containerStatuses[0].state.waiting.reason).toBe('ContainerCreating');
    expect(n.notes('p')).toContain('FailedMount: MountVolume.SetUp failed for volume "v" : secret "s" not found');
  });
});

describe('probes', () => {
  const healthy = 'touch /tmp/healthy; sleep 30; rm /tmp/healthy; sleep 600';
  const cat = { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5 };

  it('that succeed cost no further write', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ name: 'c', image: 'x', startupProbe: { httpGet: { port: 80 } }, livenessProbe: { tcpSocket: { port: 80 } }, readinessProbe: { httpGet: { port: 80 } } }] });
    await n.pass(120_000);
    expect(n.writes('p')).toBe(1);
    expect(conditionsOf(await n.status('p'))['Ready']).toBe('True');
  });

  it('of liveness restart a container', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ ...sh(healthy), livenessProbe: cat }] });
    await n.pass(32_000);
    expect((await n.status('p')).containerStatuses[0].restartCount).toBe(0);
    await n.pass(13_000);
    const s = (await n.status('p')).containerStatuses[0];
    expect(s).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'Error' } } });
    expect(n.notes('p')).toContain('Killing: Container c failed liveness probe, will be restarted');
    expect(n.notes('p').some((e) => e.startsWith('Unhealthy: Liveness probe failed:'))).toBe(true);
  });

  it('of readiness only take it out of service', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ ...sh(healthy), readinessProbe: cat }] });
    await n.settle();
    expect(conditionsOf(await n.status('p'))['Ready']).toBe('False');
    await n.pass(5000);
    expect(conditionsOf(await n.status('p'))).toMatchObject({ Ready: 'True', ContainersReady: 'True' });
    await n.pass(50_000);
    const s = await n.status('p');
    expect(s.phase).toBe('Running');
    expect(s.conditions.find((c: { type: string }) => c.type === 'ContainersReady')).toMatchObject({ status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [c]' });
    expect(s.containerStatuses[0].restartCount).toBe(0);
  });

  it('of startup come first', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ ...sh('sleep 12; touch /tmp/up; sleep 600'), startupProbe: { exec: { command: ['cat', '/tmp/up'] }, periodSeconds: 5, failureThreshold: 10 }, livenessProbe: { ...cat, exec: { command: ['cat', '/tmp/up'] } } }] });
    await n.settle();
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ started: false, ready: false });
    await n.pass(16_000);
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ started: true, ready: true, restartCount: 0 });
  });
});

describe('changes', () => {
  it('of an image restart the container', async () => {
    const n = await new TestNodes().start();
    await n.pod('p');
    await n.settle();
    await n.client.patch(PODS, 'default', 'p', 'merge', { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } });
    await n.pass(200);
    const s = await n.status('p');
    expect(s.containerStatuses[0]).toMatchObject({ restartCount: 1, image: 'docker.io/library/nginx:2', ready: true });
    expect(s.observedGeneration).toBe(2);
    expect(n.notes('p')).toContain('Killing: Container c definition changed, will be restarted');
  });

  it('add ephemeral containers', async () => {
    const n = await new TestNodes().start();
    await n.pod('p');
    await n.settle();
    await n.client.patch(PODS, 'default', 'p', 'merge', { spec: { ephemeralContainers: [{ ...sh('sleep 5'), name: 'debug' }] } });
    await n.pass(6000);
    const s = await n.status('p');
    expect(s.ephemeralContainerStatuses[0].state.terminated.exitCode).toBe(0);
    expect(s.phase).toBe('Running');
  });
});

describe('resizing', () => {
  it('is carried out in place', async () => {
    const n = await new TestNodes().start();
    const c = (cpu: string): object => ({ name: 'c', image: 'x', resources: { requests: { cpu, memory: '64Mi' } } });
    await n.pod('p', { containers: [c('100m')] });
    await n.settle();
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ allocatedResources: { cpu: '100m' }, resources: { requests: { cpu: '100m' } } });
    expect(n.kubelet.stats('default', 'p').get('c')).toEqual({ cpuNanoCores: 5_000_000, memoryBytes: 32 * 1024 * 1024, diskBytes: 1024 * 1024 });
    await n.client.patch(PODS, 'default', 'p', 'merge', { spec: { containers: [c('300m')] } });
    await n.settle();
    expect((await n.status('p')).conditions.find((x: { type: string }) => x.type === 'PodResizeInProgress')).toMatchObject({ status: 'True', observedGeneration: 2 });
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ allocatedResources: { cpu: '300m' }, resources: { requests: { cpu: '100m' } } });
    await n.pass(200);
    const s = await n.status('p');
    expect(conditionsOf(s)['PodResizeInProgress']).toBeUndefined();
    const resources = '{"containers":[{"name":"c","resources":{"requests":{"cpu":"300m","memory":"64Mi"}}}],"generation":2}';
    expect(n.notes('p').slice(-2)).toEqual([`ResizeStarted: Pod resize started: ${resources}`, `ResizeCompleted: Pod resize completed: ${resources}`]);
    expect(s.containerStatuses[0]).toMatchObject({ restartCount: 0, allocatedResources: { cpu: '300m' }, resources: { requests: { cpu: '300m' } } });
    expect(s.observedGeneration).toBe(2);
  });
});

describe('resizing beyond what the node has', () => {
  const c = (cpu: string, more: object = {}): object => ({ name: 'c', image: 'x', resources: { requests: { cpu } }, ...more });

  it('waits until others have gone, also over a restart', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [c('1')] });
    await n.pod('other', { containers: [c('2')] });
    await n.settle();
    await n.client.patch(PODS, 'default', 'p', 'merge', { spec: { containers: [c('3')] } });
    await n.pass(1000);
    const message = "Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000";
    const pending = async (): Promise<unknown> => (await n.status('p')).conditions.find((x: { type: string }) => x.type === 'PodResizePending');
    expect(await pending()).toMatchObject({ status: 'True', reason: 'Deferred', message, observedGeneration: 2 });
    expect(n.notes('p').at(-1)).toMatch(/^ResizeDeferred: Pod resize Deferred: \{.*"error":"Node didn't have/);
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ allocatedResources: { cpu: '1' }, resources: { requests: { cpu: '1' } } });
    await n.restart();
    await n.pod('third', { containers: [c('1')] });
    await n.settle();
    expect((await n.status('third')).phase).toBe('Running');
    await n.client.delete(PODS, 'default', 'other');
    await n.pass(1000);
    expect(await pending()).toBeUndefined();
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ restartCount: 0, allocatedResources: { cpu: '3' }, resources: { requests: { cpu: '3' } } });
  });

  it('restarts a container whose policy asks for it', async () => {
    const n = await new TestNodes().start();
    const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }];
    await n.pod('p', { containers: [c('1', { resizePolicy })] });
    await n.settle();
    await n.client.patch(PODS, 'default', 'p', 'merge', { spec: { containers: [c('2', { resizePolicy })] } });
    await n.pass(1000);
    expect(n.notes('p')).toContain('Killing: Container c resize requires restart');
    expect((await n.status('p')).containerStatuses[0]).toMatchObject({ restartCount: 1, resources: { requests: { cpu: '2' } } });
  });
});

describe('when the process is restarted', () => {
  it('pods run on as if nothing had been', async () => {
    const n = await new TestNodes().start();
    await n.pod('server', { containers: [{ name: 'c', image: 'x', readinessProbe: { httpGet: { port: 1 } } }] });
    await n.pod('work', { restartPolicy: 'Never', containers: [sh('sleep 100')] });
    await n.pod('crash', { containers: [sh('exit 1')] });
    await n.pass(40_000);
    const before = await Promise.all(['server', 'work', 'crash'].map((x) => n.get(x)));
    const writes = n.client.actions.length;
    await n.restart();
    const after = await Promise.all(['server', 'work', 'crash'].map((x) => n.get(x)));
    expect(after.map((p) => p['status'])).toEqual(before.map((p) => p['status']));
    expect(n.client.actions.slice(writes).filter((a) => a.resource === 'pods')).toEqual([]);
    await n.pass(60_000);
    expect((await n.status('work'))).toMatchObject({ phase: 'Succeeded', containerStatuses: [{ state: { terminated: { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:01:40Z' } } }] });
    expect((await n.status('server')).containerStatuses[0].restartCount).toBe(0);
    await n.pod('fresh');
    await n.settle();
    expect((await n.status('fresh')).podIP).not.toBe((await n.status('server')).podIP);
  });

  it('a pod that was being deleted goes', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [{ name: 'c', image: 'x', lifecycle: { preStop: { sleep: { seconds: 20 } } } }] });
    await n.settle();
    await n.client.delete(PODS, 'default', 'p');
    await n.pass(1000);
    await n.restart();
    await n.pass(25_000);
    expect(await n.exists('p')).toBe(false);
  });
});

describe('stages', () => {
  const failing = {
    name: 'fail-marked',
    kind: 'Pod' as const,
    selector: { matchLabels: { fail: 'yes' }, matchExpressions: [{ key: '.status.phase', operator: 'In' as const, values: ['Running'] }] },
    delay: { ms: 3000 },
    next: { steps: [{ event: { type: 'Warning' as const, reason: 'Chaos', message: 'struck' } }, { patch: { subresource: 'status', type: 'strategic' as const, body: () => ({ status: { phase: 'Failed', reason: 'Chaos', message: 'on purpose' } }) } }] },
  };

  it('of one\'s own are carried out beside the default ones', async () => {
    const n = await new TestNodes({ stages: [failing] }).start();
    await n.pod('p', {}, { labels: { fail: 'yes' } });
    await n.pod('q');
    await n.pass(2900);
    expect((await n.status('p')).phase).toBe('Running');
    await n.pass(200);
    expect(await n.status('p')).toMatchObject({ phase: 'Failed', reason: 'Chaos', message: 'on purpose' });
    expect((await n.status('q')).phase).toBe('Running');
    expect(n.notes('p')).toContain('Chaos: struck');
    await n.client.delete(PODS, 'default', 'p');
    await n.settle();
    expect(await n.exists('p')).toBe(false);
  });

  it('can delay the start of pods', async () => {
    const slow = DEFAULT_STAGES.map((s) => (s.name === 'pod-run' ? { ...s, delay: { ms: 4000 } } : s));
    const n = await new TestNodes({ stages: slow }).start();
    await n.pod('p');
    await n.pass(3900);
    expect(n.writes('p')).toBe(0);
    await n.pass(200);
    expect((await n.status('p')).phase).toBe('Running');
  });
});

describe('looking into containers', () => {
  it('runs commands and reads logs, also of the container before', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { containers: [sh('echo "run $HOSTNAME"; sleep 5; exit 1')] });
    await n.settle();
    expect(await n.kubelet.exec('default', 'p', undefined, ['sh', '-c', 'echo hi'])).toMatchObject({ code: 0, stdout: 'hi\n' });
    await n.pass(6000);
    expect(n.kubelet.logs('default', 'p', 'c', { previous: true }).map((l) => l.text)).toEqual(['run p']);
    expect(() => n.kubelet.logs('default', 'p', 'other')).toThrow('is not there or has not started');
    expect(() => n.kubelet.logs('default', 'nobody', undefined)).toThrow('is not running on a node here');
  });
});
