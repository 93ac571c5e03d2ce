import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../../src/client/resources';
import { targetNode } from '../../src/controllers/daemonset/daemon-pod';
import { createDaemonSetController } from '../../src/controllers/daemonset/daemonset-controller';
import type { DaemonSet } from '../../src/controllers/daemonset/types';
import type { Pod } from '../../src/controllers/shared/types';
import { World } from '../client/world';
import { eventsOf, setReady, template } from './workloads';

const daemon = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'a', annotations: { 'deprecated.daemonset.template.generation': '1' } },
  spec: { selector: { matchLabels: { app: name } }, template: template(name), updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }, revisionHistoryLimit: 10, ...spec },
});

describe('daemonset controller', () => {
  let w: World;
  /** Nodes on which pods do not become ready. */
  let held: Set<string>;
  beforeEach(async () => {
    w = new World();
    held = new Set();
    for (const n of ['n1', 'n2', 'n3']) await node(n);
    const run = (o: KubeObject): void => {
      void (async () => {
        const p = o as Pod;
        if (p.metadata.deletionTimestamp) await w.client.delete(PODS, 'a', p.metadata.name!, { gracePeriodSeconds: 0 });
        else if (!p.spec.nodeName && w.client.all(NODES).some((n) => n.metadata.name === targetNode(p))) await w.client.update(PODS, { ...p, spec: { ...p.spec, nodeName: targetNode(p) } });
        else if (p.spec.nodeName && p.status?.phase === 'Pending' && !held.has(p.spec.nodeName)) await setReady(w, p, true);
      })().catch(() => undefined);
    };
    w.context.caches.informer(PODS).subscribe({ added: run, updated: run });
    await w.start(createDaemonSetController);
  });
  afterEach(() => w.stop());
  const node = (name: string, spec: object = {}, labels: Record<string, string> = {}) => w.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { name, ...labels } }, spec });
  const pods = () => w.client.all<Pod>(PODS, 'a');
  const status = async (name = 'ds') => (await w.client.get<DaemonSet>(DAEMON_SETS, 'a', name)).status;
  const change = (spec: object, generation = '2') => w.client.patch(DAEMON_SETS, 'a', 'ds', 'merge', { metadata: { annotations: { 'deprecated.daemonset.template.generation': generation } }, spec });

  it('puts one pod on every node, meant for it, putting up with what nodes suffer', async () => {
    const ds = await w.client.create(DAEMON_SETS, daemon('ds'));
    await w.settle();
    expect(pods().map((p) => p.spec.nodeName).sort()).toEqual(['n1', 'n2', 'n3']);
    const p = pods()[0]!;
    expect(p.metadata).toMatchObject({ generateName: 'ds-', labels: { app: 'ds', 'pod-template-generation': '1' }, ownerReferences: [{ kind: 'DaemonSet', uid: ds.metadata.uid, controller: true }] });
    expect(p.spec.affinity!.nodeAffinity).toEqual({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [p.spec.nodeName] }] }] } });
    expect(p.spec.tolerations!.map((t) => `${t.key}:${t.effect}`.replace('node.kubernetes.io/', ''))).toEqual(['not-ready:NoExecute', 'unreachable:NoExecute', 'disk-pressure:NoSchedule', 'memory-pressure:NoSchedule', 'pid-pressure:NoSchedule', 'unschedulable:NoSchedule']);
    expect(await status()).toEqual({ currentNumberScheduled: 3, desiredNumberScheduled: 3, numberAvailable: 3, numberMisscheduled: 0, numberReady: 3, observedGeneration: 1, updatedNumberScheduled: 3 });
    const [r] = w.client.all(CONTROLLER_REVISIONS);
    const hash = p.metadata.labels!['controller-revision-hash'];
    expect(r).toMatchObject({ metadata: { name: `ds-${hash}`, labels: { app: 'ds', 'controller-revision-hash': hash }, annotations: { 'deprecated.daemonset.template.generation': '1' } }, revision: 1 });
    expect(r!['data']).toEqual({ spec: { template: { ...(template('ds') as object), $patch: 'replace' } } });
    expect(w.problems).toEqual([]);
    const before = w.client.actions.length;
    await w.pass(3_600_000);
    expect(w.client.actions.slice(before)).toEqual([]);
  });

  it('follows nodes, their labels and taints', async () => {
    await w.client.create(DAEMON_SETS, daemon('ds', { template: { ...(template('ds') as object), spec: { nodeSelector: { on: 'y' }, containers: [{ name: 'c' }] } } }));
    await w.settle();
    expect(await status()).toEqual({ currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0, observedGeneration: 1 });
    await w.client.patch(NODES, undefined, 'n1', 'merge', { metadata: { labels: { on: 'y' } } });
    await node('n4', {}, { on: 'y' });
    await w.settle();
    expect(pods().map((p) => p.spec.nodeName).sort()).toEqual(['n1', 'n4']);
    await w.client.patch(NODES, undefined, 'n1', 'merge', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } });
    await w.client.patch(NODES, undefined, 'n4', 'merge', { spec: { taints: [{ key: 'x', effect: 'NoExecute' }] } });
    await w.settle();
    expect(pods().map((p) => p.spec.nodeName)).toEqual(['n1']);
    expect(await status()).toMatchObject({ desiredNumberScheduled: 0, currentNumberScheduled: 0, numberMisscheduled: 1 });
  });

  it('replaces pods one after the other, keeps history and goes back in it', async () => {
    await w.client.create(DAEMON_SETS, daemon('ds', { revisionHistoryLimit: 1 }));
    await w.settle();
    let least = 3;
    w.context.caches.informer<Pod>(PODS).subscribe({ updated: () => (least = Math.min(least, pods().filter((p) => !p.metadata.deletionTimestamp && p.status?.phase === 'Running').length)) });
    await change({ template: template('ds', 'nginx:2') });
    await w.settle();
    expect(least).toBe(2);
    expect(pods().map((p) => p.spec.containers[0]!.image)).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
    expect(await status()).toMatchObject({ observedGeneration: 2, updatedNumberScheduled: 3, numberAvailable: 3 });
    expect(w.client.all(CONTROLLER_REVISIONS).map((r) => r['revision']).sort()).toEqual([1, 2]);
    await change({ template: template('ds', 'nginx:1') }, '3');
    await w.settle();
    expect(w.client.all(CONTROLLER_REVISIONS).map((r) => r['revision']).sort()).toEqual([2, 3]);
    await change({ template: template('ds', 'nginx:3') }, '4');
    await w.settle();
    expect(w.client.all(CONTROLLER_REVISIONS).map((r) => r['revision']).sort()).toEqual([3, 4]);
  });

  it('stops replacing when new pods do not get ready', async () => {
    await w.client.create(DAEMON_SETS, daemon('ds'));
    await w.settle();
    for (const n of ['n1', 'n2', 'n3']) held.add(n);
    await change({ template: template('ds', 'nginx:2') });
    await w.settle();
    expect(pods().filter((p) => p.spec.containers[0]!.image === 'nginx:2')).toHaveLength(1);
    expect(await status()).toMatchObject({ updatedNumberScheduled: 1, numberUnavailable: 1, numberReady: 2 });
  });

  it('surges', async () => {
    await w.client.create(DAEMON_SETS, daemon('ds', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }));
    await w.settle();
    const most = { n: 0 };
    w.context.caches.informer<Pod>(PODS).subscribe({ added: () => (most.n = Math.max(most.n, pods().length)) });
    await change({ template: template('ds', 'nginx:2') });
    await w.settle();
    expect(most.n).toBe(4);
    expect(pods().map((p) => p.spec.containers[0]!.image)).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
  });

  it('leaves updates to whoever deletes pods with OnDelete', async () => {
    await w.client.create(DAEMON_SETS, daemon('ds', { updateStrategy: { type: 'OnDelete' } }));
    await w.settle();
    await change({ template: template('ds', 'nginx:2') });
    await w.settle();
    expect(await status()).toMatchObject({ numberReady: 3, observedGeneration: 2 });
    expect(pods().filter((p) => p.spec.containers[0]!.image === 'nginx:2')).toHaveLength(0);
    await w.client.delete(PODS, 'a', pods()[0]!.metadata.name!);
    await w.settle();
    expect(pods().filter((p) => p.spec.containers[0]!.image === 'nginx:2')).toHaveLength(1);
  });

  it('replaces failed pods, more slowly the more often', async () => {
    await w.client.create(DAEMON_SETS, daemon('ds'));
    await w.settle();
    const fail = async () => {
      const p = pods().find((x) => x.spec.nodeName === 'n1')!;
      await setReady(w, p, false, 'Failed');
      await w.settle();
      return p.metadata.name!;
    };
    const first = await fail();
    expect(pods().map((p) => p.metadata.name)).not.toContain(first);
    const second = await fail();
    expect(pods().map((p) => p.metadata.name)).toContain(second);
    await w.pass(1100);
    expect(pods().map((p) => p.metadata.name)).not.toContain(second);
    expect((await eventsOf(w, 'ds')).filter((e) => e.startsWith('FailedDaemonPod'))).toEqual([`FailedDaemonPod: Found failed daemon pod a/${first} on node n1, will try to kill it`, `FailedDaemonPod: Found failed daemon pod a/${second} on node n1, will try to kill it`]);
  });
});
