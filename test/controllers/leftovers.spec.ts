import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GVR, KubeObject } from '../../src/api/meta/object';
import * as r from '../../src/client/resources';
import { Simulation } from '../cluster/simulation';

const DAY = 24 * 60 * 60 * 1000;

/** Controllers of things at the edge, in a whole cluster whose time is given. */
describe('in a whole cluster', () => {
  let s: Simulation;
  beforeEach(async () => {
    s = await Simulation.start({ seed: 3, nodes: 1 });
    await s.until('the default account', async () => (await s.list(r.SERVICE_ACCOUNTS, 'default')).length);
  });
  afterEach(() => s.stop());

  const create = (gvr: GVR, apiVersion: string, kind: string, name: string, rest: object, namespace: string | undefined = 'default', metadata: object = {}): Promise<KubeObject> =>
    s.client.create(gvr, { apiVersion, kind, metadata: { name, namespace, ...metadata }, ...rest });
  const absent = (gvr: GVR, name: string, namespace?: string) => async (): Promise<boolean> => !(await s.list(gvr, namespace)).some((o) => o.metadata.name === name);
  const ready = async (name: string): Promise<Record<string, string> | undefined> =>
    ((await s.client.get(r.SERVICE_CIDRS, undefined, name))['status']?.conditions as Record<string, string>[] | undefined)?.find((c) => c['type'] === 'Ready');

  it('ServiceCIDRs are ready, and stay while an address is in use that only they hold', async () => {
    expect(await s.until('the first range', () => ready('kubernetes'))).toMatchObject({ status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' });
    await create(r.SERVICE_CIDRS, 'networking.k8s.io/v1', 'ServiceCIDR', 'more', { spec: { cidrs: ['10.97.0.0/24'] } }, undefined);
    await s.until('the second range', () => ready('more'));
    expect((await s.client.get(r.SERVICE_CIDRS, undefined, 'more')).metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer']);
    const labels = { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io', 'ipaddress.kubernetes.io/ip-family': 'IPv4' };
    await create(r.IP_ADDRESSES, 'networking.k8s.io/v1', 'IPAddress', '10.97.0.9', { spec: { parentRef: { resource: 'services', namespace: 'default', name: 'gone' } } }, undefined, { labels });
    await s.client.delete(r.SERVICE_CIDRS, undefined, 'more');
    await s.until('the refusal', async () => (await ready('more'))?.['reason'] === 'Terminating');
    await s.run(60_000);
    expect(await ready('more')).toMatchObject({ status: 'False', message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR' });
    await s.client.delete(r.IP_ADDRESSES, undefined, '10.97.0.9');
    await s.until('the end of the range', absent(r.SERVICE_CIDRS, 'more'));

    // One that lies in another is not needed for any address; it only waits a little.
    await create(r.SERVICE_CIDRS, 'networking.k8s.io/v1', 'ServiceCIDR', 'inner', { spec: { cidrs: ['10.96.0.0/24'] } }, undefined);
    await s.until('the inner range', () => ready('inner'));
    await s.client.delete(r.SERVICE_CIDRS, undefined, 'inner');
    await s.run(9000);
    expect(await absent(r.SERVICE_CIDRS, 'inner')()).toBe(false);
    await s.run(2000);
    expect(await absent(r.SERVICE_CIDRS, 'inner')()).toBe(true);
  });

  it('VolumeAttributesClasses stay while a claim names them', async () => {
    await create(r.VOLUME_ATTRIBUTES_CLASSES, 'storage.k8s.io/v1', 'VolumeAttributesClass', 'gold', { driverName: 'x.example.com', parameters: { iops: '1' } }, undefined);
    const claim = { spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeAttributesClassName: 'gold', resources: { requests: { storage: '1Gi' } } } };
    await create(r.PERSISTENT_VOLUME_CLAIMS, 'v1', 'PersistentVolumeClaim', 'data', claim);
    await s.until('the finalizer', async () => (await s.client.get(r.VOLUME_ATTRIBUTES_CLASSES, undefined, 'gold')).metadata.finalizers?.includes('kubernetes.io/vac-protection'));
    await s.client.delete(r.VOLUME_ATTRIBUTES_CLASSES, undefined, 'gold');
    await s.run(5000);
    expect(await absent(r.VOLUME_ATTRIBUTES_CLASSES, 'gold')()).toBe(false);
    await s.client.delete(r.PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
    await s.until('the end of the class', absent(r.VOLUME_ATTRIBUTES_CLASSES, 'gold'));
  });

  it('ResourceClaims are made of templates, are freed when their pods are over, and go with them', async () => {
    const request = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } };
    const pod = { spec: { restartPolicy: 'Never', resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }], containers: [{ name: 'c', image: 'x', command: ['sleep', '3600'] }] } };
    await create(r.PODS, 'v1', 'Pod', 'early', pod);
    await s.run(1000);
    const complaints = (await s.list(r.CORE_EVENTS, 'default')).filter((e) => e['reason'] === 'FailedResourceClaimCreation').map((e) => e['message'] as string);
    expect(complaints).toEqual(['PodResourceClaim gpu: resource claim template "one-gpu": resourceclaimtemplate.resource.k8s.io "one-gpu" not found']);
    await create(r.RESOURCE_CLAIM_TEMPLATES, 'resource.k8s.io/v1', 'ResourceClaimTemplate', 'one-gpu', { spec: { metadata: { labels: { a: 'b' } }, spec: request } });
    const [claim] = await s.until('a claim', async () => {
      const all = await s.list(r.RESOURCE_CLAIMS, 'default');
      return all.length === 1 && all;
    });
    expect(claim!.metadata).toMatchObject({ generateName: 'early-gpu-', labels: { a: 'b' }, annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' } });
    expect(claim!.metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'early', controller: true }]);
    const noted = await s.client.get(r.PODS, 'default', 'early');
    expect(noted['status'].resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: claim!.metadata.name }]);

    // The scheduler's part, by hand: allocated, held, and reserved for the pod.
    await s.client.patch(r.RESOURCE_CLAIMS, 'default', claim!.metadata.name!, 'merge', { metadata: { finalizers: ['resource.kubernetes.io/delete-protection'] } });
    const reservedFor = [{ resource: 'pods', name: 'early', uid: noted.metadata.uid }];
    await s.client.patch(r.RESOURCE_CLAIMS, 'default', claim!.metadata.name!, 'merge', { status: { allocation: { devices: {} }, reservedFor } }, { subresource: 'status' });
    await s.run(1000);
    expect((await s.client.get(r.RESOURCE_CLAIMS, 'default', claim!.metadata.name!))['status'].reservedFor).toHaveLength(1);
    await s.client.patch(r.PODS, 'default', 'early', 'merge', { status: { phase: 'Failed' } }, { subresource: 'status' });
    await s.until('the end of the claim', absent(r.RESOURCE_CLAIMS, claim!.metadata.name!, 'default'));
  });

  it('token Secrets that accounts were given long ago are made invalid after a year without use, and go after another', async () => {
    await create(r.SERVICE_ACCOUNTS, 'v1', 'ServiceAccount', 'old', { secrets: [{ name: 'old-token' }] });
    const annotations = { 'kubernetes.io/service-account.name': 'old' };
    for (const name of ['old-token', 'by-hand']) await create(r.SECRETS, 'v1', 'Secret', name, { type: 'kubernetes.io/service-account-token' }, 'default', { annotations });
    const since = async (): Promise<string | undefined> => (await s.client.get(r.SECRETS, 'default', 'old-token')).metadata.labels?.['kubernetes.io/legacy-token-invalid-since'];
    // The nodes' heartbeats of two years would take a while.
    await s.end('kubelet');
    s.clock.step(364 * DAY);
    await s.run(DAY);
    expect(await since()).toBeUndefined();
    for (let day = 0; day < 3; day++) await s.run(DAY);
    expect(await since()).toMatch(/^2027-01-/);
    s.clock.step(363 * DAY);
    for (let day = 0; day < 6; day++) await s.run(DAY);
    expect((await s.list(r.SECRETS, 'default')).map((o) => o.metadata.name)).toEqual(['by-hand']);
  });
});
