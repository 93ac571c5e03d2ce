import { describe, expect, it } from 'vitest';
import { NODES, PODS } from '../../src/client/resources';
import { TestNodes } from './nodes';

const asking = (requests: Record<string, string>, extra: object = {}): object => ({ containers: [{ name: 'c', image: 'x', resources: { requests }, ...extra }] });

describe('a node does not take a pod', () => {
  it.each([
    ['too much CPU', asking({ cpu: '5' }), 'OutOfcpu', "Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000"],
    ['too much memory', asking({ memory: '9Gi' }), 'OutOfmemory', "Node didn't have enough resource: memory, requested: 9663676416, used: 0, capacity: 8589934592"],
    ['another node\'s label', { nodeSelector: { disk: 'ssd' } }, 'NodeAffinity', "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"],
  ])('that needs %s', async (_, spec, reason, message) => {
    const n = await new TestNodes().start();
    await n.pod('p', spec as Record<string, unknown>);
    await n.settle();
    const s = await n.status('p');
    expect(s).toMatchObject({ phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime: '2026-01-01T00:00:00Z' });
    expect(s.containerStatuses).toBeUndefined();
    expect(n.notes('p')).toEqual([`${reason}: ${message}`]);
  });

  it('when others have what it needs, until they are gone', async () => {
    const n = await new TestNodes({ capacity: { pods: '3' } }).start();
    const ports = { ports: [{ containerPort: 80, hostPort: 80 }] };
    await n.pod('a', asking({ cpu: '3' }, ports) as Record<string, unknown>);
    await n.settle();
    await n.pod('port', asking({}, ports) as Record<string, unknown>);
    await n.pod('cpu', asking({ cpu: '1500m' }) as Record<string, unknown>);
    await n.settle();
    expect((await n.status('port'))).toMatchObject({ reason: 'NodePorts', message: "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports" });
    expect((await n.status('cpu')).message).toContain('cpu, requested: 1500, used: 3000, capacity: 4000');
    await n.client.delete(PODS, 'default', 'a', { gracePeriodSeconds: 0 });
    await n.settle();
    await n.pod('b', asking({ cpu: '3' }, ports) as Record<string, unknown>);
    for (const name of ['c', 'd', 'e']) await n.pod(name);
    await n.settle();
    const phases = await Promise.all(['b', 'c', 'd', 'e'].map(async (x) => (await n.status(x)).reason ?? (await n.status(x)).phase));
    expect(phases).toEqual(['Running', 'Running', 'Running', 'OutOfpods']);
  });

  it('that has ended counts no more; one from before the restart counts', async () => {
    const n = await new TestNodes().start();
    await n.pod('done', { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x', command: ['true'], resources: { requests: { cpu: '3' } } }] });
    await n.pass(10);
    await n.pod('long', asking({ cpu: '3' }) as Record<string, unknown>);
    await n.settle();
    expect((await n.status('long')).phase).toBe('Running');
    await n.restart();
    await n.pod('more', asking({ cpu: '2' }) as Record<string, unknown>);
    await n.settle();
    expect((await n.status('more')).reason).toBe('OutOfcpu');
  });

  it('with a taint that sends pods away, unless it is tolerated', async () => {
    const n = await new TestNodes().start();
    await n.client.patch(NODES, undefined, 'node-1', 'merge', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }, { key: 'b', value: 'x', effect: 'NoExecute' }] } });
    await n.settle();
    await n.pod('off');
    await n.pod('on', { tolerations: [{ key: 'b', operator: 'Exists' }] });
    await n.settle();
    expect(await n.status('off')).toMatchObject({ reason: 'TaintToleration', message: "Pod was rejected: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate" });
    expect((await n.status('on')).phase).toBe('Running');
  });
});

describe('a node that goes', () => {
  it('leaves its pods as they are, and runs them on when it comes back', async () => {
    const n = await new TestNodes().start();
    await n.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'other' } });
    await n.settle();
    await n.pod('p', { nodeName: 'other', containers: [{ name: 'c', image: 'x', command: ['sh', '-c', 'sleep 60; exit 1'] }] });
    await n.settle();
    await n.client.delete(NODES, undefined, 'other');
    await n.settle();
    const writes = n.writes('p');
    await n.pass(30_000);
    expect(n.writes('p')).toBe(writes);
    await n.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'other' } });
    await n.pass(31_000);
    expect((await n.status('p')).containerStatuses[0].restartCount).toBe(1);
  });
});
