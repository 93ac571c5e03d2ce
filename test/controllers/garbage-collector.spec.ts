import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject, OwnerReference } from '../../src/api/meta/object';
import { CONFIG_MAPS, NODES, PODS, REPLICA_SETS, SECRETS } from '../../src/client/resources';
import { createGarbageCollector } from '../../src/controllers/garbagecollector/garbage-collector';
import { World } from '../client/world';
import { eventsOf } from './workloads';

const ref = (o: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({ apiVersion: o.apiVersion, kind: o.kind, name: o.metadata.name!, uid: o.metadata.uid!, ...more });
const map = (name: string, owners: OwnerReference[] = [], finalizers?: string[]): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a', ownerReferences: owners, finalizers } });

describe('garbage collector', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start(createGarbageCollector);
  });
  afterEach(() => w.stop());
  const make = (name: string, owners: OwnerReference[] = [], finalizers?: string[]) => w.client.create(CONFIG_MAPS, map(name, owners, finalizers));
  const names = () => w.client.all(CONFIG_MAPS).map((o) => o.metadata.name);
  const get = (name: string) => w.client.get(CONFIG_MAPS, 'a', name);

  it('deletes what has lost its last owner, in any kind, and cuts dangling references', async () => {
    const one = await make('one');
    const two = await make('two');
    await make('dep', [ref(one)]);
    await make('both', [ref(one), ref(two)]);
    await w.client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'a', ownerReferences: [ref(one)] } });
    await w.client.delete(CONFIG_MAPS, 'a', 'one', { propagationPolicy: 'Background' });
    await w.settle();
    expect(names()).toEqual(['both', 'two']);
    expect(w.client.all(SECRETS)).toEqual([]);
    expect((await get('both')).metadata.ownerReferences).toEqual([ref(two)]);
    expect(w.problems).toEqual([]);
  });

  it('deletes a whole tree', async () => {
    const top = await w.client.create(REPLICA_SETS, { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'rs', namespace: 'a' }, spec: {} });
    for (let i = 0; i < 50; i++) {
      const pod = await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${i}`, namespace: 'a', ownerReferences: [ref(top)] }, spec: {} });
      await make(`c${i}`, [ref(pod)]);
    }
    await w.client.delete(REPLICA_SETS, 'a', 'rs', { propagationPolicy: 'Background' });
    await w.settle();
    expect(w.client.all(PODS)).toEqual([]);
    expect(names()).toEqual([]);
  });

  it('deletes what refers to owners that are not there, or are others', async () => {
    const other = await make('other');
    const uid = '00000000-0000-4000-8000-000000000001';
    await make('lost', [{ ...ref(other), name: 'none', uid }]);
    await make('wrong', [{ ...ref(other), uid: '00000000-0000-4000-8000-000000000002' }]);
    await make('right', [ref(other)]);
    await w.settle();
    expect(names()).toEqual(['other', 'right']);
  });

  it('judges each reference for itself when several disagree about a uid', async () => {
    const owner = await make('owner');
    await make('good', [ref(owner)]);
    await make('bad', [{ ...ref(owner), name: 'misnamed' }]);
    await w.settle();
    expect(names()).toEqual(['good', 'owner']);
  });

  it('waits in the foreground for dependents that block', async () => {
    const owner = await make('owner');
    await make('held', [ref(owner, { blockOwnerDeletion: true })], ['example.com/hold']);
    await make('free', [ref(owner)]);
    await w.client.delete(CONFIG_MAPS, 'a', 'owner', { propagationPolicy: 'Foreground' });
    await w.settle();
    expect(names()).toEqual(['held', 'owner']);
    expect((await get('held')).metadata.deletionTimestamp).toBeDefined();
    expect((await get('owner')).metadata.finalizers).toEqual(['foregroundDeletion']);
    await w.client.patch(CONFIG_MAPS, 'a', 'held', 'merge', { metadata: { finalizers: null } });
    await w.settle();
    expect(names()).toEqual([]);
  });

  it('passes the foreground on to dependents with dependents, and gets out of circles', async () => {
    const a = await make('a');
    const b = await make('b', [ref(a, { blockOwnerDeletion: true })]);
    await make('c', [ref(b, { blockOwnerDeletion: true })]);
    await w.client.patch(CONFIG_MAPS, 'a', 'a', 'merge', { metadata: { ownerReferences: [ref(b, { blockOwnerDeletion: true })] } });
    await w.client.delete(CONFIG_MAPS, 'a', 'a', { propagationPolicy: 'Foreground' });
    await w.pass(1000);
    expect(names()).toEqual([]);
  });

  it('lets an owner go when its dependent is let go', async () => {
    const owner = await make('owner');
    await make('dep', [ref(owner, { blockOwnerDeletion: true })], ['example.com/hold']);
    await w.client.delete(CONFIG_MAPS, 'a', 'owner', { propagationPolicy: 'Foreground' });
    await w.settle();
    await w.client.patch(CONFIG_MAPS, 'a', 'dep', 'merge', { metadata: { ownerReferences: null } });
    await w.settle();
    expect(names()).toEqual(['dep']);
  });

  it('orphans', async () => {
    const owner = await make('owner');
    await make('dep', [ref(owner)]);
    await w.client.delete(CONFIG_MAPS, 'a', 'owner', { propagationPolicy: 'Orphan' });
    await w.settle();
    expect(names()).toEqual(['dep']);
    expect((await get('dep')).metadata.ownerReferences).toBeUndefined();
  });

  it('keeps what cluster-scoped owners have, and tells of owners in other namespaces', async () => {
    const node = await w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} });
    await make('ofnode', [ref(node)]);
    const there = await w.client.create(CONFIG_MAPS, { ...map('there'), metadata: { name: 'there', namespace: 'b' } });
    await make('far', [ref(there)]);
    await w.settle();
    expect(names()).toEqual(['ofnode', 'there']);
    expect(await eventsOf(w, 'far')).toEqual([`OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: a, name: there, uid: ${there.metadata.uid}] does not exist in namespace "a"`]);
  });

  it('does nothing by itself', async () => {
    const owner = await make('owner');
    await make('dep', [ref(owner)]);
    await w.settle();
    const before = w.client.actions.length;
    await w.pass(3_600_000);
    expect(w.client.actions.length).toBe(before);
  });
});
