import { describe, expect, it } from 'vitest';
import { NAMESPACES, NODES, PODS, REPLICA_SETS } from '../../src/client/resources';
import { requests, TestCluster } from './cluster';

const anti = (app: string, more: object = {}): object => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app } }, topologyKey: 'kubernetes.io/hostname', ...more }] },
});
const near = (app: string, topologyKey = 'zone'): object => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app } }, topologyKey }] },
});
const spread = (more: object = {}): object[] => [
  { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 's' } }, ...more },
];

async function places(c: TestCluster, names: string[]): Promise<(string | undefined)[]> {
  return Promise.all(names.map((n) => c.nodeOf(n)));
}

describe('taints and cordons', () => {
  it('keep away pods that do not tolerate them', async () => {
    const c = await new TestCluster().start();
    await c.node('tainted', { taints: [{ key: 'own', value: 'yes', effect: 'NoSchedule' }] });
    await c.node('cordoned', { unschedulable: true });
    await c.pod('plain');
    await c.pod('tolerant', { tolerations: [{ key: 'own', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }] });
    await c.pod('other', { tolerations: [{ key: 'own', value: 'no' }] });
    await c.pod('daemon', { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] });
    await c.settle();
    expect(await places(c, ['plain', 'tolerant', 'other', 'daemon'])).toEqual([undefined, 'tainted', undefined, 'cordoned']);
    expect(await c.why('plain')).toContain('1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.');
  });

  it('let pods in when they are lifted', async () => {
    const c = await new TestCluster().start();
    await c.node('a', { taints: [{ key: 'k', effect: 'NoExecute' }] });
    await c.node('b', { unschedulable: true });
    await c.pod('p');
    await c.settle();
    await c.client.patch(NODES, undefined, 'b', 'merge', { spec: { unschedulable: null } });
    await c.settle();
    expect(await c.nodeOf('p')).toBe('b');
  });

  it('of the preferring kind only make a node less liked', async () => {
    const c = await new TestCluster().start();
    await c.node('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] });
    await c.node('b');
    for (let i = 0; i < 3; i++) await c.pod(`p${i}`);
    await c.settle();
    expect(await places(c, ['p0', 'p1', 'p2'])).toEqual(['b', 'b', 'b']);
  });
});

describe('node affinity', () => {
  it('prefers what is preferred', async () => {
    const c = await new TestCluster().start();
    await c.nodes(5);
    await c.node('fast', { labels: { disk: 'ssd' } });
    const preferred = [{ weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } }];
    for (let i = 0; i < 3; i++) await c.pod(`p${i}`, { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } });
    await c.settle();
    expect(await places(c, ['p0', 'p1', 'p2'])).toEqual(['fast', 'fast', 'fast']);
  });

  it('takes the nodes of any term, with every operator', async () => {
    const c = await new TestCluster().start();
    await c.node('a', { labels: { cores: '4' } });
    await c.node('b', { labels: { cores: '16' } });
    const term = (key: string, operator: string, values?: string[]): object => ({ matchExpressions: [{ key, operator, values }] });
    const required = (...terms: object[]): object => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } });
    await c.pod('gt', required(term('cores', 'Gt', ['8'])) as Record<string, unknown>);
    await c.pod('lt', required(term('no', 'Exists'), term('cores', 'Lt', ['8'])) as Record<string, unknown>);
    await c.pod('none', required({}) as Record<string, unknown>);
    await c.settle();
    expect(await places(c, ['gt', 'lt', 'none'])).toEqual(['b', 'a', undefined]);
  });
});

describe('host ports', () => {
  const port = (hostIP?: string): Record<string, unknown> => ({ containers: [{ name: 'c', image: 'a', ports: [{ containerPort: 80, hostPort: 80, ...(hostIP ? { hostIP } : {}) }] }] });

  it('are taken once on a node', async () => {
    const c = await new TestCluster().start();
    await c.nodes(2);
    for (const n of ['a', 'b', 'c']) await c.pod(n, port());
    await c.settle();
    expect(new Set(await places(c, ['a', 'b']))).toEqual(new Set(['node-1', 'node-2']));
    expect(await c.why('c')).toContain("2 node(s) didn't have free ports for the requested pod ports.");
    await c.client.delete(PODS, 'default', 'a', { gracePeriodSeconds: 0 });
    await c.settle();
    expect(await c.nodeOf('c')).toBeDefined();
  });

  it('differ by address', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1);
    await c.pod('a', port('10.0.0.1'));
    await c.pod('b', port('10.0.0.2'));
    await c.pod('c', port());
    await c.settle();
    expect(await places(c, ['a', 'b', 'c'])).toEqual(['node-1', 'node-1', undefined]);
  });
});

describe('inter-pod affinity', () => {
  it('keeps pods apart, and says which side refused', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    for (let i = 0; i < 4; i++) await c.pod(`p${i}`, { affinity: anti('x') }, { labels: { app: 'x' } });
    await c.pod('plain', {}, { labels: { app: 'x' } });
    await c.settle();
    expect(new Set(await places(c, ['p0', 'p1', 'p2']))).toEqual(new Set(['node-1', 'node-2', 'node-3']));
    const tail = 'no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.';
    expect(await c.why('p3')).toBe(`0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. ${tail}`);
    expect(await c.why('plain')).toBe(`0/3 nodes are available: 3 node(s) didn't satisfy existing pods anti-affinity rules. ${tail}`);
    await c.client.delete(PODS, 'default', 'p0', { gracePeriodSeconds: 0 });
    await c.settle();
    expect([await c.nodeOf('p3'), await c.nodeOf('plain')].filter(Boolean)).toHaveLength(1);
  });

  it('brings pods together, the first of a group anywhere', async () => {
    const c = await new TestCluster().start();
    await c.node('a1', { labels: { zone: 'a' } });
    await c.node('a2', { labels: { zone: 'a' } });
    await c.node('b1', { labels: { zone: 'b' } });
    await c.node('nowhere');
    for (let i = 0; i < 6; i++) await c.pod(`p${i}`, { affinity: near('x') }, { labels: { app: 'x' } });
    await c.settle();
    const zones = (await places(c, ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'])).map((n) => n?.[0]);
    expect(new Set(zones).size).toBe(1);
    expect(['a', 'b']).toContain(zones[0]);
  });

  it('waits for the pod it wants to be near', async () => {
    const c = await new TestCluster().start();
    await c.node('a1', { labels: { zone: 'a' } });
    await c.pod('p', { affinity: near('db') });
    await c.settle();
    expect(await c.nodeOf('p')).toBeUndefined();
    await c.pod('other', {}, { labels: { app: 'web' } });
    await c.pass(1000);
    expect(await c.nodeOf('p')).toBeUndefined();
    await c.pod('db', {}, { labels: { app: 'db' } });
    await c.settle();
    expect(await c.nodeOf('p')).toBe('a1');
  });

  it('minds namespaces and their labels', async () => {
    const c = new TestCluster();
    await c.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'one', labels: { team: 'x' } } });
    await c.start();
    await c.nodes(1);
    await c.pod('db', {}, { namespace: 'one', labels: { app: 'db' } });
    await c.pod('same', { affinity: anti('db') });
    await c.pod('by-name', { affinity: anti('db', { namespaces: ['one'] }) });
    await c.pod('by-label', { affinity: anti('db', { namespaceSelector: { matchLabels: { team: 'x' } } }) });
    await c.pod('all', { affinity: anti('db', { namespaceSelector: {} }) });
    await c.settle();
    expect(await places(c, ['same', 'by-name', 'by-label', 'all'])).toEqual(['node-1', undefined, undefined, undefined]);
  });

  it('prefers nodes near and far', async () => {
    const c = await new TestCluster().start();
    await c.nodes(4);
    await c.pod('db', { nodeSelector: { 'kubernetes.io/hostname': 'node-3' } }, { labels: { app: 'db' } });
    await c.settle();
    const term = { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'kubernetes.io/hostname' };
    await c.pod('close', { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] } } });
    for (let i = 0; i < 6; i++) await c.pod(`far${i}`, { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] } } });
    await c.settle();
    expect(await c.nodeOf('close')).toBe('node-3');
    expect(await places(c, [0, 1, 2, 3, 4, 5].map((i) => `far${i}`))).not.toContain('node-3');
  });
});

describe('topology spread', () => {
  it('keeps the difference between domains small', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    for (let i = 0; i < 6; i++) await c.pod(`s${i}`, { topologySpreadConstraints: spread() }, { labels: { app: 's' } });
    await c.settle();
    expect((await places(c, [0, 1, 2, 3, 4, 5].map((i) => `s${i}`))).sort()).toEqual(['node-1', 'node-1', 'node-2', 'node-2', 'node-3', 'node-3']);
  });

  it('counts only nodes that the pod may use, and domains that are wanted', async () => {
    const c = await new TestCluster().start();
    await c.node('a', { labels: { pool: 'x' } });
    await c.node('b', { labels: { pool: 'x' } });
    await c.node('c');
    const spec = { topologySpreadConstraints: spread(), nodeSelector: { pool: 'x' } };
    for (let i = 0; i < 4; i++) await c.pod(`s${i}`, spec, { labels: { app: 's' } });
    await c.settle();
    expect((await places(c, ['s0', 's1', 's2', 's3'])).sort()).toEqual(['a', 'a', 'b', 'b']);
    await c.pod('min', { topologySpreadConstraints: spread({ minDomains: 5, labelSelector: { matchLabels: { app: 'm' } } }) }, { labels: { app: 'm' } });
    await c.settle();
    expect(await c.nodeOf('min')).toBeDefined();
  });

  it('goes on when a pod that held it back has gone', async () => {
    const c = await new TestCluster().start();
    await c.node('node-1');
    await c.node('node-2', { cpu: '1' });
    const spec = (cpu: string): Record<string, unknown> => ({ ...requests({ cpu }), topologySpreadConstraints: spread() });
    await c.pod('big', { ...requests({ cpu: '1' }), nodeSelector: { 'kubernetes.io/hostname': 'node-2' } });
    await c.settle();
    await c.pod('s0', spec('500m'), { labels: { app: 's' } });
    await c.pod('s1', spec('500m'), { labels: { app: 's' } });
    await c.settle();
    expect(await places(c, ['s0', 's1'])).toEqual(['node-1', undefined]);
    expect(await c.why('s1')).toContain("1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints.");
    await c.client.delete(PODS, 'default', 'big', { gracePeriodSeconds: 0 });
    await c.settle();
    expect(await c.nodeOf('s1')).toBe('node-2');
  });

  it('spreads the pods of a ReplicaSet without being told', async () => {
    const c = new TestCluster();
    await c.client.create(REPLICA_SETS, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'rs', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'r' } } } });
    await c.start();
    await c.nodes(5);
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u', controller: true };
    for (let i = 0; i < 5; i++) await c.pod(`r${i}`, {}, { labels: { app: 'r' }, ownerReferences: [owner] });
    await c.settle();
    expect(new Set(await places(c, [0, 1, 2, 3, 4].map((i) => `r${i}`))).size).toBe(5);
  });
});

describe('scores', () => {
  it('pack when told to', async () => {
    const args = { NodeResourcesFit: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } } };
    const c = await new TestCluster({ profiles: [{ schedulerName: 'default-scheduler', args, plugins: { multiPoint: { disabled: [{ name: 'PodTopologySpread' }, { name: 'NodeResourcesBalancedAllocation' }] } } }] }).start();
    await c.nodes(4);
    for (let i = 0; i < 4; i++) await c.pod(`p${i}`, requests({ cpu: '500m' }));
    await c.settle();
    expect(new Set(await places(c, ['p0', 'p1', 'p2', 'p3'])).size).toBe(1);
  });

  it('follow a broken line when told to', async () => {
    const scoringStrategy = { type: 'RequestedToCapacityRatio', resources: [{ name: 'cpu', weight: 1 }], requestedToCapacityRatio: { shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }] } };
    const profiles = [{ schedulerName: 'default-scheduler', args: { NodeResourcesFit: { scoringStrategy } }, plugins: { multiPoint: { disabled: [{ name: '*' }], enabled: ['PrioritySort', 'NodeResourcesFit', 'DefaultBinder'].map((name) => ({ name })) } } }];
    const c = await new TestCluster({ profiles }).start();
    await c.nodes(4);
    for (let i = 0; i < 4; i++) await c.pod(`p${i}`, requests({ cpu: '500m' }));
    await c.settle();
    expect(new Set(await places(c, ['p0', 'p1', 'p2', 'p3'])).size).toBe(1);
  });

  it('draw a pod to its images', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    await c.node('has', { images: [{ names: ['big:1'], sizeBytes: 4_000_000_000 }] });
    await c.pod('p', { containers: [{ name: 'c', image: 'big:1' }] });
    await c.settle();
    expect(await c.nodeOf('p')).toBe('has');
  });

  it('refuse a profile with an unknown plugin', () => {
    expect(() => new TestCluster({ profiles: [{ schedulerName: 's', plugins: { multiPoint: { enabled: [{ name: 'Magic' }] } } }] })).toThrow('names the plugin "Magic"');
  });
});
