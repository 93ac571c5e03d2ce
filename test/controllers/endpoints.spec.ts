import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { CORE_EVENTS, ENDPOINT_SLICES, ENDPOINTS, NODES, PODS, SERVICES } from '../../src/client/resources';
import { createEndpointsController } from '../../src/controllers/endpoints/endpoints-controller';
import { repack, truncate } from '../../src/controllers/endpoints/repack';
import { createEndpointSliceController } from '../../src/controllers/endpointslice/endpointslice-controller';
import type { EndpointSlice } from '../../src/controllers/endpointslice/slice-types';
import { World } from '../client/world';

const service = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'a', labels: { team: 'a' } },
  spec: { selector: { app: 'web' }, clusterIP: '10.0.0.1', ipFamilies: ['IPv4'], ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }], ...spec },
});
const pod = (name: string, spec: object = {}, app = 'web'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'a', labels: { app } },
  spec: { nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 8443, protocol: 'TCP' }] }], ...spec },
});

describe('endpoints and endpointslice controllers', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z1' } }, spec: {} });
    await w.start(createEndpointSliceController, createEndpointsController);
  });
  afterEach(() => w.stop());
  const slices = (name: string) => w.client.all<EndpointSlice>(ENDPOINT_SLICES).filter((s) => s.metadata.labels!['kubernetes.io/service-name'] === name);
  const endpoints = (name: string) => w.client.get(ENDPOINTS, 'a', name);
  let ip = 0;
  const run = async (p: KubeObject, ready = true, phase = 'Running', address = `10.1.${Math.floor(ip / 250)}.${(ip++ % 250) + 1}`) => {
    const fresh = await w.client.get(PODS, 'a', p.metadata.name!);
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:00:05Z' }];
    return w.client.update(PODS, { ...fresh, status: { phase, podIP: address, podIPs: [{ ip: address }], conditions } }, { subresource: 'status' });
  };

  it('makes an empty slice and empty endpoints', async () => {
    const s = await w.client.create(SERVICES, service('web'));
    await w.settle();
    const [slice] = slices('web');
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      metadata: {
        generateName: 'web-',
        labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', 'kubernetes.io/service-name': 'web', team: 'a' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: s.metadata.uid, controller: true, blockOwnerDeletion: true }],
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' },
      },
    });
    expect(slice!.endpoints).toBeUndefined();
    expect(slice!.ports).toBeUndefined();
    const e = await endpoints('web');
    expect(e.metadata.labels).toEqual({ 'endpoints.kubernetes.io/managed-by': 'endpoint-controller', team: 'a' });
    expect(e['subsets']).toBeUndefined();
  });

  it('follows a pod through its life', async () => {
    await w.client.create(SERVICES, service('web'));
    const p = await w.client.create(PODS, pod('w0'));
    await run(p, true, 'Running', '10.1.1.1');
    await w.settle();
    const target = { kind: 'Pod', namespace: 'a', name: 'w0', uid: p.metadata.uid };
    const name = slices('web')[0]!.metadata.name;
    expect(slices('web')).toMatchObject([
      { endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready: true, serving: true, terminating: false }, nodeName: 'n1', zone: 'z1', targetRef: target }], ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] },
    ]);
    expect((await endpoints('web'))['subsets']).toEqual([{ addresses: [{ ip: '10.1.1.1', nodeName: 'n1', targetRef: target }], ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }]);
    await run(p, false, 'Running', '10.1.1.1');
    await w.settle();
    expect(slices('web')[0]!.endpoints![0]!.conditions).toEqual({ ready: false, serving: false, terminating: false });
    expect((await endpoints('web'))['subsets'][0].notReadyAddresses).toHaveLength(1);
    await run(p, true, 'Running', '10.1.1.1');
    await w.client.delete(PODS, 'a', 'w0');
    await w.settle();
    expect(slices('web')[0]!.endpoints![0]!.conditions).toEqual({ ready: false, serving: true, terminating: true });
    expect((await endpoints('web'))['subsets']).toBeUndefined();
    await w.client.delete(PODS, 'a', 'w0', { gracePeriodSeconds: 0 });
    await w.settle();
    expect(slices('web')[0]!.endpoints ?? []).toEqual([]);
    // The same slice all the time, in the end the empty one again.
    expect(slices('web').map((s) => s.metadata.name)).toEqual([name]);
    await w.client.delete(SERVICES, 'a', 'web');
    await w.settle();
    expect(w.client.all(ENDPOINTS)).toEqual([]);
    expect(w.problems).toEqual([]);
  });

  it('resolves named ports and orders ports as Kubernetes does', async () => {
    const ports = [
      { name: 'a', port: 443, targetPort: 'web', protocol: 'TCP' },
      { name: 'b', port: 81, targetPort: 'nosuch', protocol: 'TCP' },
      { name: 'u', port: 53, targetPort: 53, protocol: 'UDP' },
    ];
    await w.client.create(SERVICES, service('named', { ports }));
    await run(await w.client.create(PODS, pod('w0')));
    await w.settle();
    expect(slices('named').map((s) => s.ports)).toEqual([[{ name: 'a', port: 8443, protocol: 'TCP' }, { name: 'u', port: 53, protocol: 'UDP' }]]);
    expect((await endpoints('named'))['subsets'][0].ports.map((p: { name: string }) => p.name)).toEqual(['u', 'a']);
  });

  it('publishes what is not ready and names hosts of headless Services', async () => {
    await w.client.create(SERVICES, service('hl', { clusterIP: 'None', ports: undefined, publishNotReadyAddresses: true }));
    await run(await w.client.create(PODS, pod('w0', { hostname: 'first', subdomain: 'hl', nodeName: undefined })), false);
    await w.settle();
    expect(slices('hl')[0]).toMatchObject({ endpoints: [{ hostname: 'first', conditions: { ready: true, serving: false } }], metadata: { labels: { 'service.kubernetes.io/headless': '' } } });
    expect(slices('hl')[0]!.ports).toBeUndefined();
    expect(await endpoints('hl')).toMatchObject({ subsets: [{ addresses: [{ hostname: 'first' }] }], metadata: { labels: { 'service.kubernetes.io/headless': '' } } });
    await run(await w.client.get(PODS, 'a', 'w0'), true, 'Succeeded');
    await w.settle();
    expect(slices('hl')[0]!.endpoints ?? []).toEqual([]);
  });

  it('leaves out pods whose node is unknown, says so and tries again', async () => {
    await w.client.create(SERVICES, service('web'));
    await run(await w.client.create(PODS, pod('w0', { nodeName: 'n2' })));
    await w.settle();
    expect(slices('web')[0]!.endpoints ?? []).toEqual([]);
    await w.events.flushed();
    expect(w.client.all(CORE_EVENTS)[0]).toMatchObject({ reason: 'FailedToUpdateEndpointSlices', message: 'Error updating Endpoint Slices for Service a/web: skipping Pod w0 for Service a/web: Node n2 Not Found' });
    await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2' }, spec: {} });
    await w.pass(2000);
    expect(slices('web')[0]!.endpoints).toHaveLength(1);
  });

  it('splits into slices of a hundred and changes as few as it can', async () => {
    await w.client.create(SERVICES, service('web'));
    for (let i = 0; i < 250; i++) await run(await w.client.create(PODS, pod(`w${i}`)));
    await w.pass(5000);
    const sizes = () => slices('web').map((s) => s.endpoints!.length).sort((a, b) => a - b);
    expect(sizes().reduce((a, b) => a + b)).toBe(250);
    expect(sizes()).toHaveLength(3);
    const before = w.client.actions.length;
    await run(await w.client.get(PODS, 'a', 'w3'), false);
    await w.settle();
    const writes = w.client.actions.slice(before).filter((a) => a.resource === 'endpointslices');
    expect(writes).toHaveLength(1);
    await w.pass(600_000);
    expect(w.client.actions.slice(before).filter((a) => a.verb !== 'update')).toEqual([]);
  });

  it('leaves Services without selector and ExternalName ones alone, and takes care of lost Endpoints', async () => {
    await w.client.create(SERVICES, service('ext', { selector: undefined }));
    await w.client.create(SERVICES, service('name', { type: 'ExternalName' }));
    await w.settle();
    expect(w.client.all(ENDPOINT_SLICES)).toEqual([]);
    expect(w.client.all(ENDPOINTS)).toEqual([]);
    await w.client.create(SERVICES, service('web'));
    await w.settle();
    await w.client.delete(ENDPOINTS, 'a', 'web');
    await w.client.delete(ENDPOINT_SLICES, 'a', slices('web')[0]!.metadata.name!);
    await w.pass(2000);
    expect(await endpoints('web')).toBeDefined();
    expect(slices('web')).toHaveLength(1);
  });

  it('adds hints where the Service wants its traffic close', async () => {
    await w.client.create(SERVICES, service('web', { trafficDistribution: 'PreferSameNode' }));
    await run(await w.client.create(PODS, pod('w0')));
    await w.settle();
    expect(slices('web')[0]!.endpoints![0]!.hints).toEqual({ forZones: [{ name: 'z1' }], forNodes: [{ name: 'n1' }] });
  });
});

describe('repack', () => {
  it('joins ports with the same addresses, and not ready trumps ready', () => {
    const p = (name: string, port: number) => [{ name, port, protocol: 'TCP' }];
    expect(
      repack([
        { addresses: [{ ip: '10.0.0.2' }], ports: p('a', 1) },
        { addresses: [{ ip: '10.0.0.1' }], ports: p('a', 1) },
        { addresses: [{ ip: '10.0.0.2' }], ports: p('b', 2) },
        { notReadyAddresses: [{ ip: '10.0.0.1' }], ports: p('b', 2) },
        { notReadyAddresses: [{ ip: '10.0.0.1' }], ports: p('a', 1) },
      ]),
    ).toEqual([{ addresses: [{ ip: '10.0.0.2' }], notReadyAddresses: [{ ip: '10.0.0.1' }], ports: expect.arrayContaining([...p('a', 1), ...p('b', 2)]) }]);
  });

  it('cuts to a thousand addresses', () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }));
    expect(truncate([{ addresses: many(600), notReadyAddresses: many(400) }])).toBeUndefined();
    const cut = truncate([{ addresses: many(600), notReadyAddresses: many(600) }])!;
    expect([cut[0]!.addresses!.length, cut[0]!.notReadyAddresses!.length]).toEqual([600, 400]);
    const ready = truncate([{ addresses: many(900), notReadyAddresses: many(5) }, { addresses: many(300) }])!;
    expect(ready.map((s) => [s.addresses?.length, s.notReadyAddresses?.length])).toEqual([[750, undefined], [250, undefined]]);
  });
});
