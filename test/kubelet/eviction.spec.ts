import { describe, expect, it } from 'vitest';
import { CORE_EVENTS, NODES } from '../../src/client/resources';
import { conditionsOf, TestNodes } from './nodes';

const press = (n: TestNodes, what: string | null): Promise<unknown> => n.client.patch(NODES, undefined, 'node-1', 'merge', { metadata: { annotations: { 'kubernest.io/pressure': what } } });
const c = (requests?: Record<string, string>): object => ({ name: 'c', image: 'x', ...(requests ? { resources: { requests } } : {}) });

describe('a node under pressure', () => {
  it('says so, and again when it is over', async () => {
    const n = await new TestNodes().start();
    await press(n, 'memory, disk');
    await n.settle();
    expect(conditionsOf((await n.node())['status'])).toEqual({ MemoryPressure: 'True', DiskPressure: 'True', PIDPressure: 'False', Ready: 'True' });
    expect((await n.node())['status'].conditions[0]).toMatchObject({ reason: 'KubeletHasInsufficientMemory', message: 'kubelet has insufficient memory available' });
    expect(n.notes('node-1').slice(0, 2)).toEqual(['NodeHasInsufficientMemory: Node node-1 status is now: NodeHasInsufficientMemory', 'NodeHasDiskPressure: Node node-1 status is now: NodeHasDiskPressure']);
    await press(n, null);
    await n.settle();
    expect(conditionsOf((await n.node())['status'])).toMatchObject({ MemoryPressure: 'False', DiskPressure: 'False' });
  });

  it('of memory sends away who uses more than asked for first, then by priority, one every ten seconds, and never critical pods', async () => {
    const n = await new TestNodes().start();
    await n.pod('critical', { priority: 2_000_001_000, containers: [c()] });
    await n.pod('asked', { containers: [c({ memory: '64Mi' })] });
    await n.pod('asked-more', { containers: [c({ memory: '1Gi' })] });
    await n.pod('best-effort', { containers: [c()] });
    await n.pod('important', { priority: 10, containers: [c()] });
    await n.settle();
    await press(n, 'memory');
    const gone = async (): Promise<string[]> => {
      const names = ['critical', 'asked', 'asked-more', 'best-effort', 'important'];
      const phases = await Promise.all(names.map(async (x) => (await n.status(x)).phase as string));
      return names.filter((_, i) => phases[i] === 'Failed');
    };
    const order: string[][] = [];
    for (let i = 0; i < 6; i++) {
      await n.pass(i ? 10_000 : 1000);
      order.push(await gone());
    }
    expect(order.map((o) => o.length)).toEqual([1, 2, 3, 4, 4, 4]);
    expect(order.slice(0, 4).map((o, i) => o.find((x) => !order[i - 1]?.includes(x)))).toEqual(['best-effort', 'important', 'asked', 'asked-more']);
    const message = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. Container c was using 8192Ki, request is 0, has larger consumption of memory. ';
    const s = await n.status('best-effort');
    expect(s).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
    expect(s.conditions.find((x: { type: string }) => x.type === 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet', message });
    expect(n.notes('best-effort')).toContain(`Evicted: ${message}`);
    expect(n.client.all(CORE_EVENTS).some((e) => e['reason'] === 'EvictionThresholdMet' && e['message'] === 'Attempting to reclaim memory')).toBe(true);
  });

  it('of memory takes no pods that ask for nothing; of disk it takes none', async () => {
    const n = await new TestNodes().start();
    await press(n, 'memory');
    await n.settle();
    await n.pod('nothing', { containers: [c()] });
    await n.pod('something', { containers: [c({ memory: '64Mi' })] });
    await n.settle();
    expect(await n.status('nothing')).toMatchObject({ phase: 'Failed', reason: 'Evicted', message: 'Pod was rejected: The node had condition: [MemoryPressure]. ' });
    expect((await n.status('something')).phase).toBe('Running');
    await press(n, 'disk');
    await n.settle();
    await n.pod('late', { containers: [c({ memory: '64Mi' })] });
    await n.settle();
    expect((await n.status('late')).message).toContain('[DiskPressure]');
  });
});
