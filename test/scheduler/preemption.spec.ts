import { describe, expect, it } from 'vitest';
import { PODS, POD_DISRUPTION_BUDGETS } from '../../src/client/resources';
import { requests, TestCluster } from './cluster';

async function exists(c: TestCluster, name: string): Promise<boolean> {
  return c.client.get(PODS, 'default', name).then(
    () => true,
    () => false,
  );
}

const leaving = { terminationGracePeriodSeconds: 0 };

describe('preemption', () => {
  it('evicts a less important pod, tells so, and takes its place', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '2' });
    await c.pod('low', { ...requests({ cpu: '1500m' }), ...leaving });
    await c.settle();
    const { uid } = (await c.pod('high', { ...requests({ cpu: '1500m' }), priority: 1000 })).metadata;
    await c.settle();
    expect(await exists(c, 'low')).toBe(false);
    expect(await c.nodeOf('high')).toBe('node-1');
    expect(c.notes('low')).toContain(`Preempted: Preempted by pod ${uid} on node node-1`);
    expect(c.notes('high')).toEqual(['FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.', 'Scheduled: Successfully assigned default/high to node-1']);
  });

  it('waits while the victim ends, holding the place against others', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '2' });
    await c.pod('low', requests({ cpu: '2' }));
    await c.settle();
    await c.pod('high', { ...requests({ cpu: '1500m' }), priority: 10 });
    await c.settle();
    const low = await c.get('low');
    expect(low.metadata.deletionTimestamp).toBeDefined();
    expect(low['status'].conditions.find((x: { type: string }) => x.type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    });
    expect((await c.get('high'))['status'].nominatedNodeName).toBe('node-1');
    await c.pod('quick', { ...requests({ cpu: '1' }), priority: 5 });
    await c.pass(3000);
    await c.client.delete(PODS, 'default', 'low', { gracePeriodSeconds: 0 });
    await c.pass(12_000);
    expect(await c.nodeOf('high')).toBe('node-1');
    expect(await c.nodeOf('quick')).toBeUndefined();
  });

  it('takes no more than it needs, and the least important', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '4' });
    for (const [name, priority] of [['a', 3], ['b', 1], ['c', 2], ['d', 3]] as const) await c.pod(name, { ...requests({ cpu: '1' }), ...leaving, priority });
    await c.settle();
    await c.pod('high', { ...requests({ cpu: '2' }), priority: 100 });
    await c.settle();
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((n) => exists(c, n)))).toEqual([true, false, false, true]);
    expect(await c.nodeOf('high')).toBe('node-1');
  });

  it('chooses the node where it does least harm', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3, { cpu: '1' });
    for (const [i, priority] of [5, 2, 5].entries()) await c.pod(`p${i + 1}`, { ...requests({ cpu: '1' }), ...leaving, priority, nodeSelector: { 'kubernetes.io/hostname': `node-${i + 1}` } });
    await c.settle();
    await c.pod('high', { ...requests({ cpu: '1' }), priority: 100 });
    await c.settle();
    expect(await c.nodeOf('high')).toBe('node-2');
  });

  it('respects disruption budgets as long as it can', async () => {
    const c = await new TestCluster().start();
    await c.client.create(POD_DISRUPTION_BUDGETS, { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'db' } } } });
    await c.nodes(2, { cpu: '1' });
    await c.pod('db', { ...requests({ cpu: '1' }), ...leaving, priority: 1 }, { labels: { app: 'db' } });
    await c.settle();
    await c.pod('web', { ...requests({ cpu: '1' }), ...leaving, priority: 2 });
    await c.settle();
    await c.pod('high', { ...requests({ cpu: '1' }), priority: 100 });
    await c.settle();
    expect([await exists(c, 'db'), await exists(c, 'web')]).toEqual([true, false]);
  });

  it('is not for pods that must not, and not where it would not help', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '2' });
    await c.pod('low', requests({ cpu: '2' }));
    await c.settle();
    await c.pod('polite', { ...requests({ cpu: '1' }), priority: 9, preemptionPolicy: 'Never' });
    await c.pod('huge', { ...requests({ cpu: '5' }), priority: 9 });
    await c.settle();
    expect(await c.why('polite')).toBe('0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.');
    expect(await c.why('huge')).toContain('preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.');
    expect((await c.get('low')).metadata.deletionTimestamp).toBeUndefined();
  });

  it('leaves the sums of a node as they were', async () => {
    const c = await new TestCluster().start();
    await c.nodes(2, { cpu: '4' });
    for (let i = 0; i < 8; i++) await c.pod(`p${i}`, { ...requests({ cpu: '1', memory: '1Gi' }), priority: 1 }, { labels: { app: `${i % 2}` } });
    await c.settle();
    await c.pod('high', { ...requests({ cpu: '3' }), priority: 50, preemptionPolicy: 'PreemptLowerPriority', nodeSelector: { 'kubernetes.io/hostname': 'node-1' } });
    await c.settle();
    const n = c.scheduler.cache.nodes.get('node-2')!;
    expect([n.usedMilliCpu, n.usedMemory, n.pods.size]).toEqual([4000, 4 * 2 ** 30, 4]);
  });
});
