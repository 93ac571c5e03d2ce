import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReason } from '../../src/api/errors/status-error';
import type { GVR, KubeObject } from '../../src/api/meta/object';
import { formatTime } from '../../src/api/meta/time';
import type { Client } from '../../src/client/client';
import type { Component } from '../../src/client/component';
import * as r from '../../src/client/resources';
import { CONTROLLERS } from '../../src/controllers/controllers';
import type { Pod } from '../../src/controllers/shared/types';
import { FakeClock } from '../../src/util/fake-clock';
import type { Plane } from '../client/plane';
import { startPlane } from '../client/plane';

/** What the controllers make of the real API server. Nodes are played; nobody reports for them, so the controller that watches over that stays away. */
describe('controllers on the control plane', () => {
  const clock = new FakeClock();
  const components: Component[] = [];
  let plane: Plane;
  let client: Client;

  beforeAll(async () => {
    plane = await startPlane(clock);
    client = plane.contexts.client('admin', 'tests', ['system:masters']);
    await client.create(r.NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: {} });
    for (const c of CONTROLLERS) {
      if (c.name === 'node-lifecycle' || c.addon !== undefined) continue;
      const context = plane.contexts.of(`system:serviceaccount:kube-system:${c.serviceAccount}`, 'kube-controller-manager');
      const component = c.create(context, { rootCa: 'PEM', authority: { cert: '', key: '' }, signToken: () => 'token' });
      await component.start(new AbortController().signal);
      components.push(component);
    }
    playNode(plane, client);
  });
  afterAll(async () => {
    for (const c of components) await c.stop();
    await plane.stop();
  });

  /** Binds pods, runs them, lets them go. */
  function playNode(p: Plane, c: Client): void {
    let ips = 0;
    const act = async (pod: Pod): Promise<void> => {
      const { namespace, name, deletionTimestamp } = pod.metadata;
      if (deletionTimestamp) await c.delete(r.PODS, namespace, name!, { gracePeriodSeconds: 0 });
      else if (!pod.spec.nodeName) {
        await c.create(r.PODS, { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target: { kind: 'Node', name: 'node-1' } } as KubeObject, { subresource: 'binding', name });
      } else if (pod.status?.phase === 'Pending') {
        const ends = pod.spec.restartPolicy === 'Never';
        const time = formatTime(clock.now());
        const ip = `10.0.${ips >> 8}.${ips++ & 255}`;
        const conditions = [{ type: 'Ready', status: ends ? 'False' : 'True', lastTransitionTime: time }];
        await c.patch(r.PODS, namespace, name!, 'strategic', { status: { phase: ends ? 'Succeeded' : 'Running', startTime: time, podIP: ip, podIPs: [{ ip }], conditions } }, { subresource: 'status' });
      }
    };
    const pods = p.contexts.of('kubelet', 'kubelet').caches.informer<Pod>(r.PODS);
    const go = (pod: Pod): void => void act(pod).catch((e: unknown) => { if (!isReason(e, 'NotFound', 'Conflict')) throw e; });
    pods.subscribe({ added: go, updated: go });
  }

  /** Lets everything run, and time pass, until it is so. */
  async function until<T>(what: string, check: () => Promise<T | undefined | false>): Promise<T> {
    for (let i = 0; i < 400; i++) {
      for (let j = 0; j < 25; j++) await new Promise((x) => setImmediate(x));
      const found = await check();
      if (found) return found;
      clock.step(500);
    }
    throw new Error(`${what} does not come about`);
  }
  const namespace = async (name: string): Promise<string> => {
    await client.create(r.NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await until('the default account', async () => (await list(r.SERVICE_ACCOUNTS, name)).length > 0);
    return name;
  };
  const list = async (gvr: GVR, ns: string): Promise<readonly KubeObject[]> => (await client.list(gvr, { namespace: ns })).items;
  const names = async (gvr: GVR, ns: string): Promise<string[]> => (await list(gvr, ns)).map((o) => o.metadata.name!);
  const template = (app: string, image: string, spec: object = {}): object => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image }], ...spec } });
  const deploy = (ns: string, name: string, image: string): Promise<KubeObject> =>
    client.create(r.DEPLOYMENTS, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: ns }, spec: { replicas: 3, selector: { matchLabels: { app: name } }, template: template(name, image) } });
  const rolledOut = (ns: string, name: string): Promise<KubeObject> =>
    until(`the rollout of ${name}`, async () => {
      const d = await client.get(r.DEPLOYMENTS, ns, name);
      const s = d['status'] as Record<string, number>;
      return s['observedGeneration'] === d.metadata.generation && s['updatedReplicas'] === 3 && s['availableReplicas'] === 3 && s['replicas'] === 3 && d;
    });

  it('rolls out Deployments, with Services following, and settles', async () => {
    const ns = await namespace('rollout');
    await client.create(r.SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: ns }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
    await deploy(ns, 'web', 'nginx:1');
    const first = await rolledOut(ns, 'web');
    expect(first.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
    await client.patch(r.DEPLOYMENTS, ns, 'web', 'strategic', { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } });
    const second = await rolledOut(ns, 'web');
    expect(second.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2' });
    expect(second['status'].conditions).toMatchObject([{ type: 'Available', status: 'True' }, { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }]);
    const sets = await list(r.REPLICA_SETS, ns);
    expect(sets.map((s) => [s.metadata.annotations!['deployment.kubernetes.io/revision'], s['spec'].replicas]).sort()).toEqual([['1', 0], ['2', 3]]);
    const pods = await until('three pods', async () => {
      const all = await list(r.PODS, ns);
      return all.length === 3 && all;
    });
    const ready = await until('three endpoints', async () => {
      const slices = await client.list(r.ENDPOINT_SLICES, { namespace: ns, labelSelector: 'kubernetes.io/service-name=web' });
      const all = slices.items.flatMap((s) => (s['endpoints'] ?? []) as { addresses: string[]; conditions: { ready: boolean } }[]);
      return all.length === 3 && all.every((e) => e.conditions.ready) && all;
    });
    expect(ready.map((e) => e.addresses[0]).sort()).toEqual(pods.map((p) => p['status'].podIP as string).sort());

    const before = (await client.list(r.DEPLOYMENTS, { namespace: ns })).metadata.resourceVersion;
    for (let i = 0; i < 20; i++) {
      clock.step(30_000);
      for (let j = 0; j < 20; j++) await new Promise((x) => setImmediate(x));
    }
    expect((await client.list(r.DEPLOYMENTS, { namespace: ns })).metadata.resourceVersion).toBe(before);
  });

  it('deletes what is owned: after its owner, before it, or not at all', async () => {
    const ns = await namespace('owned');
    for (const name of ['background', 'foreground', 'orphan']) {
      await deploy(ns, name, 'nginx:1');
      await rolledOut(ns, name);
    }
    await client.delete(r.DEPLOYMENTS, ns, 'background', { propagationPolicy: 'Background' });
    await client.delete(r.DEPLOYMENTS, ns, 'foreground', { propagationPolicy: 'Foreground' });
    expect((await client.get(r.DEPLOYMENTS, ns, 'foreground')).metadata.finalizers).toEqual(['foregroundDeletion']);
    await client.delete(r.DEPLOYMENTS, ns, 'orphan', { propagationPolicy: 'Orphan' });
    await until('the owners', async () => (await list(r.DEPLOYMENTS, ns)).length === 0);
    await until('the pods', async () => (await list(r.PODS, ns)).length === 3);
    const [left, ...others] = await list(r.REPLICA_SETS, ns);
    expect(others).toEqual([]);
    expect([left!.metadata.name, left!.metadata.ownerReferences]).toEqual([expect.stringMatching(/^orphan-/), undefined]);
  });

  it('runs StatefulSets on volumes, and Jobs to their end', async () => {
    const ns = await namespace('stateful');
    for (const i of [0, 1]) {
      const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'local', hostPath: { path: `/tmp/${i}` }, persistentVolumeReclaimPolicy: 'Retain' };
      await client.create(r.PERSISTENT_VOLUMES, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `pv-${i}` }, spec });
    }
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local', resources: { requests: { storage: '1Gi' } } } };
    const spec = { replicas: 2, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db', 'db:1'), volumeClaimTemplates: [claim] };
    await client.create(r.STATEFUL_SETS, { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: ns }, spec });
    await client.create(r.JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace: ns }, spec: { completions: 3, parallelism: 2, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'job:1' }] } } } });
    await until('two replicas', async () => (await client.get(r.STATEFUL_SETS, ns, 'db'))['status'].availableReplicas === 2);
    const bound = await until('bound claims', async () => {
      const all = await list(r.PERSISTENT_VOLUME_CLAIMS, ns);
      return all.length === 2 && all.every((c) => c['status'].phase === 'Bound') && all;
    });
    expect(bound.map((c) => c.metadata.name)).toEqual(['data-db-0', 'data-db-1']);
    const job = await until('the end of the Job', async () => {
      const j = await client.get(r.JOBS, ns, 'once');
      return (j['status'].conditions as { type: string }[] | undefined)?.some((c) => c.type === 'Complete') && j;
    });
    expect(job['status']).toMatchObject({ succeeded: 3, ready: 0, terminating: 0 });
  });

  it('empties namespaces that are deleted, whatever is in them', async () => {
    const ns = await namespace('doomed');
    await deploy(ns, 'web', 'nginx:1');
    await rolledOut(ns, 'web');
    await client.create(r.CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace: ns, finalizers: ['example.com/hold'] }, data: {} });
    await client.delete(r.NAMESPACES, undefined, ns);
    const waiting = await until('a namespace that tells what it waits for', async () => {
      const o = await client.get(r.NAMESPACES, undefined, ns);
      return (o['status'].conditions as { type: string; status: string }[] | undefined)?.some((c) => c.type === 'NamespaceFinalizersRemaining' && c.status === 'True') && o;
    });
    expect(waiting['status'].phase).toBe('Terminating');
    await until('all but one thing gone', async () => (await list(r.PODS, ns)).length === 0 && (await names(r.CONFIG_MAPS, ns)).join() === 'held');
    await client.patch(r.CONFIG_MAPS, ns, 'held', 'merge', { metadata: { finalizers: null } });
    await until('the end of the namespace', async () => !(await client.list(r.NAMESPACES)).items.some((o) => o.metadata.name === ns));
  });
});
