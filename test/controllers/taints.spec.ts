import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLUSTER_ROLES, NODES, PODS } from '../../src/client/resources';
import { createClusterRoleAggregationController } from '../../src/controllers/clusterroleaggregation/cluster-role-aggregation-controller';
import { CidrSet } from '../../src/controllers/nodeipam/cidr-set';
import { createNodeIpamController } from '../../src/controllers/nodeipam/node-ipam-controller';
import { createNodeTtlController } from '../../src/controllers/nodettl/node-ttl-controller';
import type { Node } from '../../src/controllers/shared/types';
import { createTaintEvictionController } from '../../src/controllers/tainteviction/taint-eviction-controller';
import { World } from '../client/world';
import { eventsOf } from './workloads';

describe('taint eviction controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createTaintEvictionController);
    await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} });
  });
  afterEach(() => w.stop());
  const pod = async (name: string, tolerations?: object[]) => {
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'a', finalizers: ['test/keep'] }, spec: { nodeName: 'n', ...(tolerations ? { tolerations } : {}) } });
    await w.settle();
  };
  const taint = async (...taints: object[]) => {
    const n = await w.client.get<Node>(NODES, undefined, 'n');
    await w.client.update(NODES, { ...n, spec: { ...n.spec, taints } } as Node);
    await w.settle();
  };
  const goes = async (name: string) => (await w.client.get(PODS, 'a', name)).metadata.deletionTimestamp !== undefined;
  const down = { key: 'down', effect: 'NoExecute' };

  it('deletes at once, later or never, as pods tolerate', async () => {
    await pod('plain');
    await pod('patient', [{ key: 'down', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }]);
    await pod('tough', [{ key: 'down', operator: 'Exists' }]);
    await taint({ key: 'other', effect: 'NoSchedule' });
    expect(await goes('plain')).toBe(false);
    await taint(down);
    expect([await goes('plain'), await goes('patient'), await goes('tough')]).toEqual([true, false, false]);
    expect(await eventsOf(w, 'plain')).toEqual(['TaintManagerEviction: Marking for deletion Pod a/plain']);
    expect((await w.client.get(PODS, 'a', 'plain'))['status'].conditions).toMatchObject([
      { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' },
    ]);
    await w.pass(59_000);
    expect(await goes('patient')).toBe(false);
    await w.pass(1_000);
    expect(await goes('patient')).toBe(true);
    await pod('late');
    expect(await goes('late')).toBe(true);
    expect(w.problems).toEqual([]);
  });

  it('lets pods be when taints go in time', async () => {
    await pod('p', [{ key: 'down', operator: 'Exists', tolerationSeconds: 60 }]);
    await taint(down);
    await w.pass(30_000);
    // Another taint of the kind does not prolong it.
    await taint({ ...down, value: 'x' });
    await taint();
    await w.pass(100_000);
    expect(await goes('p')).toBe(false);
    expect(await eventsOf(w, 'p')).toEqual(['TaintManagerEviction: Cancelling deletion of Pod a/p']);
  });
});

describe('node ttl controller', () => {
  it('annotates nodes by how many there are', async () => {
    const w = new World();
    await w.start(createNodeTtlController);
    const make = async (from: number, to: number) => {
      for (let i = from; i < to; i++) await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: `n${i}` }, spec: {} });
      await w.settle();
    };
    const ttls = () => [...new Set(w.client.all(NODES).map((n) => n.metadata.annotations!['node.alpha.kubernetes.io/ttl']))];
    await make(0, 100);
    expect(ttls()).toEqual(['0']);
    await make(100, 101);
    expect(ttls()).toEqual(['15']);
    await w.client.delete(NODES, undefined, 'n100');
    await w.settle();
    expect(ttls()).toEqual(['15']);
    const before = w.client.actions.length;
    await w.pass(60_000);
    expect(w.client.actions.length).toBe(before);
    await w.stop();
  });
});

describe('node ipam controller', () => {
  it('gives each node a block of its own, and again what is given back', async () => {
    const w = new World();
    const node = async (name: string, podCIDR?: string) => {
      await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: podCIDR ? { podCIDR, podCIDRs: [podCIDR] } : {} });
      await w.settle();
    };
    await node('old', '10.1.0.0/24');
    await w.start((x) => createNodeIpamController(x, '10.1.0.0/22'));
    for (const n of ['a', 'b', 'c', 'late']) await node(n);
    const blocks = () => Object.fromEntries(w.client.all<Node>(NODES).map((n) => [n.metadata.name, n.spec.podCIDR]));
    expect(blocks()).toEqual({ old: '10.1.0.0/24', a: '10.1.1.0/24', b: '10.1.2.0/24', c: '10.1.3.0/24', late: undefined });
    expect((await w.client.get<Node>(NODES, undefined, 'a'))['spec']).toEqual({ podCIDR: '10.1.1.0/24', podCIDRs: ['10.1.1.0/24'] });
    expect(await eventsOf(w, 'late')).toEqual(['CIDRNotAvailable: Node late status is now: CIDRNotAvailable']);
    await w.client.delete(NODES, undefined, 'b');
    await w.settle();
    expect(blocks()).toMatchObject({ late: '10.1.2.0/24' });
    expect(w.problems).toEqual([]);
    await w.stop();
  });

  it('knows what a range overlaps', () => {
    const set = new CidrSet('10.0.0.0/21', 24);
    set.occupy('10.0.2.0/23');
    set.occupy('10.0.0.7/32');
    expect([set.take(), set.take(), set.take()]).toEqual(['10.0.1.0/24', '10.0.4.0/24', '10.0.5.0/24']);
    expect(() => new CidrSet('fd00::/48', 64)).toThrow('must be an IPv4 range');
  });
});

describe('clusterrole aggregation controller', () => {
  it('collects rules by labels', async () => {
    const w = new World();
    await w.start(createClusterRoleAggregationController);
    const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
    const role = (name: string, o: object) => w.client.create(CLUSTER_ROLES, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...o, metadata: { name, ...(o as { metadata?: object }).metadata } });
    const rules = async () => {
      await w.settle();
      return ((await w.client.get(CLUSTER_ROLES, undefined, 'all'))['rules'] as { resources: string[] }[]).map((r) => r.resources[0]);
    };
    await role('all', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { agg: 'y' } }] }, rules: [rule('own')] });
    expect(await rules()).toEqual([]);
    const b = await role('b', { metadata: { labels: { agg: 'y' } }, rules: [rule('pods')] });
    await role('a', { metadata: { labels: { agg: 'y' } }, rules: [rule('secrets'), rule('pods')] });
    expect(await rules()).toEqual(['secrets', 'pods']);
    const before = w.client.actions.length;
    await w.client.update(CLUSTER_ROLES, { ...b, metadata: { ...b.metadata, annotations: { x: 'y' } } });
    expect(await rules()).toEqual(['secrets', 'pods']);
    expect(w.client.actions.length).toBe(before + 1);
    await w.stop();
  });
});
