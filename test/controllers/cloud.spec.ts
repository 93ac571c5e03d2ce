import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import * as r from '../../src/client/resources';
import { Simulation } from '../cluster/simulation';

describe('what a cloud does', () => {
  let s: Simulation;
  beforeEach(async () => {
    s = await Simulation.start({ seed: 5, nodes: 1, addons: ['cloud'] });
    await s.until('the default account', async () => (await s.list(r.SERVICE_ACCOUNTS, 'default')).length);
  });
  afterEach(() => s.stop());

  const service = (name: string, spec: object = {}): Promise<KubeObject> =>
    s.client.create(r.SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }], ...spec } });
  const get = (name: string): Promise<KubeObject> => s.client.get(r.SERVICES, 'default', name);
  const addressOf = (name: string): Promise<string> => s.until(`an address of ${name}`, async () => (await get(name))['status'].loadBalancer.ingress?.[0]?.ip as string);
  const eventsOf = async (name: string): Promise<string[]> => (await s.list(r.CORE_EVENTS)).filter((e) => e['involvedObject'].name === name).map((e) => `${e['reason']}: ${e['message']} x${e['count']}`);

  it('gives load balancers addresses of their own, and takes them back', async () => {
    await service('a');
    await service('b');
    expect([await addressOf('a'), await addressOf('b')].sort()).toEqual(['172.30.0.1', '172.30.0.2']);
    expect(await get('a')).toMatchObject({ metadata: { finalizers: ['service.kubernetes.io/load-balancer-cleanup'] }, status: { loadBalancer: { ingress: [{ ip: '172.30.0.1', ipMode: 'VIP' }] } } });
    expect((await eventsOf('a')).sort()).toEqual(['EnsuredLoadBalancer: Ensured load balancer x1', 'EnsuringLoadBalancer: Ensuring load balancer x1']);
    await service('asked', { loadBalancerIP: '172.30.9.9' });
    expect(await addressOf('asked')).toBe('172.30.9.9');
    await service('foreign', { loadBalancerClass: 'example.com/other' });

    // A new process keeps what was given, and says nothing.
    await s.end('controllers');
    await s.begin('controllers');
    await s.run(1000);
    expect((await eventsOf('a')).length).toBe(2);
    expect(await addressOf('a')).toBe('172.30.0.1');
    expect((await get('foreign'))['status']).toEqual({ loadBalancer: {} });

    await s.client.patch(r.SERVICES, 'default', 'a', 'merge', { spec: { type: 'ClusterIP', allocateLoadBalancerNodePorts: null } });
    await s.until('no address', async () => !(await get('a'))['status'].loadBalancer.ingress && !(await get('a')).metadata.finalizers);
    expect((await eventsOf('a')).map((e) => e.split(':')[0])).toEqual(expect.arrayContaining(['DeletingLoadBalancer', 'DeletedLoadBalancer']));
    await s.client.delete(r.SERVICES, 'default', 'b');
    await s.until('the end of b', async () => !(await s.list(r.SERVICES, 'default')).some((o) => o.metadata.name === 'b'));
    await service('c');
    expect(await addressOf('c')).toBe('172.30.0.1');

    await s.client.create(r.NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'late' }, spec: {} });
    await s.until('new hosts', async () => (await eventsOf('c')).some((e) => e.startsWith('UpdatedLoadBalancer: Updated load balancer with new hosts')));
  });

  it('makes nodes known that wait for it, spread over zones', async () => {
    const taints = [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' }];
    for (const name of ['x', 'y']) await s.client.create(r.NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { taints } });
    const node = (name: string): Promise<KubeObject> =>
      s.until(`${name} in its zone`, async () => {
        const n = await s.client.get(r.NODES, undefined, name);
        return n.metadata.labels?.['topology.kubernetes.io/zone'] !== undefined && n;
      });
    const [x, y] = [await node('x'), await node('y')];
    expect(x.metadata.labels).toMatchObject({ 'topology.kubernetes.io/region': 'local', 'failure-domain.beta.kubernetes.io/zone': x.metadata.labels!['topology.kubernetes.io/zone'] });
    expect(x['spec'].providerID).toBe('kubernest://local/x');
    expect((x['spec'].taints ?? []).some((t: { key: string }) => t.key.startsWith('node.cloudprovider'))).toBe(false);
    expect(x.metadata.labels!['topology.kubernetes.io/zone']).not.toBe(y.metadata.labels!['topology.kubernetes.io/zone']);
    expect(await eventsOf('x')).toContain('Synced: Node synced successfully x1');
    expect((await s.client.get(r.NODES, undefined, 'node-1')).metadata.labels).not.toHaveProperty(['topology.kubernetes.io/zone']);
  });
});
