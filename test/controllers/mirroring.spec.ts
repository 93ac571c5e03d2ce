import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../src/client/resources';
import type { EndpointSlice } from '../../src/controllers/endpointslice/slice-types';
import { createEndpointSliceMirroringController } from '../../src/controllers/endpointslicemirroring/endpointslicemirroring-controller';
import { World } from '../client/world';
import { eventsOf } from './workloads';

describe('endpointslice mirroring controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createEndpointSliceMirroringController);
  });
  afterEach(() => w.stop());
  const slices = () => w.client.all<EndpointSlice>(ENDPOINT_SLICES);
  const service = (name: string, spec: object = {}) => w.client.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'a' }, spec });
  const endpoints = async (name: string, subsets: object[], metadata: object = {}) => {
    const o = await w.client.create(ENDPOINTS, { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace: 'a', ...metadata }, subsets });
    await w.settle();
    return o;
  };
  const ports = [{ name: 'http', port: 9000, protocol: 'TCP' }];

  it('copies endpoints made by hand', async () => {
    await service('ext');
    const o = await endpoints('ext', [{ addresses: [{ ip: '10.2.2.2' }, { ip: 'fd00:0:0::1' }], notReadyAddresses: [{ ip: '10.2.2.3', nodeName: 'n' }], ports }], { labels: { mine: 'y' }, annotations: { why: 'x', 'endpoints.kubernetes.io/last-change-trigger-time': 't' } });
    expect(slices()).toHaveLength(2);
    const [v4] = slices().filter((s) => s.addressType === 'IPv4');
    expect(v4).toMatchObject({
      metadata: {
        generateName: 'ext-',
        labels: { mine: 'y', 'kubernetes.io/service-name': 'ext', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
        annotations: { why: 'x' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Endpoints', name: 'ext', uid: o.metadata.uid, controller: true, blockOwnerDeletion: true }],
      },
      ports,
      endpoints: [{ addresses: ['10.2.2.2'], conditions: { ready: true } }, { addresses: ['10.2.2.3'], conditions: { ready: false }, nodeName: 'n' }],
    });
    expect(Object.keys(v4!.metadata.annotations!)).toEqual(['why']);
    expect(slices().find((s) => s.addressType === 'IPv6')!.endpoints![0]!.addresses).toEqual(['fd00::1']);

    const before = w.client.actions.length;
    await w.client.update(ENDPOINTS, { ...o, metadata: { ...o.metadata, annotations: { ...o.metadata.annotations, 'endpoints.kubernetes.io/last-change-trigger-time': 'later' } } });
    await w.settle();
    expect(w.client.actions.length).toBe(before + 1);

    const now = await w.client.get(ENDPOINTS, 'a', 'ext');
    await w.client.update(ENDPOINTS, { ...now, subsets: [{ addresses: [{ ip: '10.2.2.9' }], ports: [{ name: 'other', port: 1, protocol: 'TCP' }] }] } as KubeObject);
    await w.settle();
    expect(slices().map((s) => s.endpoints!.map((e) => e.addresses[0]))).toEqual([['10.2.2.9']]);
    // The slice that would go is used for the new ports.
    expect(slices()[0]!.metadata.uid).toBe(v4!.metadata.uid);
    expect(w.problems).toEqual([]);
  });

  it('copies nothing for Services with a selector, without Service, or on request', async () => {
    const subsets = [{ addresses: [{ ip: '10.0.0.1' }], ports }];
    await service('selects', { selector: { app: 'x' } });
    await endpoints('selects', subsets);
    await endpoints('alone', subsets);
    await service('skipped');
    await endpoints('skipped', subsets, { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } });
    expect(slices()).toEqual([]);
    await service('alone');
    await w.settle();
    expect(slices()).toHaveLength(1);
    await w.client.delete(ENDPOINTS, 'a', 'alone');
    await w.settle();
    expect(slices()).toEqual([]);
  });

  it('tells of addresses left out', async () => {
    await service('bad');
    await endpoints('bad', [{ addresses: [{ ip: '!' }, ...Array.from({ length: 1001 }, (_, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }))], ports }]);
    expect(slices()[0]!.endpoints).toHaveLength(1000);
    expect(await eventsOf(w, 'bad')).toEqual([
      'InvalidIPAddress: Skipped 1 invalid IP addresses when mirroring to EndpointSlices',
      'TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 2 addresses were skipped',
    ]);
  });
});
