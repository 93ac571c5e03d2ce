import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../src/client/resources';
import type { Pod } from '../../src/controllers/shared/types';
import { createStatefulSetController } from '../../src/controllers/statefulset/statefulset-controller';
import type { StatefulSet } from '../../src/controllers/statefulset/types';
import { World } from '../client/world';
import { eventsOf, playNodes, setReady, template } from './workloads';

const sts = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace: 'a' },
  spec: { replicas: 2, serviceName: name, podManagementPolicy: 'OrderedReady', selector: { matchLabels: { app: name } }, template: template(name), updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }, revisionHistoryLimit: 10, ...spec },
});
const claims = [{ metadata: { name: 'data', labels: { mine: 'y' } }, spec: { accessModes: ['ReadWriteOnce'] }, status: { phase: 'Pending' } }];

describe('statefulset controller', () => {
  let w: World;
  let hold: (p: Pod) => boolean;
  beforeEach(async () => {
    w = new World();
    hold = () => false;
    playNodes(w, (p) => hold(p));
    await w.start(createStatefulSetController);
  });
  afterEach(() => w.stop());
  const pods = () => w.client.all<Pod>(PODS, 'a');
  const names = () => pods().map((p) => p.metadata.name);
  const images = () => pods().map((p) => p.spec.containers[0]!.image);
  const status = async (name = 'db') => (await w.client.get<StatefulSet>(STATEFUL_SETS, 'a', name)).status;
  const patch = (spec: object, name = 'db') => w.client.patch(STATEFUL_SETS, 'a', name, 'merge', { spec });
  const revisions = () => w.client.all(CONTROLLER_REVISIONS).map((r) => r['revision'] as number).sort();

  it('makes pods in order, each with its name', async () => {
    const set = await w.client.create(STATEFUL_SETS, sts('db'));
    await w.settle();
    expect(names()).toEqual(['db-0', 'db-1']);
    const revision = w.client.all(CONTROLLER_REVISIONS)[0]!;
    expect(revision.metadata.labels).toMatchObject({ app: 'db', 'controller.kubernetes.io/hash': revision.metadata.name!.slice(3) });
    expect(pods()[1]).toMatchObject({
      metadata: { generateName: 'db-', labels: { app: 'db', 'apps.kubernetes.io/pod-index': '1', 'controller-revision-hash': revision.metadata.name, 'statefulset.kubernetes.io/pod-name': 'db-1' }, ownerReferences: [{ kind: 'StatefulSet', uid: set.metadata.uid, controller: true }] },
      spec: { hostname: 'db-1', subdomain: 'db' },
    });
    expect(await status()).toEqual({ availableReplicas: 2, collisionCount: 0, currentReplicas: 2, currentRevision: revision.metadata.name, observedGeneration: 1, readyReplicas: 2, replicas: 2, updateRevision: revision.metadata.name, updatedReplicas: 2 });
    expect(await eventsOf(w, 'db')).toEqual(['SuccessfulCreate: Create Pod db-0 in StatefulSet db successful', 'SuccessfulCreate: Create Pod db-1 in StatefulSet db successful']);
    expect(w.problems).toEqual([]);
    const before = w.client.actions.length;
    await w.pass(3_600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
  });

  it('waits for each pod before the next, unless all may be made at once', async () => {
    hold = () => true;
    await w.client.create(STATEFUL_SETS, sts('slow', { replicas: 3 }));
    await w.client.create(STATEFUL_SETS, sts('par', { replicas: 3, podManagementPolicy: 'Parallel', ordinals: { start: 5 } }));
    await w.settle();
    expect(names()).toEqual(['par-5', 'par-6', 'par-7', 'slow-0']);
    expect(await status('slow')).toMatchObject({ availableReplicas: 0, currentReplicas: 1, replicas: 1, updatedReplicas: 1 });
    expect((await status('slow')).readyReplicas).toBeUndefined();
    await setReady(w, pods()[3]!, true);
    await w.settle();
    expect(names()).toContain('slow-1');
  });

  it('makes hundreds at a time, however many are wanted', async () => {
    hold = () => true;
    await w.client.create(STATEFUL_SETS, sts('many', { replicas: 1200, podManagementPolicy: 'Parallel' }));
    await w.settle();
    expect(pods()).toHaveLength(1200);
    w.client.fail = (verb, r) => (verb === 'create' && r.resource === 'pods' ? new Error('no more pods') : undefined);
    await w.client.create(STATEFUL_SETS, sts('endless', { replicas: 2_147_483_647, podManagementPolicy: 'Parallel' }));
    await w.settle();
    expect(pods()).toHaveLength(1200);
  });

  it('rolls from the last to the partition, finishes, goes back, keeps history', async () => {
    await w.client.create(STATEFUL_SETS, sts('db', { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }, revisionHistoryLimit: 1 }));
    await w.settle();
    await patch({ template: template('db', 'pg:2') });
    await w.settle();
    expect(images()).toEqual(['nginx:1', 'nginx:1', 'pg:2']);
    expect(await status()).toMatchObject({ currentReplicas: 2, updatedReplicas: 1, readyReplicas: 3 });
    // A pod below the partition comes back as it was.
    await w.client.delete(PODS, 'a', 'db-0');
    await w.settle();
    expect(images()).toEqual(['nginx:1', 'nginx:1', 'pg:2']);
    await patch({ updateStrategy: { rollingUpdate: { partition: 0 } } });
    await w.settle();
    expect(images()).toEqual(['pg:2', 'pg:2', 'pg:2']);
    const s = await status();
    expect(s).toMatchObject({ currentReplicas: 3, updatedReplicas: 3 });
    expect(s.currentRevision).toBe(s.updateRevision);
    expect(revisions()).toEqual([1, 2]);
    await patch({ template: template('db', 'nginx:1') });
    await w.settle();
    expect(images()).toEqual(['nginx:1', 'nginx:1', 'nginx:1']);
    expect(revisions()).toEqual([2, 3]);
    await patch({ template: template('db', 'pg:4') });
    await w.settle();
    expect(revisions()).toEqual([3, 4]);
  });

  it('does not replace the next while one is not available', async () => {
    await w.client.create(STATEFUL_SETS, sts('db', { replicas: 3 }));
    await w.settle();
    hold = () => true;
    await patch({ template: template('db', 'pg:2') });
    await w.settle();
    expect(images()).toEqual(['nginx:1', 'nginx:1', 'pg:2']);
  });

  it('scales down from the last, one by one', async () => {
    await w.client.create(STATEFUL_SETS, sts('db', { replicas: 4 }));
    await w.settle();
    const gone: string[] = [];
    w.context.caches.informer(PODS).subscribe({ deleted: (p) => gone.push(p.metadata.name!) });
    await patch({ replicas: 1 });
    await w.settle();
    expect(gone).toEqual(['db-3', 'db-2', 'db-1']);
    expect(await status()).toMatchObject({ replicas: 1, readyReplicas: 1 });
  });

  it('replaces failed pods under their name, leaves updates to others with OnDelete', async () => {
    await w.client.create(STATEFUL_SETS, sts('db', { updateStrategy: { type: 'OnDelete' } }));
    await w.settle();
    await patch({ template: template('db', 'pg:2') });
    await w.settle();
    expect(images()).toEqual(['nginx:1', 'nginx:1']);
    await setReady(w, pods()[1]!, false, 'Failed');
    await w.settle();
    expect(images()).toEqual(['nginx:1', 'pg:2']);
  });

  it('makes claims and lets them follow their retention policy', async () => {
    const set = await w.client.create(STATEFUL_SETS, sts('db', { volumeClaimTemplates: claims, persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' } }));
    await w.settle();
    const all = () => w.client.all(PERSISTENT_VOLUME_CLAIMS);
    expect(all().map((c) => c.metadata.name)).toEqual(['data-db-0', 'data-db-1']);
    expect(all()[0]).toMatchObject({ metadata: { labels: { app: 'db', mine: 'y' }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: set.metadata.uid, controller: true, blockOwnerDeletion: true }] }, spec: { accessModes: ['ReadWriteOnce'] } });
    expect(pods()[0]!.spec.volumes).toEqual([{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }]);
    expect(await eventsOf(w, 'db')).toContain('SuccessfulCreate: Create Claim data-db-0 Pod db-0 in StatefulSet db success');
    const uid = pods()[1]!.metadata.uid;
    await patch({ replicas: 1 });
    await w.settle();
    // Owned by the pod that was scaled away, so that it goes with it.
    expect(all()[1]!.metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'db-1', uid }]);
    await patch({ replicas: 2 });
    await w.settle();
    expect(names()).toEqual(['db-0']);
    await w.client.delete(PERSISTENT_VOLUME_CLAIMS, 'a', 'data-db-1');
    await patch({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } });
    await w.settle();
    expect(names()).toEqual(['db-0', 'db-1']);
    expect(all().map((c) => c.metadata.ownerReferences)).toEqual([undefined, undefined]);
  });

  it('adopts pods of its names only', async () => {
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'db-0', namespace: 'a', labels: { app: 'db' } }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'mine' }] } });
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other-0', namespace: 'a', labels: { app: 'db' } }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'mine' }] } });
    hold = (p) => p.metadata.name !== 'db-0';
    await w.client.create(STATEFUL_SETS, sts('db', { replicas: 1, updateStrategy: { type: 'OnDelete' } }));
    await w.settle();
    expect(pods().map((p) => p.metadata.ownerReferences?.[0]?.kind)).toEqual(['StatefulSet', undefined]);
    expect(pods()[0]!.metadata.labels).toMatchObject({ 'statefulset.kubernetes.io/pod-name': 'db-0' });
  });
});
