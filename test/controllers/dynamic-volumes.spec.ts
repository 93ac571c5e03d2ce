import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GVR, KubeObject } from '../../src/api/meta/object';
import * as r from '../../src/client/resources';
import { Simulation } from '../cluster/simulation';

/** The add-on's driver and the controllers of volumes, in a whole cluster whose time is given. */
describe('volumes that are made when they are asked for', () => {
  let s: Simulation;
  beforeEach(async () => {
    s = await Simulation.start({ seed: 5, nodes: 2, addons: ['storage'] });
    await s.until('the default account', async () => (await s.list(r.SERVICE_ACCOUNTS, 'default')).length);
  });
  afterEach(() => s.stop());

  const create = (gvr: GVR, apiVersion: string, kind: string, name: string, rest: object, namespace: string | undefined = 'default'): Promise<KubeObject> =>
    s.client.create(gvr, { apiVersion, kind, metadata: { name, namespace }, ...rest });
  const claim = (name: string, storage = '1Gi', more: object = {}): Promise<KubeObject> =>
    create(r.PERSISTENT_VOLUME_CLAIMS, 'v1', 'PersistentVolumeClaim', name, { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more } });
  const pod = (name: string, claimName: string, more: object = {}): Promise<KubeObject> =>
    create(r.PODS, 'v1', 'Pod', name, { spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'x' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }], ...more } });
  const phase = (gvr: GVR, name: string, namespace: string | undefined, wanted: string): Promise<KubeObject> =>
    s.until(`${name} ${wanted}`, async () => {
      const o = await s.client.get(gvr, namespace, name);
      return o['status']?.phase === wanted && o;
    });
  const bound = (name: string): Promise<KubeObject> => phase(r.PERSISTENT_VOLUME_CLAIMS, name, 'default', 'Bound');
  const eventsOf = async (name: string): Promise<string[]> => (await s.list(r.CORE_EVENTS)).filter((e) => e['involvedObject'].name === name).map((e) => `${e['reason']}: ${e['message']}`);
  const attached = async (node: string): Promise<string[]> => ((await s.client.get(r.NODES, undefined, node))['status'].volumesAttached ?? []).map((v: { name: string }) => v.name);

  it('claims get a volume of the default class, attached where their pods run, and everything goes again', async () => {
    await claim('data');
    const c = await bound('data');
    const name = `pvc-${c.metadata.uid}`;
    expect(c['spec']).toMatchObject({ storageClassName: 'standard', volumeName: name, volumeMode: 'Filesystem' });
    const volume = await s.client.get(r.PERSISTENT_VOLUMES, undefined, name);
    expect(volume['spec']).toMatchObject({ capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Delete', storageClassName: 'standard', csi: { driver: 'csi.kubernest.local', volumeHandle: c.metadata.uid } });
    expect(volume.metadata.finalizers!.slice().sort()).toEqual(['external-provisioner.volume.kubernetes.io/finalizer', 'kubernetes.io/pv-protection']);
    expect((await eventsOf('data')).map((e) => e.split(':')[0]).sort()).toEqual(['ExternalProvisioning', 'Provisioning', 'ProvisioningSucceeded']);

    await pod('web', 'data');
    const web = await phase(r.PODS, 'web', 'default', 'Running');
    const node = web['spec'].nodeName as string;
    const onNode = `kubernetes.io/csi/csi.kubernest.local^${c.metadata.uid}`;
    await s.until('the attachment in the node', async () => (await attached(node)).join() === onNode);
    const [a] = await s.list(r.VOLUME_ATTACHMENTS);
    expect(a).toMatchObject({ metadata: { name: expect.stringMatching(/^csi-[0-9a-f]{64}$/), finalizers: ['external-attacher/csi-kubernest-local'] }, spec: { attacher: 'csi.kubernest.local', nodeName: node, source: { persistentVolumeName: name } }, status: { attached: true } });
    expect(await eventsOf('web')).toContain(`SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "${name}" `);

    // Another node cannot have it.
    await pod('other', 'data', { nodeName: node === 'node-1' ? 'node-2' : 'node-1' });
    await s.run(2000);
    expect(await eventsOf('other')).toContain(`FailedAttachVolume: Multi-Attach error for volume "${name}" Volume is already used by pod(s) web`);
    expect(await s.list(r.VOLUME_ATTACHMENTS)).toHaveLength(1);

    for (const p of ['web', 'other']) await s.client.delete(r.PODS, 'default', p);
    await s.until('no attachment', async () => (await s.list(r.VOLUME_ATTACHMENTS)).length === 0);
    await s.until('an empty node', async () => [...(await attached('node-1')), ...(await attached('node-2'))].length === 0);
    await s.client.delete(r.PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
    await s.until('no volume', async () => (await s.list(r.PERSISTENT_VOLUMES)).length === 0);
  });

  it('a volume stays attached while its node says that it uses it', async () => {
    await claim('data');
    const c = await bound('data');
    const onNode = `kubernetes.io/csi/csi.kubernest.local^${c.metadata.uid}`;
    await pod('web', 'data', { nodeName: 'node-1' });
    await s.until('the attachment', async () => (await attached('node-1')).length === 1);
    await s.client.patch(r.NODES, undefined, 'node-1', 'merge', { status: { volumesInUse: [onNode] } }, { subresource: 'status' });
    await s.client.delete(r.PODS, 'default', 'web');
    await s.run(60_000);
    expect(await s.list(r.VOLUME_ATTACHMENTS)).toHaveLength(1);
    await s.client.patch(r.NODES, undefined, 'node-1', 'merge', { status: { volumesInUse: null } }, { subresource: 'status' });
    await s.until('no attachment', async () => (await s.list(r.VOLUME_ATTACHMENTS)).length === 0);
  });

  it('claims grow, change their class of attributes, and are copied', async () => {
    await claim('data');
    await bound('data');
    await s.client.patch(r.PERSISTENT_VOLUME_CLAIMS, 'default', 'data', 'merge', { spec: { resources: { requests: { storage: '3Gi' } } } });
    const grown = await s.until('the larger claim', async () => {
      const c = await s.client.get(r.PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
      return c['status'].capacity.storage === '3Gi' && c;
    });
    expect(grown['status']).toMatchObject({ allocatedResources: { storage: '3Gi' } });
    expect(grown['status'].conditions ?? []).toEqual([]);
    expect((await s.client.get(r.PERSISTENT_VOLUMES, undefined, grown['spec'].volumeName as string))['spec'].capacity).toEqual({ storage: '3Gi' });
    expect(await eventsOf('data')).toEqual(expect.arrayContaining(['ExternalExpanding: waiting for an external controller to expand this PVC', expect.stringMatching(/^Resizing: External resizer is resizing volume pvc-/), 'VolumeResizeSuccessful: Resize volume succeeded']));

    await create(r.VOLUME_ATTRIBUTES_CLASSES, 'storage.k8s.io/v1', 'VolumeAttributesClass', 'gold', { driverName: 'csi.kubernest.local', parameters: { iops: '9' } }, undefined);
    await s.client.patch(r.PERSISTENT_VOLUME_CLAIMS, 'default', 'data', 'merge', { spec: { volumeAttributesClassName: 'gold' } });
    await s.until('the other class', async () => (await s.client.get(r.PERSISTENT_VOLUME_CLAIMS, 'default', 'data'))['status'].currentVolumeAttributesClassName === 'gold');

    await claim('copy', '3Gi', { storageClassName: 'standard', dataSource: { kind: 'PersistentVolumeClaim', name: 'data' } });
    await bound('copy');
    await claim('orphan', '3Gi', { storageClassName: 'standard', dataSource: { kind: 'PersistentVolumeClaim', name: 'nothing' } });
    await s.run(2000);
    expect((await eventsOf('orphan')).find((e) => e.startsWith('ProvisioningFailed'))).toMatch(/failed to provision volume with StorageClass "standard": error getting PVC nothing/);
  });

  it('a class that waits for a pod gets its volume when the pod has a node; kept volumes stay', async () => {
    await create(r.STORAGE_CLASSES, 'storage.k8s.io/v1', 'StorageClass', 'late', { provisioner: 'csi.kubernest.local', volumeBindingMode: 'WaitForFirstConsumer', reclaimPolicy: 'Retain' }, undefined);
    await claim('data', '1Gi', { storageClassName: 'late' });
    await s.run(5000);
    expect(await s.list(r.PERSISTENT_VOLUMES)).toEqual([]);
    await pod('web', 'data');
    await phase(r.PODS, 'web', 'default', 'Running');
    const c = await bound('data');
    expect(c.metadata.annotations!['volume.kubernetes.io/selected-node']).toBe((await s.client.get(r.PODS, 'default', 'web'))['spec'].nodeName);
    await s.client.delete(r.PODS, 'default', 'web');
    await s.client.delete(r.PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
    const name = `pvc-${c.metadata.uid}`;
    expect((await phase(r.PERSISTENT_VOLUMES, name, undefined, 'Released'))['spec'].persistentVolumeReclaimPolicy).toBe('Retain');
    await s.client.delete(r.PERSISTENT_VOLUMES, undefined, name);
    await s.until('no volume', async () => (await s.list(r.PERSISTENT_VOLUMES)).length === 0);
  });

  it('recycled volumes are emptied by a pod and are available again', async () => {
    const volume = { spec: { capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Recycle', storageClassName: '', hostPath: { path: '/data' } } };
    await create(r.PERSISTENT_VOLUMES, 'v1', 'PersistentVolume', 'old', volume, undefined);
    await claim('data', '1Gi', { storageClassName: '' });
    await bound('data');
    await s.client.delete(r.PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
    const recycler = await s.until('the recycler', async () => (await s.list(r.PODS, 'default')).find((p) => p.metadata.name === 'recycler-for-old'));
    expect(recycler['spec']).toMatchObject({ activeDeadlineSeconds: 150, restartPolicy: 'Never', volumes: expect.arrayContaining([{ name: 'vol', hostPath: { path: '/data', type: '' } }]) });
    const free = await phase(r.PERSISTENT_VOLUMES, 'old', undefined, 'Available');
    expect(free['spec'].claimRef).toBeUndefined();
    expect(await eventsOf('old')).toContain('VolumeRecycled: Volume recycled');
    await s.until('no recycler', async () => (await s.list(r.PODS, 'default')).length === 0);
    await claim('next', '1Gi', { storageClassName: '' });
    await bound('next');
  });
});
