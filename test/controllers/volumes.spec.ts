import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../src/client/resources';
import { createEphemeralVolumeController } from '../../src/controllers/ephemeralvolume/ephemeral-volume-controller';
import { createPersistentVolumeController } from '../../src/controllers/persistentvolume/persistentvolume-controller';
import type { PersistentVolume, PersistentVolumeClaim } from '../../src/controllers/shared/volume-types';
import { createPvProtectionController } from '../../src/controllers/volumeprotection/pv-protection-controller';
import { createPvcProtectionController } from '../../src/controllers/volumeprotection/pvc-protection-controller';
import { World } from '../client/world';
import { eventsOf, setReady } from './workloads';

const BOUND = 'pv.kubernetes.io/bound-by-controller';
const COMPLETED = 'pv.kubernetes.io/bind-completed';

describe('volumes', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createPersistentVolumeController, createPvProtectionController, createPvcProtectionController, createEphemeralVolumeController);
  });
  afterEach(() => w.stop());

  const volume = async (name: string, spec: object = {}, metadata: object = {}) => {
    await w.client.create(PERSISTENT_VOLUMES, {
      apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, ...metadata },
      spec: { capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 's', persistentVolumeReclaimPolicy: 'Retain', csi: { driver: 'd', volumeHandle: 'h' }, ...spec },
    });
    await w.settle();
  };
  const claim = async (name: string, spec: object = {}) => {
    await w.client.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'a' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 's', resources: { requests: { storage: '1Gi' } }, ...spec },
    });
    await w.settle();
  };
  const storageClass = async (name: string, o: object = {}, annotations?: Record<string, string>) => {
    await w.client.create(STORAGE_CLASSES, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, ...(annotations ? { annotations } : {}) }, provisioner: 'p.example.com', ...o });
    await w.settle();
  };
  const pv = (name: string) => w.client.get<PersistentVolume>(PERSISTENT_VOLUMES, undefined, name);
  const pvc = (name: string) => w.client.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, 'a', name);
  const gone = (name: string) => expect(pvc(name)).rejects.toMatchObject({ code: 404 });

  it('binds a claim to the smallest volume that will do, whichever comes first', async () => {
    await volume('large');
    await volume('small', { capacity: { storage: '2Gi' } });
    await claim('c');
    const c = await pvc('c');
    expect(c.metadata.annotations).toEqual({ [COMPLETED]: 'yes', [BOUND]: 'yes' });
    expect(c.spec.volumeName).toBe('small');
    expect(c.status).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } });
    const v = await pv('small');
    expect(v.metadata).toMatchObject({ annotations: { [BOUND]: 'yes' }, finalizers: ['kubernetes.io/pv-protection'] });
    expect(v.spec.claimRef).toMatchObject({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'c', namespace: 'a', uid: c.metadata.uid });
    expect([v.status.phase, (await pv('large')).status.phase]).toEqual(['Bound', 'Available']);

    await claim('big', { resources: { requests: { storage: '9Gi' } } });
    expect((await pvc('big')).status.phase).toBe('Pending');
    await volume('huge', { capacity: { storage: '10Gi' } });
    expect((await pvc('big')).spec.volumeName).toBe('huge');
    const before = w.client.actions.length;
    await w.pass(600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
    expect(w.problems).toEqual([]);
  });

  it('gives every volume to one claim only', async () => {
    for (const n of ['c1', 'c2', 'c3']) await claim(n);
    await Promise.all(['v1', 'v2', 'v3', 'v4'].map((n) => volume(n)));
    await w.settle();
    const names = await Promise.all(['c1', 'c2', 'c3'].map(async (n) => (await pvc(n)).spec.volumeName));
    expect(new Set(names).size).toBe(3);
    expect(names).not.toContain(undefined);
    expect(w.client.all(PERSISTENT_VOLUMES).filter((v) => (v as PersistentVolume).status.phase === 'Available')).toHaveLength(1);
  });

  it('looks at modes, class, labels and kind', async () => {
    await storageClass('s');
    await volume('many', { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], capacity: { storage: '1Gi' } });
    await volume('one', {}, { labels: { disk: 'a' } });
    await claim('rwx', { accessModes: ['ReadWriteMany'] });
    await claim('block', { volumeMode: 'Block' });
    await claim('other', { storageClassName: '' });
    await claim('labelled', { selector: { matchLabels: { disk: 'z' } } });
    for (const n of ['rwx', 'block', 'other', 'labelled']) expect((await pvc(n)).spec.volumeName, n).toBeUndefined();
    expect(await eventsOf(w, 'other')).toEqual(['FailedBinding: no persistent volumes available for this claim and no storage class is set']);
    // Fewer modes go before the smaller size.
    await claim('c');
    expect((await pvc('c')).spec.volumeName).toBe('one');
  });

  it('binds volumes and claims that name each other', async () => {
    await claim('named', { volumeName: 'v' });
    expect((await pvc('named')).status.phase).toBe('Pending');
    await volume('v');
    expect((await pvc('named')).metadata.annotations).toEqual({ [COMPLETED]: 'yes' });
    expect((await pv('v')).metadata.annotations).toEqual({ [BOUND]: 'yes' });
    await claim('late', { volumeName: 'v' });
    expect(await eventsOf(w, 'late')).toEqual(['FailedBinding: volume "v" already bound to a different claim.']);

    await volume('reserved', { claimRef: { namespace: 'a', name: 'res' } });
    expect(await pv('reserved')).toMatchObject({ status: { phase: 'Available' }, spec: { claimRef: { namespace: 'a', name: 'res' } } });
    await claim('res');
    const res = await pvc('res');
    expect(res.metadata.annotations).toEqual({ [COMPLETED]: 'yes', [BOUND]: 'yes' });
    const v = await pv('reserved');
    expect(v.metadata.annotations).toBeUndefined();
    expect(v).toMatchObject({ status: { phase: 'Bound' }, spec: { claimRef: { uid: res.metadata.uid } } });

    await volume('tiny', { capacity: { storage: '1Mi' } });
    await claim('toobig', { volumeName: 'tiny' });
    expect(await eventsOf(w, 'toobig')).toEqual(['VolumeMismatch: Cannot bind to requested volume "tiny": requested PV is too small']);
  });

  it('asks for provisioning by the class, and by the default class where none is named', async () => {
    await claim('noclass');
    expect(await eventsOf(w, 'noclass')).toEqual(['ProvisioningFailed: storageclass.storage.k8s.io "s" not found']);
    await storageClass('s');
    expect((await eventsOf(w, 'noclass')).at(-1)).toMatch(/^ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'p.example.com' or manually/);
    expect((await pvc('noclass')).metadata.annotations).toEqual({ 'volume.beta.kubernetes.io/storage-provisioner': 'p.example.com', 'volume.kubernetes.io/storage-provisioner': 'p.example.com' });

    await claim('default', { storageClassName: undefined });
    expect((await pvc('default')).spec.storageClassName).toBeUndefined();
    await storageClass('d', { provisioner: 'kubernetes.io/no-provisioner' }, { 'storageclass.kubernetes.io/is-default-class': 'true' });
    expect((await pvc('default')).spec.storageClassName).toBe('d');
    expect((await eventsOf(w, 'default')).at(-1)).toBe('ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner');

    // What a provisioner does.
    const c = await pvc('noclass');
    await volume('made', { claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'a', name: 'noclass', uid: c.metadata.uid }, persistentVolumeReclaimPolicy: 'Delete' });
    expect(await pvc('noclass')).toMatchObject({ spec: { volumeName: 'made' }, status: { phase: 'Bound' } });
  });

  it('leaves the choice to the scheduler where the class says so', async () => {
    await storageClass('s', { volumeBindingMode: 'WaitForFirstConsumer' });
    await volume('v');
    await claim('c');
    expect(await eventsOf(w, 'c')).toEqual(['WaitForFirstConsumer: waiting for first consumer to be created before binding']);
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' }, spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'c' } }] } });
    await w.pass(15_000);
    expect((await eventsOf(w, 'c')).at(-1)).toBe('WaitForPodScheduled: waiting for pod p to be scheduled');
    const c = await pvc('c');
    const v = await pv('v');
    await w.client.update(PERSISTENT_VOLUMES, { ...v, metadata: { ...v.metadata, annotations: { [BOUND]: 'yes' } }, spec: { ...v.spec, claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'a', name: 'c', uid: c.metadata.uid } } });
    await w.settle();
    expect(await pvc('c')).toMatchObject({ spec: { volumeName: 'v' }, status: { phase: 'Bound' }, metadata: { annotations: { [COMPLETED]: 'yes', [BOUND]: 'yes' } } });
  });

  it('keeps claims in use and bound volumes, then releases by policy', async () => {
    await volume('kept');
    await claim('c');
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' }, spec: { nodeName: 'n', volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'c' } }] } });
    await w.client.delete(PERSISTENT_VOLUME_CLAIMS, 'a', 'c');
    await w.client.delete(PERSISTENT_VOLUMES, undefined, 'kept');
    await w.settle();
    expect((await pvc('c')).metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    expect((await pv('kept')).metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    // A pod that has ended still keeps its claim.
    await setReady(w, await w.client.get(PODS, 'a', 'p'), false, 'Succeeded');
    await w.settle();
    expect((await pvc('c')).metadata.finalizers).toHaveLength(1);
    await w.client.delete(PODS, 'a', 'p', { gracePeriodSeconds: 0 });
    await w.settle();
    await gone('c');
    await expect(pv('kept')).rejects.toMatchObject({ code: 404 });

    const released = async (name: string, spec: object) => {
      await volume(name, { storageClassName: name, ...spec });
      await claim(name, { storageClassName: name });
      await w.client.delete(PERSISTENT_VOLUME_CLAIMS, 'a', name);
      await w.settle();
      return w.client.all(PERSISTENT_VOLUMES).find((v) => v.metadata.name === name) as PersistentVolume | undefined;
    };
    expect((await released('retain', {}))!.status.phase).toBe('Released');
    expect((await released('external', { persistentVolumeReclaimPolicy: 'Delete' }))!.status.phase).toBe('Released');
    expect(await released('tmp', { persistentVolumeReclaimPolicy: 'Delete', csi: undefined, hostPath: { path: '/tmp/x' } })).toBeUndefined();
    const why = 'host_path deleter only supports /tmp/.+ but received provided /mnt/x';
    expect((await released('host', { persistentVolumeReclaimPolicy: 'Delete', csi: undefined, hostPath: { path: '/mnt/x' } }))!.status).toMatchObject({ phase: 'Failed', message: why });
    expect(await eventsOf(w, 'host')).toContain(`VolumeFailedDelete: ${why}`);
    expect((await released('recycle', { persistentVolumeReclaimPolicy: 'Recycle' }))!.status.phase).toBe('Failed');

    const v = await pv('retain');
    const { claimRef: _, ...spec } = v.spec;
    await w.client.update(PERSISTENT_VOLUMES, { ...v, spec });
    await w.settle();
    expect((await pv('retain')).status.phase).toBe('Available');
  });

  it('tells when a claim has lost its volume', async () => {
    await volume('v');
    await claim('c');
    await w.client.delete(PERSISTENT_VOLUMES, undefined, 'v');
    const v = await pv('v');
    await w.client.update(PERSISTENT_VOLUMES, { ...v, metadata: { ...v.metadata, finalizers: [] } });
    await w.settle();
    expect((await pvc('c')).status).toEqual({ phase: 'Lost' });
    expect(await eventsOf(w, 'c')).toEqual(['ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!']);
  });

  it('takes a volume back that was meant for a claim that has another', async () => {
    await volume('v');
    await claim('c');
    const ref = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'a', name: 'c', uid: (await pvc('c')).metadata.uid };
    await volume('ours', { claimRef: ref }, { annotations: { [BOUND]: 'yes' } });
    await volume('users', { claimRef: ref });
    expect((await pv('ours')).spec.claimRef).toBeUndefined();
    expect((await pv('users')).spec.claimRef).toEqual({ kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'a', name: 'c' });
    expect((await pv('ours')).status.phase).toBe('Available');
  });

  it('makes the claims of ephemeral volumes', async () => {
    const volumes = [{ name: 'd', ephemeral: { volumeClaimTemplate: { metadata: { labels: { x: 'y' } }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 's' } } } }];
    const p = await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' }, spec: { nodeName: 'n', volumes } });
    await w.settle();
    expect(await pvc('p-d')).toMatchObject({
      metadata: { labels: { x: 'y' }, ownerReferences: [{ kind: 'Pod', name: 'p', uid: p.metadata.uid, controller: true, blockOwnerDeletion: true }], finalizers: ['kubernetes.io/pvc-protection'] },
      spec: { storageClassName: 's' },
    });
    await claim('q-d');
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'q', namespace: 'a' }, spec: { volumes } });
    await w.settle();
    expect(await eventsOf(w, 'q')).toContain('FailedBinding: ephemeral volume d: PVC a/q-d was not created for pod a/q (pod is not owner)');
  });
});
