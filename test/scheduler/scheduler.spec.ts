import { describe, expect, it } from 'vitest';
import { StatusError } from '../../src/api/errors/status-error';
import { NODES, PODS } from '../../src/client/resources';
import { requests, TestCluster } from './cluster';

const NOT_HELPFUL = 'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';

describe('placing pods', () => {
  it('binds a pod and tells so', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    await c.pod('p', { nodeSelector: { 'kubernetes.io/hostname': 'node-2' } });
    await c.settle();
    expect(await c.nodeOf('p')).toBe('node-2');
    expect(c.notes('p')).toEqual(['Scheduled: Successfully assigned default/p to node-2']);
  });

  it('sees pods and nodes that were there before it', async () => {
    const c = new TestCluster();
    await c.nodes(1, { cpu: '1' });
    await c.pod('old', { ...requests({ cpu: '800m' }), nodeName: 'node-1' });
    await c.pod('new', requests({ cpu: '800m' }));
    await c.start();
    expect(await c.nodeOf('new')).toBeUndefined();
    expect(await c.why('new')).toBe('0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.');
  });

  it('leaves pods of other schedulers alone', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1);
    await c.pod('p', { schedulerName: 'nobody' });
    await c.settle();
    expect(await c.nodeOf('p')).toBeUndefined();
    expect(c.client.actions.filter((a) => a.verb === 'patch' && a.key === 'default/p')).toEqual([]);
  });

  it('spreads by what is left', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    for (let i = 0; i < 9; i++) await c.pod(`p${i}`, requests({ cpu: '500m', memory: '256Mi' }));
    await c.settle();
    const per: Record<string, number> = {};
    for (let i = 0; i < 9; i++) per[(await c.nodeOf(`p${i}`))!] = (per[(await c.nodeOf(`p${i}`))!] ?? 0) + 1;
    expect(per).toEqual({ 'node-1': 3, 'node-2': 3, 'node-3': 3 });
  });

  it('is the same again with the same seed', async () => {
    const places = async (): Promise<(string | undefined)[]> => {
      const c = await new TestCluster().start();
      await c.nodes(7);
      for (let i = 0; i < 20; i++) await c.pod(`p${i}`);
      await c.settle();
      return Promise.all(Array.from({ length: 20 }, (_, i) => c.nodeOf(`p${i}`)));
    };
    expect(await places()).toEqual(await places());
  });

  it('takes the more important pod first', async () => {
    const c = new TestCluster();
    await c.nodes(1, { cpu: '1' });
    await c.pod('low', { ...requests({ cpu: '1' }), priority: 1 });
    await c.pod('high', { ...requests({ cpu: '1' }), priority: 2 });
    await c.start();
    expect(await c.nodeOf('high')).toBe('node-1');
    expect(await c.nodeOf('low')).toBeUndefined();
  });
});

describe('pods that fit nowhere', () => {
  it.each([
    ['selector', { nodeSelector: { disk: 'ssd' } }, `3 node(s) didn't match Pod's node affinity/selector. ${NOT_HELPFUL}`],
    ['cpu', requests({ cpu: '100' }), `3 Insufficient cpu. ${NOT_HELPFUL}`],
    ['several', requests({ cpu: '100', memory: '900Gi', 'example.com/gpu': '1' }), `3 Insufficient cpu, 3 Insufficient example.com/gpu, 3 Insufficient memory. ${NOT_HELPFUL}`],
    [
      'affinity',
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app: 'none' } }, topologyKey: 'kubernetes.io/hostname' }] } } },
      `3 node(s) didn't match pod affinity rules. ${NOT_HELPFUL}`,
    ],
    ['name', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['gone'] }] }] } } } }, `3 node(s) didn't satisfy plugin(s) [NodeAffinity]. ${NOT_HELPFUL}`],
  ])('say why: %s', async (_, spec, message) => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    await c.pod('p', spec as Record<string, unknown>);
    await c.settle();
    expect(await c.why('p')).toBe(`0/3 nodes are available: ${message}`);
    expect(c.notes('p')).toEqual([`FailedScheduling: 0/3 nodes are available: ${message}`]);
    const condition = (await c.get('p'))['status'].conditions[0];
    expect(condition).toMatchObject({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', observedGeneration: 1 });
  });

  it('say that there are no nodes, and come back when there is one', async () => {
    const c = await new TestCluster().start();
    await c.pod('p');
    await c.settle();
    expect(await c.why('p')).toBe('no nodes available to schedule pods');
    await c.node('node-1');
    await c.pass(3000);
    expect(await c.nodeOf('p')).toBe('node-1');
  });

  it('say only the preFilter that ended the cycle, and the bare word of the plugin that missed its state', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    const values = (v: string): object => ({ key: 'metadata.name', operator: 'In', values: [v] });
    await c.pod('p', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [values('a'), values('b')] }] } } } });
    await c.settle();
    expect(await c.why('p')).toBe('0/3 nodes are available: pod affinity terms conflict. not found');
  });

  it('write the condition once as long as nothing changes', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '1' });
    await c.pod('p', requests({ cpu: '2' }));
    await c.settle();
    await c.pass(11 * 60_000);
    const writes = c.client.actions.filter((a) => a.verb === 'patch' && a.key === 'default/p');
    expect(writes).toHaveLength(1);
  });
});

describe('trying again', () => {
  it('only after events that matter to the plugin that refused', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '1' });
    await c.pod('p', requests({ cpu: '2' }));
    await c.settle();
    const attempts = (): number => c.client.actions.filter((a) => a.resource === 'events').length;
    const before = attempts();
    await c.client.patch(NODES, undefined, 'node-1', 'merge', { metadata: { labels: { a: 'b' } } });
    await c.client.patch(NODES, undefined, 'node-1', 'merge', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, { subresource: 'status' });
    await c.pass(20_000);
    expect(attempts()).toBe(before);
    await c.client.patch(NODES, undefined, 'node-1', 'merge', { status: { allocatable: { cpu: '3' } } }, { subresource: 'status' });
    await c.settle();
    expect(await c.nodeOf('p')).toBe('node-1');
  });

  it('when room becomes free', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '1' });
    await c.pod('a', requests({ cpu: '1' }));
    await c.settle();
    await c.pod('b', requests({ cpu: '1' }));
    await c.settle();
    expect(await c.nodeOf('b')).toBeUndefined();
    await c.client.delete(PODS, 'default', 'a', { gracePeriodSeconds: 0 });
    await c.settle();
    expect(await c.nodeOf('b')).toBe('node-1');
  });

  it('when a pod on the node has ended', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '1' });
    await c.pod('a', requests({ cpu: '1' }));
    await c.settle();
    await c.pod('b', requests({ cpu: '1' }));
    await c.settle();
    await c.client.patch(PODS, 'default', 'a', 'merge', { status: { phase: 'Succeeded' } }, { subresource: 'status' });
    await c.settle();
    expect(await c.nodeOf('b')).toBe('node-1');
  });

  it('after a back-off when the server refused the binding', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1);
    let refusals = 2;
    c.client.fail = (verb) => (verb === 'bind' && refusals-- > 0 ? new StatusError(500, 'InternalError', 'disk full') : undefined);
    await c.pod('p');
    await c.settle();
    expect(await c.nodeOf('p')).toBeUndefined();
    expect((await c.get('p'))['status'].conditions[0]).toMatchObject({ reason: 'SchedulerError', message: 'running Bind plugin "DefaultBinder": disk full' });
    // The room it was given is free again.
    expect(c.scheduler.cache.nodes.get('node-1')!.pods.size).toBe(0);
    await c.pass(10_000);
    expect(await c.nodeOf('p')).toBe('node-1');
  });
});

describe('scheduling gates', () => {
  it('keep a pod out until the last is gone', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1);
    await c.pod('p', { schedulingGates: [{ name: 'a' }, { name: 'b' }] });
    await c.settle();
    await c.client.patch(PODS, 'default', 'p', 'merge', { spec: { schedulingGates: [{ name: 'b' }] } });
    await c.settle();
    expect(await c.nodeOf('p')).toBeUndefined();
    expect(c.notes('p')).toEqual([]);
    await c.client.patch(PODS, 'default', 'p', 'merge', { spec: { schedulingGates: null } });
    await c.settle();
    expect(await c.nodeOf('p')).toBe('node-1');
  });
});

describe('ending', () => {
  it('waits for what is in flight and then takes nothing more', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1);
    await c.pod('p');
    await c.scheduler.stop();
    expect(c.scheduler.ready()).toBe(false);
    await c.pod('q');
    await c.settle();
    expect(await c.nodeOf('q')).toBeUndefined();
    expect(c.clock.pending).toBeGreaterThanOrEqual(0);
  });
});

describe('when time runs while it works', () => {
  it('lets others have a turn, and goes on after it', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { pods: '1000' });
    // Every look at the clock costs a millisecond.
    let extra = 0;
    const monotonic = c.clock.monotonic.bind(c.clock);
    c.clock.monotonic = () => monotonic() + extra++;
    for (let i = 0; i < 50; i++) await c.pod(`p${i}`);
    await c.settle();
    const placed = async (): Promise<number> => (await Promise.all(Array.from({ length: 50 }, (_, i) => c.nodeOf(`p${i}`)))).filter(Boolean).length;
    const before = await placed();
    expect(before).toBeLessThan(20);
    for (let i = 0; i < 30; i++) await c.pass(1);
    expect(await placed()).toBe(50);
  });
});
