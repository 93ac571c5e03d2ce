import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { formatMicroTime, formatTime } from '../../src/api/meta/time';
import { LEASES, NODES, PODS } from '../../src/client/resources';
import { createNodeLifecycleController } from '../../src/controllers/nodelifecycle/node-lifecycle-controller';
import { createPodGcController } from '../../src/controllers/podgc/pod-gc-controller';
import type { Node } from '../../src/controllers/shared/types';
import { World } from '../client/world';
import { eventsOf } from './workloads';

describe('node lifecycle controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createNodeLifecycleController);
  });
  afterEach(() => w.stop());
  const node = async (name: string, ready: string | undefined = 'True', spec: object = {}, labels: Record<string, string> = {}) => {
    const n = await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec });
    if (ready) await report(name, ready);
    await w.client.create(LEASES, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: { renewTime: formatMicroTime(w.clock.now()) } });
    return n;
  };
  const get = (name: string) => w.client.get<Node>(NODES, undefined, name);
  const report = async (name: string, ready: string) => {
    const n = await get(name);
    const condition = { type: 'Ready', status: ready, reason: 'KubeletReady', lastHeartbeatTime: formatTime(w.clock.now()), lastTransitionTime: formatTime(w.clock.now()) };
    const others = (n.status?.conditions ?? []).filter((c) => c.type !== 'Ready').map((c) => ({ ...c, status: 'False' }));
    await w.client.update(NODES, { ...n, status: { conditions: [condition, ...others] } }, { subresource: 'status' });
  };
  const renew = (name: string) => w.client.patch(LEASES, 'kube-node-lease', name, 'merge', { spec: { renewTime: formatMicroTime(w.clock.now()) } });
  const alive = async (names: string[], ms: number) => {
    for (let t = 0; t < ms; t += 10_000) {
      await w.pass(10_000);
      for (const n of names) await renew(n);
    }
    await w.settle();
  };
  const taints = async (name: string) => ((await get(name)).spec.taints ?? []).map((t) => `${t.key.replace('node.kubernetes.io/', '')}:${t.effect}`);
  const ready = async (name: string) => (await get(name)).status!.conditions!.find((c) => c.type === 'Ready')!;

  it('greets nodes, keeps their beta labels, leaves those alone that renew their Lease', async () => {
    await node('n1', 'True', {}, { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' });
    await w.settle();
    expect((await get('n1')).metadata.labels).toMatchObject({ 'beta.kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'amd64' });
    expect(await eventsOf(w, 'n1')).toEqual(['RegisteredNode: Node n1 event: Registered Node n1 in Controller']);
    const before = w.client.actions.length;
    await alive(['n1'], 300_000);
    expect(w.client.actions.slice(before).filter((a) => a.resource === 'nodes')).toEqual([]);
    expect(w.problems).toEqual([]);
  });

  it('marks and taints a node that falls silent, and its pods', async () => {
    await node('n1');
    await node('n2');
    const pod = await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' }, spec: { nodeName: 'n1' } });
    await w.client.update(PODS, { ...pod, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, { subresource: 'status' });
    await alive(['n1', 'n2'], 60_000);
    await alive(['n2'], 40_000);
    expect((await ready('n1')).status).toBe('True');
    await alive(['n2'], 20_000);
    expect(await ready('n1')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
    expect((await get('n1')).status!.conditions!.find((c) => c.type === 'DiskPressure')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' });
    expect(await taints('n1')).toEqual(['unreachable:NoSchedule', 'unreachable:NoExecute']);
    expect((await get('n1')).spec.taints![1]!.timeAdded).toMatch(/^2026-/);
    expect((await w.client.get(PODS, 'a', 'p'))['status'].conditions[0].status).toBe('False');
    expect(await eventsOf(w, 'n1')).toContain('NodeNotReady: Node n1 status is now: NodeNotReady');
    expect(await eventsOf(w, 'p')).toEqual(['NodeNotReady: Node is not ready']);
    await report('n1', 'False');
    await w.settle();
    expect(await taints('n1')).toEqual(['not-ready:NoSchedule', 'not-ready:NoExecute']);
    await report('n1', 'True');
    await w.settle();
    expect(await taints('n1')).toEqual([]);
  });

  it('gives a node that never spoke a minute', async () => {
    await node('n0');
    await node('n1', '');
    await alive(['n0'], 50_000);
    expect((await get('n1')).status?.conditions).toBeUndefined();
    await alive(['n0'], 20_000);
    expect(await ready('n1')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusNeverUpdated' });
  });

  it('drives pods from one node every ten seconds, and from none when all are gone', async () => {
    await node('n0');
    for (const n of ['n1', 'n2']) await node(n);
    await w.settle();
    for (const n of ['n1', 'n2']) await report(n, 'False');
    await w.settle();
    const tainted = async () => (await Promise.all(['n0', 'n1', 'n2'].map(taints))).filter((t) => t.includes('not-ready:NoExecute')).length;
    expect(await tainted()).toBe(1);
    await alive(['n0', 'n1', 'n2'], 10_000);
    expect(await tainted()).toBe(2);
    await report('n0', 'False');
    await w.settle();
    expect(await tainted()).toBe(0);
    expect(await taints('n0')).toEqual(['not-ready:NoSchedule']);
  });

  it('taints what is cordoned, and keeps the taints of others', async () => {
    await node('n1', 'True', { taints: [{ key: 'mine', effect: 'NoSchedule' }] });
    await w.client.patch(NODES, undefined, 'n1', 'merge', { spec: { unschedulable: true } });
    await w.settle();
    expect(await taints('n1')).toEqual(['mine:NoSchedule', 'unschedulable:NoSchedule']);
    await w.client.patch(NODES, undefined, 'n1', 'merge', { spec: { unschedulable: null } });
    await w.settle();
    expect(await taints('n1')).toEqual(['mine:NoSchedule']);
  });
});

describe('pod garbage collector', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} });
    await w.start(createPodGcController);
  });
  afterEach(() => w.stop());
  const pod = (name: string, nodeName?: string, finalizers?: string[]): Promise<KubeObject> =>
    w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'a', finalizers }, spec: { nodeName } });

  it('deletes pods of nodes that are gone, after a while, saying why', async () => {
    await pod('there', 'n1');
    await pod('lost', 'n2', ['example.com/hold']);
    await w.pass(39_000);
    expect(w.client.all(PODS)).toHaveLength(2);
    await w.pass(2000);
    expect((await w.client.get(PODS, 'a', 'lost'))['status']).toMatchObject({ phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }] });
    expect((await w.client.get(PODS, 'a', 'lost')).metadata.deletionTimestamp).toBeDefined();
    await w.client.delete(NODES, undefined, 'n1');
    await w.pass(41_000);
    expect(w.client.all(PODS).map((p) => p.metadata.name)).toEqual(['lost']);
    const before = w.client.actions.length;
    await w.pass(3_600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
  });

  it('leaves pods alone whose node comes back', async () => {
    await pod('p', 'n2');
    await w.pass(20_000);
    await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2' }, spec: {} });
    await w.pass(60_000);
    expect(w.client.all(PODS)).toHaveLength(1);
  });

  it('fails pods that are deleted without ever having had a node', async () => {
    await pod('p', undefined, ['example.com/hold']);
    await w.client.delete(PODS, 'a', 'p');
    await w.pass(21_000);
    expect((await w.client.get(PODS, 'a', 'p'))['status'].phase).toBe('Failed');
  });

  it('deletes what terminates on nodes out of service at once', async () => {
    await pod('p', 'n1');
    await w.client.delete(PODS, 'a', 'p');
    await w.settle();
    expect(w.client.all(PODS)).toHaveLength(1);
    await w.client.patch(NODES, undefined, 'n1', 'merge', { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } });
    await w.settle();
    expect(w.client.all(PODS)).toEqual([]);
  });
});
