import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { formatTime } from '../../src/api/meta/time';
import { CONFIG_MAPS, DEPLOYMENTS, JOBS, POD_DISRUPTION_BUDGETS, PODS, REPLICA_SETS, RESOURCE_QUOTAS, SECRETS } from '../../src/client/resources';
import { createDisruptionController } from '../../src/controllers/disruption/disruption-controller';
import type { PodDisruptionBudget } from '../../src/controllers/disruption/types';
import { createResourceQuotaController } from '../../src/controllers/resourcequota/resourcequota-controller';
import { World } from '../client/world';
import { eventsOf, setReady } from './workloads';

describe('disruption controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createDisruptionController);
  });
  afterEach(() => w.stop());
  const budget = async (name: string, spec: object) => {
    await w.client.create(POD_DISRUPTION_BUDGETS, { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name, namespace: 'a' }, spec: { selector: { matchLabels: { app: 'a' } }, ...spec } });
    await w.settle();
  };
  const pod = async (name: string, owner?: KubeObject) => {
    const ownerReferences = owner ? [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name!, uid: owner.metadata.uid!, controller: true }] : undefined;
    const p = await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'a', labels: { app: 'a' }, ownerReferences }, spec: {} });
    await setReady(w, p, true);
    await w.settle();
    return p;
  };
  const status = async (name: string) => (await w.client.get<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS, 'a', name)).status;

  it('counts pods that are healthy and allows what is left over', async () => {
    await pod('a0');
    const a1 = await pod('a1');
    await budget('b', { minAvailable: 1 });
    const time = '2026-01-01T00:00:00Z';
    expect(await status('b')).toEqual({
      conditions: [{ type: 'DisruptionAllowed', status: 'True', observedGeneration: 1, reason: 'SufficientPods', message: '', lastTransitionTime: time }],
      currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1, expectedPods: 2, observedGeneration: 1,
    });
    await setReady(w, a1, false);
    await w.settle();
    expect(await status('b')).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0, expectedPods: 2, conditions: [{ status: 'False', reason: 'InsufficientPods' }] });
    expect(w.problems).toEqual([]);
    const before = w.client.actions.length;
    await w.pass(600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
  });

  it('tells of pods in more than one budget', async () => {
    await budget('b', { minAvailable: 1 });
    await budget('c', { minAvailable: 1 });
    await pod('a0');
    expect(await eventsOf(w, 'a0')).toEqual(['MultiplePodDisruptionBudgets: Pod "a"/"a0" matches multiple PodDisruptionBudgets.  Chose "b" arbitrarily.']);
  });

  it('asks controllers how many there should be', async () => {
    const d = await w.client.create(DEPLOYMENTS, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'a' }, spec: { replicas: 4 } });
    const rs = await w.client.create(REPLICA_SETS, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'rs', namespace: 'a', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: d.metadata.uid!, controller: true }] }, spec: { replicas: 9 } });
    for (const n of ['p1', 'p2', 'p3']) await pod(n, rs);
    await budget('percent', { minAvailable: '50%' });
    await budget('most', { maxUnavailable: 1 });
    expect(await status('percent')).toMatchObject({ expectedPods: 4, desiredHealthy: 2, currentHealthy: 3, disruptionsAllowed: 1 });
    expect(await status('most')).toMatchObject({ expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 0 });
  });

  it('says what it cannot count', async () => {
    await pod('solo');
    await budget('loose', { maxUnavailable: 1 });
    expect((await eventsOf(w, 'loose'))[0]).toMatch(/^UnmanagedPods: Pods selected by this PodDisruptionBudget \(selector: &LabelSelector{MatchLabels:map\[string\]string{app: a,},MatchExpressions:\[\]LabelSelectorRequirement{},}\) were found/);
    expect(await status('loose')).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
    const job = await w.client.create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', namespace: 'a' }, spec: {} });
    await w.client.delete(PODS, 'a', 'solo');
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'jp', namespace: 'a', labels: { app: 'a' }, ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Thing', name: 'j', uid: job.metadata.uid!, controller: true }] }, spec: {} });
    await w.settle();
    expect((await status('loose')).conditions![0]).toMatchObject({ status: 'False', reason: 'SyncFailed', message: 'no matches for kind "Thing" in version "example.com/v1"' });
  });

  it('takes evicted pods for gone until they should be, and forgets stale marks', async () => {
    const p = await pod('a0');
    await pod('a1');
    await budget('b', { minAvailable: 1 });
    const b = await w.client.get<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS, 'a', 'b');
    await w.client.update(POD_DISRUPTION_BUDGETS, { ...b, status: { ...b.status, disruptedPods: { a0: formatTime(w.clock.now()) } } }, { subresource: 'status' });
    await w.settle();
    expect(await status('b')).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0, disruptedPods: { a0: expect.any(String) } });
    await w.client.update(PODS, { ...(await w.client.get(PODS, 'a', 'a0')), status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime: formatTime(w.clock.now()) }] } }, { subresource: 'status' });
    await w.pass(130_000);
    expect((await status('b')).disruptedPods).toBeUndefined();
    expect(await status('b')).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 1 });
    expect(await eventsOf(w, p.metadata.name!)).toEqual([`NotDeleted: Pod was expected by PDB a/a to be deleted but it wasn't`]);
    expect((await w.client.get(PODS, 'a', 'a0'))['status'].conditions[1]).toMatchObject({ type: 'DisruptionTarget', status: 'False' });
  });
});

describe('resourcequota controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createResourceQuotaController);
  });
  afterEach(() => w.stop());
  const status = async () => (await w.client.get(RESOURCE_QUOTAS, 'a', 'q'))['status'];

  it('counts what is there, what comes and what goes', async () => {
    await w.client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'a' } });
    const hard = { pods: '2', 'requests.cpu': '1', 'count/secrets': '10', 'count/deployments.apps': '1', 'example.com/unknown': '1' };
    await w.client.create(RESOURCE_QUOTAS, { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'a' }, spec: { hard } });
    await w.settle();
    expect(await status()).toEqual({ hard, used: { pods: '0', 'requests.cpu': '0', 'count/secrets': '1', 'count/deployments.apps': '0' } });
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' }, spec: { containers: [{ name: 'c', resources: { requests: { cpu: '250m' } } }] } });
    await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'b' }, spec: { containers: [] } });
    await w.pass(1000);
    expect((await status()).used).toMatchObject({ pods: '1', 'requests.cpu': '250m' });
    await setReady(w, (await w.client.get(PODS, 'a', 'p')), false, 'Failed');
    await w.pass(1000);
    expect((await status()).used).toMatchObject({ pods: '0', 'requests.cpu': '0' });
    await w.client.delete(SECRETS, 'a', 's');
    await w.pass(1000);
    expect((await status()).used['count/secrets']).toBe('0');
    await w.client.patch(RESOURCE_QUOTAS, 'a', 'q', 'merge', { spec: { hard: { 'count/secrets': null, pods: '9' } } });
    await w.settle();
    expect(await status()).toEqual({ hard: { pods: '9', 'requests.cpu': '1', 'count/deployments.apps': '1', 'example.com/unknown': '1' }, used: { pods: '0', 'requests.cpu': '0', 'count/deployments.apps': '0' } });
    const before = w.client.actions.length;
    await w.client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'a' } });
    await w.pass(600_000);
    expect(w.client.actions.slice(before).filter((a) => a.verb === 'update')).toEqual([]);
    expect(w.problems).toEqual([]);
  });
});
