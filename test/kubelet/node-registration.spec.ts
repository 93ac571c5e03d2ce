import { describe, expect, it, vi } from 'vitest';
import { StatusError } from '../../src/api/errors/status-error';
import { LEASES, NODES } from '../../src/client/resources';
import { IpPool } from '../../src/kubelet/node/ip-pool';
import { TestNodes } from './nodes';

describe('nodes', () => {
  it('are registered healthy, with what a kubelet says of itself', async () => {
    const n = await new TestNodes({ nodes: 3 }).start();
    const names = n.client.all(NODES).map((o) => o.metadata.name);
    expect(names).toEqual(['node-1', 'node-2', 'node-3']);
    const node = await n.node('node-2');
    expect(node.metadata.labels).toEqual({
      'beta.kubernetes.io/arch': 'amd64',
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': 'node-2',
      'kubernetes.io/os': 'linux',
    });
    const s = node['status'];
    expect(s.capacity).toMatchObject({ cpu: '4', memory: '8Gi', pods: '110' });
    expect(s.allocatable).toEqual(s.capacity);
    expect(s.nodeInfo).toMatchObject({ kubeletVersion: 'v1.36.2', operatingSystem: 'linux', architecture: 'amd64' });
    expect(s.conditions.map((c: { type: string; status: string; reason: string }) => `${c.type}=${c.status} ${c.reason}`)).toEqual([
      'MemoryPressure=False KubeletHasSufficientMemory',
      'DiskPressure=False KubeletHasNoDiskPressure',
      'PIDPressure=False KubeletHasSufficientPID',
      'Ready=True KubeletReady',
    ]);
    const addresses = n.client.all(NODES).map((o) => o['status'].addresses[0].address as string);
    expect(new Set(addresses).size).toBe(3);
  });

  it('keep their Leases and their status fresh', async () => {
    const n = await new TestNodes({ nodes: 2 }).start();
    const lease = (): Promise<{ spec: { renewTime: string } }> => n.client.get(LEASES, 'kube-node-lease', 'node-1') as never;
    const { uid } = (await n.node()).metadata;
    expect(await lease()).toMatchObject({ metadata: { ownerReferences: [{ kind: 'Node', name: 'node-1', uid }] }, spec: { holderIdentity: 'node-1', leaseDurationSeconds: 40, renewTime: '2026-01-01T00:00:00.000000Z' } });
    await n.pass(60_000);
    const age = n.clock.now() - Date.parse((await lease()).spec.renewTime);
    expect(age).toBeLessThanOrEqual(10_000);
    const renewals = n.client.actions.filter((a) => a.resource === 'leases' && a.verb === 'update' && a.key === 'kube-node-lease/node-1');
    expect(renewals).toHaveLength(6);
    await n.pass(300_000);
    const ready = (await n.node())['status'].conditions.find((c: { type: string }) => c.type === 'Ready');
    expect(ready.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
    expect(Date.parse(ready.lastHeartbeatTime)).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1, 0, 5));
  });

  it('take turns, however many they are', async () => {
    const n = await new TestNodes({ nodes: 200 }).start();
    await n.pass(10_000);
    const before = n.client.actions.length;
    await n.pass(1000);
    expect(n.client.actions.slice(before).filter((a) => a.resource === 'leases').length).toBeGreaterThanOrEqual(18);
    expect(n.client.actions.slice(before).filter((a) => a.resource === 'leases').length).toBeLessThanOrEqual(22);
  });

  it('wake nobody up between their turns', async () => {
    const n = await new TestNodes({ nodes: 3 }).start();
    await n.pass(10_000);
    const timers = vi.spyOn(n.clock, 'after');
    const before = n.client.actions.length;
    await n.pass(100_000);
    const renewals = n.client.actions.slice(before).filter((a) => a.resource === 'leases' && a.verb === 'update');
    expect(renewals).toHaveLength(30);
    expect(timers).toHaveBeenCalledTimes(30);
    expect(n.clock.pending).toBe(1);
  });

  it('have their first turn in time when many join a few', async () => {
    const n = await new TestNodes({ nodes: 1 }).start();
    await n.pass(1000);
    for (let i = 0; i < 100; i++) await n.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: `later-${i}` } });
    await n.settle();
    const before = n.client.actions.length;
    await n.pass(10_300);
    const renewed = n.client.actions.slice(before).filter((a) => a.resource === 'leases' && a.verb === 'update').map((a) => a.key);
    expect(new Set(renewed).size).toBe(101);
  });

  it('are taken over when somebody else makes them, as they are', async () => {
    const n = new TestNodes();
    await n.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'x', labels: { own: 'yes' } }, spec: {}, status: { capacity: { cpu: '2', memory: '4Gi', pods: '10' } } });
    await n.start();
    await n.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'bare' } });
    await n.settle();
    const x = await n.node('x');
    expect(x.metadata.labels).toEqual({ own: 'yes' });
    expect(x['status'].capacity).toEqual({ cpu: '2', memory: '4Gi', pods: '10' });
    expect(x['status'].allocatable).toEqual({ cpu: '2', memory: '4Gi', pods: '10' });
    expect(x['status'].conditions.find((c: { type: string }) => c.type === 'Ready').status).toBe('True');
    expect((await n.node('bare'))['status']).toMatchObject({ capacity: { cpu: '4', memory: '8Gi', pods: '110' }, nodeInfo: { kubeletVersion: 'v1.36.2' } });
    await n.pod('p', { nodeName: 'x' });
    await n.settle();
    expect((await n.status('p')).phase).toBe('Running');
  });

  it('of others are left alone when told so', async () => {
    const n = await new TestNodes({ adopt: false }).start();
    await n.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'x' } });
    await n.pod('p', { nodeName: 'x' });
    await n.settle();
    expect((await n.node('x'))['status'].conditions).toBeUndefined();
    expect(n.writes('p')).toBe(0);
  });

  it('run the pods that waited for them', async () => {
    const n = await new TestNodes().start();
    await n.pod('p', { nodeName: 'late' });
    await n.settle();
    await n.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'late' } });
    await n.settle();
    expect((await n.status('p')).phase).toBe('Running');
  });

  it('that are deleted stay so until the next start', async () => {
    const n = await new TestNodes({ nodes: 2 }).start();
    await n.client.delete(NODES, undefined, 'node-2');
    await n.pass(30_000);
    expect(n.client.all(NODES)).toHaveLength(1);
    await n.restart();
    expect(n.client.all(NODES)).toHaveLength(2);
  });

  it('say again that they live when they were given up', async () => {
    const n = await new TestNodes().start();
    await n.client.patch(NODES, undefined, 'node-1', 'strategic', { status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] } }, { subresource: 'status' });
    await n.settle();
    expect((await n.node())['status'].conditions.find((c: { type: string }) => c.type === 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  });

  it('are registered as soon as the server lets them', async () => {
    const n = new TestNodes();
    let refusals = 2;
    n.client.fail = (verb, r) => (verb === 'create' && r.resource === 'nodes' && refusals-- > 0 ? new StatusError(500, 'InternalError', 'not yet') : undefined);
    const started = n.start();
    await n.pass(5000);
    await started;
    expect(n.client.all(NODES)).toHaveLength(1);
  });
});

describe('writes', () => {
  it('that fail for a passing reason are sent again, with what is newest', async () => {
    const n = await new TestNodes().start();
    let refusals = 3;
    n.client.fail = (verb, r) => (verb === 'patch' && r.resource === 'pods' && refusals-- > 0 ? new StatusError(503, 'ServiceUnavailable', 'busy') : undefined);
    await n.pod('p', { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x', command: ['true'] }] });
    await n.pass(5000);
    expect((await n.status('p')).phase).toBe('Succeeded');
    expect(n.writes('p')).toBe(1);
  });
});

describe('address blocks', () => {
  it('are handed out in turn and to the last', () => {
    const pool = new IpPool('10.0.0.8/29');
    expect(Array.from({ length: 6 }, () => pool.take())).toEqual(['10.0.0.10', '10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.14', undefined]);
    pool.giveBack('10.0.0.12');
    expect([pool.take(), pool.take()]).toEqual(['10.0.0.12', undefined]);
    expect(pool.claim('10.0.1.1')).toBe(false);
    expect(() => new IpPool('10.0.0.0')).toThrow('must be an IPv4 block');
  });
});
