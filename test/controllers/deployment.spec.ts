import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../src/api/errors/status-error';
import type { KubeObject } from '../../src/api/meta/object';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../src/client/resources';
import { createDeploymentController } from '../../src/controllers/deployment/deployment-controller';
import type { Deployment, ReplicaSet } from '../../src/controllers/deployment/types';
import { createReplicaSetController } from '../../src/controllers/replicaset/replica-controller';
import type { Pod } from '../../src/controllers/shared/types';
import { World } from '../client/world';
import { eventsOf, playNodes, setReady, template } from './workloads';

const deployment = (name: string, spec: object = {}, annotations?: Record<string, string>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'a', annotations },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: template(name),
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
  },
});

describe('deployment controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createReplicaSetController, createDeploymentController);
  });
  afterEach(() => w.stop());
  const get = (name: string) => w.client.get<Deployment>(DEPLOYMENTS, 'a', name);
  const sets = (app: string) => w.client.all<ReplicaSet>(REPLICA_SETS, 'a').filter((rs) => rs.metadata.labels?.['app'] === app);
  const pods = () => w.client.all<Pod>(PODS, 'a');
  const change = (name: string, image: string) => w.client.patch(DEPLOYMENTS, 'a', name, 'merge', { spec: { template: template(name, image) } });
  const time = '2026-01-01T00:00:00Z';
  const conditions = (d: Deployment) => d.status.conditions?.map((c) => `${c.type}=${c.status} ${c.reason}`);

  it('rolls out its first ReplicaSet', async () => {
    playNodes(w);
    const d = await w.client.create(DEPLOYMENTS, deployment('web', {}, { note: 'kept', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }));
    await w.settle();
    const [rs, ...more] = sets('web');
    expect(more).toEqual([]);
    const hash = rs!.metadata.labels!['pod-template-hash']!;
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
    expect(rs).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        labels: { app: 'web', 'pod-template-hash': hash },
        annotations: { 'deployment.kubernetes.io/desired-replicas': '2', 'deployment.kubernetes.io/max-replicas': '3', 'deployment.kubernetes.io/revision': '1', note: 'kept' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: d.metadata.uid, controller: true, blockOwnerDeletion: true }],
      },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } }, template: { metadata: { labels: { app: 'web', 'pod-template-hash': hash } } } },
    });
    expect(Object.keys(rs!.metadata.annotations!)).not.toContain('kubectl.kubernetes.io/last-applied-configuration');
    const now = await get('web');
    expect(now.metadata.annotations!['deployment.kubernetes.io/revision']).toBe('1');
    expect(now.status).toEqual({
      availableReplicas: 2,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.', lastTransitionTime: time, lastUpdateTime: time },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "web-${hash}" has successfully progressed.`, lastTransitionTime: time, lastUpdateTime: time },
      ],
      observedGeneration: 1,
      readyReplicas: 2,
      replicas: 2,
      terminatingReplicas: 0,
      updatedReplicas: 2,
    });
    expect(await eventsOf(w, 'web')).toEqual([`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 2`]);
    expect(w.problems).toEqual([]);
  });

  it('updates within surge and unavailability, keeps history, rolls back', async () => {
    playNodes(w);
    await w.client.create(DEPLOYMENTS, deployment('web', { replicas: 4, revisionHistoryLimit: 1 }));
    await w.settle();
    let most = 0;
    let least = 99;
    const count = (): void => {
      const alive = w.client.all<Pod>(PODS, 'a').filter((p) => !p.metadata.deletionTimestamp);
      most = Math.max(most, alive.length);
      least = Math.min(least, alive.filter((p) => p.status?.conditions?.[0]?.status === 'True').length);
    };
    w.context.caches.informer(PODS).subscribe({ added: count, updated: count, deleted: count });
    await change('web', 'nginx:2');
    await w.settle();
    expect(sets('web').map((rs) => rs.spec.replicas).sort()).toEqual([0, 4]);
    expect(most).toBe(5);
    expect(least).toBeGreaterThanOrEqual(3);
    expect(conditions(await get('web'))).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable']);
    await change('web', 'nginx:1');
    await w.settle();
    const back = sets('web').find((rs) => rs.spec.replicas === 4)!;
    expect(back.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' });
    expect((await get('web')).metadata.annotations!['deployment.kubernetes.io/revision']).toBe('3');
    await change('web', 'nginx:3');
    await w.settle();
    expect(sets('web').map((rs) => rs.metadata.annotations!['deployment.kubernetes.io/revision']).sort()).toEqual(['3', '4']);
    expect(w.problems).toEqual([]);
  });

  it('stops where new pods do not become ready', async () => {
    playNodes(w, (p) => p.spec.containers[0]!.image === 'nginx:2');
    await w.client.create(DEPLOYMENTS, deployment('web', { replicas: 4 }));
    await w.settle();
    await change('web', 'nginx:2');
    await w.settle();
    expect(sets('web').map((rs) => rs.spec.replicas).sort()).toEqual([2, 3]);
    expect(conditions(await get('web'))).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True ReplicaSetUpdated']);
  });

  it('makes no new pod before the old are gone when it recreates', async () => {
    playNodes(w);
    await w.client.create(DEPLOYMENTS, deployment('rec', { strategy: { type: 'Recreate' } }));
    await w.settle();
    const log: string[] = [];
    w.context.caches.informer<Pod>(PODS).subscribe({ added: (p) => log.push(`+${p.spec.containers[0]!.image}`), deleted: (p) => log.push(`-${p.spec.containers[0]!.image}`) });
    log.length = 0;
    await change('rec', 'nginx:2');
    await w.settle();
    expect(log).toEqual(['-nginx:1', '-nginx:1', '+nginx:2', '+nginx:2']);
    expect((await get('rec')).status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
  });

  it('does nothing while paused but scale', async () => {
    await w.client.create(DEPLOYMENTS, deployment('p', { paused: true, replicas: 4 }));
    await w.settle();
    expect(sets('p')).toEqual([]);
    const d = await get('p');
    expect(d.metadata.annotations).toBeUndefined();
    expect(d.status).toMatchObject({ observedGeneration: 1, terminatingReplicas: 0 });
    expect(conditions(d)).toEqual(['Progressing=Unknown DeploymentPaused', 'Available=False MinimumReplicasUnavailable']);
    await w.client.patch(DEPLOYMENTS, 'a', 'p', 'merge', { spec: { paused: null } });
    await w.settle();
    expect((await get('p')).status).toMatchObject({ replicas: 4, unavailableReplicas: 4 });
    await w.client.patch(DEPLOYMENTS, 'a', 'p', 'merge', { spec: { paused: true } });
    await w.settle();
    await w.client.patch(DEPLOYMENTS, 'a', 'p', 'merge', { spec: { replicas: 2 } });
    await w.settle();
    expect((await get('p')).status.replicas).toBe(2);
    expect(conditions(await get('p'))).toEqual(['Available=False MinimumReplicasUnavailable', 'Progressing=Unknown DeploymentPaused']);
  });

  it('scales both sets in proportion in the middle of a rollout', async () => {
    await w.client.create(DEPLOYMENTS, deployment('pr', { replicas: 4, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }));
    await w.settle();
    for (const p of pods()) await setReady(w, p, true);
    await w.settle();
    await change('pr', 'nginx:2');
    await w.settle();
    expect((await get('pr')).status).toMatchObject({ replicas: 5, availableReplicas: 4, updatedReplicas: 1, unavailableReplicas: 1 });
    await w.client.patch(DEPLOYMENTS, 'a', 'pr', 'merge', { spec: { replicas: 9 } });
    await w.settle();
    expect(sets('pr').map((rs) => rs.spec.replicas).sort()).toEqual([2, 8]);
    expect(sets('pr').map((rs) => rs.metadata.annotations!['deployment.kubernetes.io/max-replicas'])).toEqual(['10', '10']);
  });

  it('tells when it has made no progress for too long', async () => {
    await w.client.create(DEPLOYMENTS, deployment('dl', { replicas: 1, progressDeadlineSeconds: 3, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } } }));
    await w.pass(10_000);
    expect(conditions(await get('dl'))).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=False ProgressDeadlineExceeded']);
    expect((await get('dl')).status.conditions![1]!.message).toMatch(/^ReplicaSet "dl-[a-z0-9]+" has timed out progressing.$/);
    const before = w.client.actions.length;
    await w.pass(600_000);
    expect(w.client.actions.length).toBe(before);
  });

  it('passes on what keeps pods from being made, and what keeps its ReplicaSet from being made', async () => {
    w.client.fail = (verb, r) => (verb === 'create' && r.resource === 'pods' ? new StatusError(403, 'Forbidden', 'quota') : undefined);
    await w.client.create(DEPLOYMENTS, deployment('big', { replicas: 1 }));
    await w.settle();
    expect(conditions(await get('big'))).toEqual(['Progressing=True NewReplicaSetCreated', 'Available=False MinimumReplicasUnavailable', 'ReplicaFailure=True FailedCreate']);
    w.client.fail = (verb, r) => (verb === 'create' && r.resource === 'replicasets' ? new StatusError(403, 'Forbidden', 'no sets') : undefined);
    await w.client.create(DEPLOYMENTS, deployment('none'));
    await w.settle();
    expect(conditions(await get('none'))).toEqual(['Progressing=False ReplicaSetCreateError']);
    expect(await eventsOf(w, 'none')).toEqual([expect.stringMatching(/^ReplicaSetCreateError: Failed to create new replica set "none-[a-z0-9]+": no sets$/)]);
  });

  it('gets out of the way of a set that has its name', async () => {
    await w.client.create(DEPLOYMENTS, deployment('x', { paused: true }));
    await w.settle();
    // Learn the name in another world, then take it in this one.
    const other = new World();
    await other.start(createDeploymentController);
    await other.client.create(DEPLOYMENTS, deployment('x'));
    await other.settle();
    const name = other.client.all(REPLICA_SETS)[0]!.metadata.name!;
    await other.stop();
    await w.client.create(REPLICA_SETS, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace: 'a', labels: { mine: 'y' } }, spec: { replicas: 0, selector: { matchLabels: { mine: 'y' } }, template: template('x', 'other') } });
    await w.client.patch(DEPLOYMENTS, 'a', 'x', 'merge', { spec: { paused: null } });
    await w.pass(100);
    expect((await get('x')).status.collisionCount).toBe(1);
    expect(sets('x')).toHaveLength(1);
    expect(sets('x')[0]!.metadata.name).not.toBe(name);
  });

  it('copies changed annotations, adopts sets and writes nothing when all is well', async () => {
    playNodes(w);
    await w.client.create(DEPLOYMENTS, deployment('web'));
    await w.settle();
    await w.client.patch(DEPLOYMENTS, 'a', 'web', 'merge', { metadata: { annotations: { 'kubernetes.io/change-cause': 'x' } } });
    await w.settle();
    expect(sets('web')[0]!.metadata).toMatchObject({ annotations: { 'kubernetes.io/change-cause': 'x' }, generation: 1 });
    await w.client.patch(REPLICA_SETS, 'a', sets('web')[0]!.metadata.name!, 'merge', { metadata: { ownerReferences: null } });
    await w.settle();
    expect(sets('web')[0]!.metadata.ownerReferences?.[0]?.kind).toBe('Deployment');
    const before = w.client.actions.length;
    await w.pass(3_600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
    expect(w.problems).toEqual([]);
  });
});
