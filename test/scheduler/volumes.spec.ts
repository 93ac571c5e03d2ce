import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { CSI_NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES, VOLUME_ATTACHMENTS } from '../../src/client/resources';
import { TestCluster } from './cluster';

const uses = (...claims: string[]): Record<string, unknown> => ({ volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) });

async function claim(c: TestCluster, name: string, spec: object = {}, annotations: Record<string, string> = {}): Promise<KubeObject> {
  return c.client.create(PERSISTENT_VOLUME_CLAIMS, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'wait', ...spec },
  });
}

async function volume(c: TestCluster, name: string, node: string, size = '5Gi'): Promise<void> {
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] };
  await c.client.create(PERSISTENT_VOLUMES, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage: size }, accessModes: ['ReadWriteOnce'], storageClassName: 'wait', nodeAffinity: { required } },
  });
  await c.client.patch(PERSISTENT_VOLUMES, undefined, name, 'merge', { status: { phase: 'Available' } }, { subresource: 'status' });
}

async function storageClass(c: TestCluster, name: string, provisioner: string, volumeBindingMode = 'WaitForFirstConsumer'): Promise<void> {
  await c.client.create(STORAGE_CLASSES, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner, volumeBindingMode });
}

/** What the volume controller does when it sees what the scheduler has chosen. */
async function finishBinding(c: TestCluster, claimName: string, volumeName: string): Promise<void> {
  await c.client.patch(PERSISTENT_VOLUME_CLAIMS, 'default', claimName, 'merge', { metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { volumeName } });
}

describe('claims', () => {
  it('that are missing or not bound hold the pod back, and say so', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    await claim(c, 'unbound', { storageClassName: '' });
    await c.pod('a', uses('missing'));
    await c.pod('b', uses('unbound'));
    await c.settle();
    expect(await c.why('a')).toBe('0/3 nodes are available: persistentvolumeclaim "missing" not found. not found');
    expect(await c.why('b')).toBe('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found');
    await claim(c, 'missing', { volumeName: 'v' }, { 'pv.kubernetes.io/bind-completed': 'yes' });
    await volume(c, 'v', 'node-2');
    await c.settle();
    expect(await c.nodeOf('a')).toBe('node-2');
  });

  it('that wait for a consumer are bound to a volume on the pod\'s node before the pod', async () => {
    const c = await new TestCluster().start();
    await c.nodes(3);
    await storageClass(c, 'wait', 'kubernetes.io/no-provisioner');
    await volume(c, 'big', 'node-2', '10Gi');
    await volume(c, 'small', 'node-2', '2Gi');
    const { uid } = (await claim(c, 'c')).metadata;
    await c.pod('p', uses('c'));
    await c.settle();
    expect((await c.client.get(PERSISTENT_VOLUMES, undefined, 'small'))).toMatchObject({
      metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } },
      spec: { claimRef: { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c', uid } },
    });
    expect(await c.nodeOf('p')).toBeUndefined();
    // Others are told where it will be.
    expect((await c.get('p'))['status'].nominatedNodeName).toBe('node-2');
    await finishBinding(c, 'c', 'small');
    await c.settle();
    expect(await c.nodeOf('p')).toBe('node-2');
  });

  it.each(['default-scheduler', 'other'])('do not get a volume that another pod is just getting, also one of the profile %s', async (schedulerName) => {
    const c = await new TestCluster({ profiles: [{ schedulerName: 'default-scheduler' }, { schedulerName: 'other' }] }).start();
    await c.nodes(3);
    await storageClass(c, 'wait', 'kubernetes.io/no-provisioner');
    await volume(c, 'v', 'node-1');
    for (const n of ['one', 'two']) await claim(c, n);
    await c.pod('p1', uses('one'));
    await c.pod('p2', { ...uses('two'), schedulerName });
    await c.settle();
    expect(await c.why('p2')).toContain("3 node(s) didn't find available persistent volumes to bind.");
  });

  it('that have to be provisioned are given the node', async () => {
    const c = await new TestCluster().start();
    await c.nodes(2);
    await storageClass(c, 'wait', 'x/y');
    await claim(c, 'c');
    await c.pod('p', { ...uses('c'), nodeSelector: { 'kubernetes.io/hostname': 'node-1' } });
    await c.settle();
    const o = await c.client.get(PERSISTENT_VOLUME_CLAIMS, 'default', 'c');
    expect(o.metadata.annotations!['volume.kubernetes.io/selected-node']).toBe('node-1');
    await volume(c, 'made', 'node-1');
    await finishBinding(c, 'c', 'made');
    await c.settle();
    expect(await c.nodeOf('p')).toBe('node-1');
  });

  it('that are never bound make the pod go round again', async () => {
    const c = await new TestCluster({ profiles: [{ schedulerName: 'default-scheduler', args: { VolumeBinding: { bindTimeoutSeconds: 5 } } }] }).start();
    await c.nodes(1);
    await storageClass(c, 'wait', 'x/y');
    await claim(c, 'c');
    await c.pod('p', uses('c'));
    await c.pass(6000);
    expect((await c.get('p'))['status'].conditions[0]).toMatchObject({ reason: 'SchedulerError', message: 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded' });
    expect(c.scheduler.cache.nodes.get('node-1')!.pods.size).toBe(0);
  });

  it('for one pod only are not used by a second', async () => {
    const c = await new TestCluster().start();
    await c.nodes(2);
    await volume(c, 'v', 'node-1');
    await claim(c, 'c', { accessModes: ['ReadWriteOncePod'], volumeName: 'v' }, { 'pv.kubernetes.io/bind-completed': 'yes' });
    await c.pod('one', uses('c'));
    await c.settle();
    await c.pod('two', uses('c'));
    await c.settle();
    expect(await c.nodeOf('one')).toBe('node-1');
    expect(await c.why('two')).toContain('2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.');
    await c.client.delete(PODS, 'default', 'one', { gracePeriodSeconds: 0 });
    await c.settle();
    expect(await c.nodeOf('two')).toBe('node-1');
  });

  it('lead pods to the zone of their volume', async () => {
    const c = await new TestCluster().start();
    await c.node('a', { labels: { 'topology.kubernetes.io/zone': 'a' } });
    await c.node('b', { labels: { 'topology.kubernetes.io/zone': 'b' } });
    await c.client.create(PERSISTENT_VOLUMES, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v', labels: { 'topology.kubernetes.io/zone': 'b' } }, spec: { capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'] } });
    await claim(c, 'c', { volumeName: 'v' }, { 'pv.kubernetes.io/bind-completed': 'yes' });
    await c.pod('p', uses('c'));
    await c.pod('q', { ...uses('c'), nodeSelector: { 'kubernetes.io/hostname': 'a' } });
    await c.settle();
    expect(await c.nodeOf('p')).toBe('b');
    expect(await c.why('q')).toContain('1 node(s) had no available volume zone');
  });
});

describe('volumes that a driver can attach', () => {
  const csiNode = (c: TestCluster, name: string, count: number): Promise<KubeObject> =>
    c.client.create(CSI_NODES, { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name }, spec: { drivers: [{ name: 'disk.example', nodeID: name, allocatable: { count } }] } });
  /** A claim that is bound to a volume of the driver. */
  const bound = async (c: TestCluster, name: string): Promise<void> => {
    const csi = { driver: 'disk.example', volumeHandle: `handle-${name}` };
    await c.client.create(PERSISTENT_VOLUMES, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `pv-${name}` }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], csi } });
    await claim(c, name, { storageClassName: '', volumeName: `pv-${name}` }, { 'pv.kubernetes.io/bind-completed': 'yes' });
  };
  const FULL = '0/1 nodes are available: 1 node(s) exceed max volume count. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';

  it('are counted by node, each once, until the limit is raised', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1);
    const limits = await csiNode(c, 'node-1', 2);
    for (const name of ['a', 'b', 'd']) await bound(c, name);
    await c.pod('first', uses('a', 'b'));
    await c.pod('shares', uses('b'));
    await c.settle();
    expect(await c.nodeOf('shares')).toBe('node-1');
    await c.pod('third', uses('d'));
    await c.settle();
    expect(await c.why('third')).toBe(FULL);
    await c.client.update(CSI_NODES, { ...limits, spec: { drivers: [{ name: 'disk.example', nodeID: 'node-1', allocatable: { count: 3 } }] } });
    await c.pass(3000);
    expect(await c.nodeOf('third')).toBe('node-1');
  });

  it('count while they are attached without a pod, and those that are still to be made', async () => {
    const c = await new TestCluster().start();
    await c.nodes(1);
    await csiNode(c, 'node-1', 1);
    await bound(c, 'a');
    await storageClass(c, 'wait', 'disk.example');
    await claim(c, 'fresh');
    const spec = { attacher: 'disk.example', nodeName: 'node-1', source: { persistentVolumeName: 'pv-a' } };
    await c.client.create(VOLUME_ATTACHMENTS, { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment', metadata: { name: 'va' }, spec });
    await c.pod('same', uses('a'));
    await c.settle();
    expect(await c.nodeOf('same')).toBe('node-1');
    await c.client.delete(PODS, 'default', 'same', { gracePeriodSeconds: 0 });
    await c.pod('p', uses('fresh'));
    await c.settle();
    expect(await c.why('p')).toBe(FULL);
    await c.client.delete(VOLUME_ATTACHMENTS, undefined, 'va');
    await c.pass(3000);
    const selected = (await c.client.get(PERSISTENT_VOLUME_CLAIMS, 'default', 'fresh')).metadata.annotations;
    expect(selected).toMatchObject({ 'volume.kubernetes.io/selected-node': 'node-1' });
  });
});
