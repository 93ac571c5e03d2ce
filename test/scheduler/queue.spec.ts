import { describe, expect, it } from 'vitest';
import { NODES, PODS } from '../../src/client/resources';
import { BackoffTimes } from '../../src/scheduler/queue/backoff-times';
import { QueuedPod } from '../../src/scheduler/queue/queued-pod';
import { requests, TestCluster } from './cluster';

/** How often the scheduler has tried to place a pod. */
function attempts(c: TestCluster, name: string): number {
  const q = (c.scheduler.queue as unknown as { queued: Map<string, QueuedPod> }).queued;
  return [...q.values()].find((x) => x.pod.name === name)?.attempts ?? 0;
}

describe('back-off', () => {
  it('doubles up to the longest and ends with its second', () => {
    const times = new BackoffTimes(1000, 10_000);
    const q = new QueuedPod(undefined as never, 300, 0);
    expect(times.backingOff(q, 300)).toBe(false);
    const ends = [1, 2, 3, 4, 5, 6].map((n) => {
      q.refusals = n;
      q.backoffUntil = undefined;
      return times.ends(q);
    });
    expect(ends).toEqual([2000, 3000, 5000, 9000, 11_000, 11_000]);
    q.refusals = 1;
    q.backoffUntil = undefined;
    expect([times.backingOff(q, 1999), times.backingOff(q, 2000)]).toEqual([true, false]);
  });
});

describe('pods that were refused', () => {
  it('are tried again after five minutes though nothing has happened', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '1' });
    await c.pod('p', requests({ cpu: '2' }));
    await c.pass(4 * 60_000);
    expect(attempts(c, 'p')).toBe(1);
    await c.pass(2 * 60_000);
    expect(attempts(c, 'p')).toBe(2);
  });

  it('are not tried again for pods that change nothing for them', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '4' });
    await c.pod('big', requests({ cpu: '8' }));
    await c.pod('picky', { nodeSelector: { disk: 'ssd' } });
    await c.settle();
    for (let i = 0; i < 5; i++) {
      await c.pod(`p${i}`);
      await c.settle();
      await c.client.delete(PODS, 'default', `p${i}`, { gracePeriodSeconds: 0 });
    }
    await c.settle();
    expect(attempts(c, 'picky')).toBe(1);
    await c.client.patch(NODES, undefined, 'node-1', 'merge', { metadata: { labels: { disk: 'hdd' } } });
    await c.settle();
    expect(attempts(c, 'picky')).toBe(1);
    await c.client.patch(NODES, undefined, 'node-1', 'merge', { metadata: { labels: { disk: 'ssd' } } });
    await c.settle();
    expect(await c.nodeOf('picky')).toBe('node-1');
  });

  it('are forgotten when they are deleted or placed by somebody else', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1, { cpu: '1' });
    await c.pod('a', requests({ cpu: '2' }));
    await c.pod('b', requests({ cpu: '2' }));
    await c.settle();
    expect(c.scheduler.queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 2, gated: 0 });
    await c.client.delete(PODS, 'default', 'a');
    await c.client.patch(PODS, 'default', 'b', 'merge', { spec: { nodeName: 'node-1' } });
    await c.settle();
    expect(c.scheduler.queue.sizes).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
    expect(c.scheduler.cache.nodes.get('node-1')!.usedMilliCpu).toBe(2000);
  });
});
