import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../src/api/errors/status-error';
import type { KubeObject } from '../../src/api/meta/object';
import { PODS, REPLICA_SETS, REPLICATION_CONTROLLERS } from '../../src/client/resources';
import { podsToDelete } from '../../src/controllers/shared/deletion-rank';
import { createReplicaSetController, createReplicationControllerController } from '../../src/controllers/replicaset/replica-controller';
import type { Pod } from '../../src/controllers/shared/types';
import { World } from '../client/world';
import { eventsOf, setReady, template } from './workloads';

const set = (name: string, replicas: number, more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name, namespace: 'a' },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name), ...more },
});
const loose = (name: string, app: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'a', labels: { app } }, spec: { containers: [{ name: 'c' }] } });

describe('replicaset controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createReplicaSetController, createReplicationControllerController);
  });
  afterEach(() => w.stop());
  const status = async (name: string) => (await w.client.get(REPLICA_SETS, 'a', name))['status'];
  const pods = () => w.client.all<Pod>(PODS, 'a');

  it('makes the pods asked for and says so', async () => {
    const rs = await w.client.create(REPLICA_SETS, set('rs', 3));
    await w.settle();
    expect(pods()).toHaveLength(3);
    expect(pods()[0]).toMatchObject({
      metadata: {
        generateName: 'rs-',
        labels: { app: 'rs' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: rs.metadata.uid, controller: true, blockOwnerDeletion: true }],
      },
    });
    expect(await status('rs')).toEqual({ replicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1, terminatingReplicas: 0 });
    expect(await eventsOf(w, 'rs')).toEqual(pods().map((p) => `SuccessfulCreate: Created pod: ${p.metadata.name}`).sort().map(() => expect.stringMatching(/^SuccessfulCreate: Created pod: rs-[a-z0-9]{5}$/)));
    expect(w.problems).toEqual([]);
  });

  it('adopts, releases, and fills up', async () => {
    const pod = await w.client.create(PODS, loose('loose', 'rs'));
    await w.client.create(REPLICA_SETS, set('rs', 2));
    await w.settle();
    expect(pods()).toHaveLength(2);
    expect((await w.client.get(PODS, 'a', 'loose')).metadata.ownerReferences?.[0]?.name).toBe('rs');
    await w.client.patch(PODS, 'a', 'loose', 'merge', { metadata: { labels: { app: 'other' } } });
    await w.settle();
    expect((await w.client.get(PODS, 'a', 'loose')).metadata.ownerReferences).toBeUndefined();
    expect(pods()).toHaveLength(3);
    await setReady(w, pod, true);
    await w.client.patch(PODS, 'a', 'loose', 'merge', { metadata: { labels: { app: 'rs' } } });
    await w.settle();
    // Three again, and the ready one is kept.
    expect(pods()).toHaveLength(2);
    expect(pods().some((p) => p.metadata.name === 'loose')).toBe(true);
    expect(await status('rs')).toMatchObject({ replicas: 2, readyReplicas: 1, availableReplicas: 1 });
  });

  it('replaces failed pods but keeps them, counts available ones after minReadySeconds', async () => {
    await w.client.create(REPLICA_SETS, set('rs', 1, { minReadySeconds: 10 }));
    await w.settle();
    await setReady(w, pods()[0]!, true);
    await w.settle();
    expect(await status('rs')).toEqual({ replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, observedGeneration: 1, terminatingReplicas: 0 });
    await w.pass(10_000);
    expect(await status('rs')).toMatchObject({ availableReplicas: 1 });
    await setReady(w, pods()[0]!, false, 'Failed');
    await w.settle();
    expect(pods()).toHaveLength(2);
    expect(await status('rs')).toEqual({ replicas: 1, fullyLabeledReplicas: 1, observedGeneration: 1, terminatingReplicas: 0 });
  });

  it('counts pods that are about to go', async () => {
    await w.client.create(REPLICA_SETS, set('rs', 1));
    await w.settle();
    const pod = pods()[0]!;
    await w.client.update(PODS, { ...pod, spec: { ...pod.spec, nodeName: 'n' } });
    await w.client.delete(PODS, 'a', pod.metadata.name!);
    await w.settle();
    expect(await status('rs')).toMatchObject({ replicas: 1, terminatingReplicas: 1 });
    await w.client.delete(PODS, 'a', pod.metadata.name!, { gracePeriodSeconds: 0 });
    await w.settle();
    expect(await status('rs')).toMatchObject({ replicas: 1, terminatingReplicas: 0 });
  });

  it('starts slowly, reports refusals and goes on when they end', async () => {
    let asked = 0;
    w.client.fail = (verb, r) => (verb === 'create' && r.resource === 'pods' ? (asked++, new StatusError(403, 'Forbidden', 'exceeded quota')) : undefined);
    await w.client.create(REPLICA_SETS, set('rs', 50));
    await w.settle();
    // One pod at first, and one more because the written status is news.
    expect(asked).toBe(2);
    expect((await status('rs')).conditions).toEqual([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota', lastTransitionTime: '2026-01-01T00:00:00Z' }]);
    w.client.fail = () => undefined;
    await w.pass(50);
    expect(pods()).toHaveLength(50);
    expect((await status('rs')).conditions).toBeUndefined();
    expect(await eventsOf(w, 'rs')).toContain('FailedCreate: Error creating: exceeded quota');
  });

  it('writes nothing once it is done', async () => {
    await w.client.create(REPLICA_SETS, set('rs', 3));
    await w.settle();
    await w.client.patch(REPLICA_SETS, 'a', 'rs', 'merge', { metadata: { annotations: { a: 'b' } } });
    const before = w.client.actions.length;
    await w.settle();
    await w.pass(3_600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
  });

  it('scales down to none and leaves pods of others', async () => {
    await w.client.create(PODS, loose('mine', 'x'));
    await w.client.create(REPLICA_SETS, set('rs', 30));
    await w.settle();
    await w.client.patch(REPLICA_SETS, 'a', 'rs', 'merge', { spec: { replicas: 0 } });
    await w.settle();
    expect(pods().map((p) => p.metadata.name)).toEqual(['mine']);
    expect(await status('rs')).toEqual({ replicas: 0, observedGeneration: 2, terminatingReplicas: 0 });
  });

  it('is the same for ReplicationControllers, but for what they do not count', async () => {
    await w.client.create(REPLICATION_CONTROLLERS, { ...set('rc', 2), kind: 'ReplicationController', apiVersion: 'v1', spec: { replicas: 2, selector: { app: 'rc' }, template: template('rc') } });
    await w.settle();
    expect((await w.client.get(REPLICATION_CONTROLLERS, 'a', 'rc'))['status']).toEqual({ replicas: 2, fullyLabeledReplicas: 2, observedGeneration: 1 });
    expect(pods()[0]!.metadata.ownerReferences).toMatchObject([{ apiVersion: 'v1', kind: 'ReplicationController' }]);
  });
});

describe('podsToDelete', () => {
  const now = Date.UTC(2026, 0, 1);
  const pod = (name: string, o: { node?: string; phase?: string; ready?: number; cost?: string; restarts?: number; age?: number } = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: new Date(now - (o.age ?? 3600) * 1000).toISOString(),
      annotations: o.cost ? { 'controller.kubernetes.io/pod-deletion-cost': o.cost } : {},
    },
    spec: { nodeName: 'node' in o ? o.node : name, containers: [] },
    status: {
      phase: o.phase ?? 'Running',
      conditions: o.ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: new Date(now - o.ready * 1000).toISOString() }],
      containerStatuses: [{ name: 'c', restartCount: o.restarts ?? 0 }],
    },
  });
  const first = (...pods: Pod[]): string[] => podsToDelete(pods, pods, pods.length - 1, now).map((p) => p.metadata.name!);

  it('prefers what is worth least', () => {
    expect(first(pod('b'), pod('a', { node: undefined }))).toEqual(['a']);
    expect(first(pod('b'), pod('a', { phase: 'Pending' }))).toEqual(['a']);
    expect(first(pod('b', { ready: 10 }), pod('a'))).toEqual(['a']);
    expect(first(pod('b', { ready: 10 }), pod('a', { ready: 1000, cost: '-5' }))).toEqual(['a']);
    expect(first(pod('b', { ready: 1000 }), pod('a', { ready: 10 }))).toEqual(['a']);
    expect(first(pod('b'), pod('a', { restarts: 3 }))).toEqual(['a']);
    expect(first(pod('b', { age: 9000 }), pod('a', { age: 10 }))).toEqual(['a']);
    expect(first(pod('z', { node: 'n', ready: 9000 }), pod('a', { node: 'm', ready: 9000 }), pod('y', { node: 'n', ready: 9000 })).sort()).toEqual(['y', 'z']);
  });

  it('leaves equally old ones to chance, that is their uid', () => {
    expect(first(pod('b', { ready: 100 }), pod('a', { ready: 101 }))).toEqual(['a']);
  });
});
