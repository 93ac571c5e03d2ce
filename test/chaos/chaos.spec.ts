import { afterEach, describe, expect, it } from 'vitest';
import { isReason } from '../../src/api/errors/status-error';
import type { GVR, KubeObject } from '../../src/api/meta/object';
import * as r from '../../src/client/resources';
import { Chaos, isLive } from './chaos';

const SEEDS = Array.from({ length: Number(process.env['CHAOS_SEEDS'] ?? 5) }, (_, i) => i + 1 + Number(process.env['CHAOS_FROM'] ?? 0));

/** Whatever is killed and lost on the way: what was wanted comes about, and what must not be never is. */
describe('chaos', () => {
  let c: Chaos;
  afterEach(() => c.s.stop());

  const start = async (seed: number, nodes?: number, addons?: readonly string[]): Promise<void> => {
    c = await Chaos.start(seed, nodes, addons);
    await c.s.until('the default account', async () => (await c.s.list(r.SERVICE_ACCOUNTS, 'default')).length);
  };
  const create = (gvr: GVR, apiVersion: string, kind: string, name: string, spec: object): Promise<KubeObject> =>
    c.s.client.create(gvr, { apiVersion, kind, metadata: { name, namespace: 'default' }, spec });
  const template = (app: string, image: string): object => ({ metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 2, containers: [{ name: 'c', image }] } });
  const jobTemplate = { metadata: { labels: { app: 'job' } }, spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 2, containers: [{ name: 'c', image: 'job:1', command: ['sleep', '3'] }] } };
  const deployment = (replicas: number, strategy: object): Promise<KubeObject> =>
    create(r.DEPLOYMENTS, 'apps/v1', 'Deployment', 'web', { replicas, strategy: { rollingUpdate: strategy }, selector: { matchLabels: { app: 'web' } }, template: template('web', 'web:1') });
  const set = (replicas: number, podManagementPolicy: string): Promise<KubeObject> =>
    create(r.STATEFUL_SETS, 'apps/v1', 'StatefulSet', 'db', { replicas, podManagementPolicy, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db', 'db:1') });
  const rolledOut = (replicas: number) => async (): Promise<KubeObject | false> => {
    const d = await c.s.client.get(r.DEPLOYMENTS, 'default', 'web');
    const s = d['status'] as Record<string, number>;
    return s['observedGeneration'] === d.metadata.generation && [s['replicas'], s['updatedReplicas'], s['availableReplicas']].every((n) => n === replicas) && d;
  };
  const complete = (replicas: number) => async (): Promise<KubeObject | false> => {
    const d = await c.s.client.get(r.STATEFUL_SETS, 'default', 'db');
    const s = d['status'] as Record<string, number>;
    return [s['replicas'], s['readyReplicas'], s['updatedReplicas']].every((n) => n === replicas) && d;
  };
  const ofApp = (app: string): KubeObject[] => c.list('default').filter((p) => p.metadata.labels!['app'] === app);
  const tooMany = (most: number) => (): string | undefined => {
    const live = ofApp('web').filter(isLive).length;
    return live > most ? `${live} pods, at most ${most} were allowed` : undefined;
  };
  const twins = (): string | undefined => {
    const seen = new Set<string>();
    for (const p of ofApp('db')) {
      const place = p.metadata.labels!['apps.kubernetes.io/pod-index']!;
      if (seen.has(place)) return `two pods of place ${place}`;
      seen.add(place);
    }
    return undefined;
  };

  it.each(SEEDS)('a rollout (seed %i)', async (seed) => {
    await start(seed);
    c.never(tooMany(8));
    await deployment(6, { maxSurge: 2, maxUnavailable: 1 });
    await c.rage(3);
    for (const image of ['web:2', 'web:3']) {
      await c.s.client.patch(r.DEPLOYMENTS, 'default', 'web', 'strategic', { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } });
      await c.rage(6);
    }
    await c.s.until('the rollout', rolledOut(6));
    await c.s.until('six pods', async () => ofApp('web').length === 6);
    expect(ofApp('web').map((p) => p['spec'].containers[0].image as string)).toEqual(Array(6).fill('web:3'));
    expect(c.violations).toEqual([]);
  });

  it.each(SEEDS)('growth of a StatefulSet (seed %i)', async (seed) => {
    await start(seed);
    c.never(twins);
    await set(1, seed % 2 ? 'OrderedReady' : 'Parallel');
    await c.rage(2);
    await c.s.client.patch(r.STATEFUL_SETS, 'default', 'db', 'merge', { spec: { replicas: 5 } });
    await c.rage(10);
    await c.s.until('five replicas', complete(5));
    expect(ofApp('db').map((p) => p.metadata.name).sort()).toEqual(['db-0', 'db-1', 'db-2', 'db-3', 'db-4']);
    expect(c.violations).toEqual([]);
  });

  it.each(SEEDS)('a Job and a DaemonSet (seed %i)', async (seed) => {
    await start(seed);
    c.never(() => {
      const running = ofApp('job').filter(isLive).length;
      const nodes = ofApp('daemon').filter(isLive).map((p) => JSON.stringify(p['spec'].affinity));
      return running > 3 ? `${running} pods of the Job, at most 3 were allowed` : new Set(nodes).size < nodes.length ? 'two daemons of one node' : undefined;
    });
    await create(r.JOBS, 'batch/v1', 'Job', 'job', { completions: 9, parallelism: 3, completionMode: 'Indexed', template: jobTemplate });
    await create(r.DAEMON_SETS, 'apps/v1', 'DaemonSet', 'daemon', { selector: { matchLabels: { app: 'daemon' } }, template: template('daemon', 'daemon:1') });
    await c.rage(4);
    await c.s.client.patch(r.DAEMON_SETS, 'default', 'daemon', 'strategic', { spec: { template: { spec: { containers: [{ name: 'c', image: 'daemon:2' }] } } } });
    await c.rage(6);
    const status = async (gvr: GVR, name: string): Promise<Record<string, unknown>> => (await c.s.client.get(gvr, 'default', name))['status'] as Record<string, unknown>;
    await c.s.until('the end of the Job', async () => (await status(r.JOBS, 'job'))['completionTime']);
    expect(await status(r.JOBS, 'job')).toMatchObject({ succeeded: 9, completedIndexes: '0-8' });
    await c.s.until('three new daemons', async () => {
      const s = await status(r.DAEMON_SETS, 'daemon');
      return [s['updatedNumberScheduled'], s['numberAvailable'], s['currentNumberScheduled']].every((n) => n === 3) && ofApp('daemon').length === 3;
    });
    expect(c.violations).toEqual([]);
  });

  it.each(SEEDS)('a namespace with everything, to its end (seed %i)', async (seed) => {
    await start(seed, 3, ['storage']);
    const ns = 'busy';
    c.never(() => undefined);
    const jobs = c.follow('jobs', () => {
      const active = [...jobs.values()].filter((j) => !(j['status']?.conditions as { type: string }[] | undefined)?.some((x) => x.type === 'Complete' || x.type === 'Failed')).length;
      c.note(active > 1 ? `${active} Jobs of a CronJob that forbids it` : undefined);
    });
    const volumes = c.follow('persistentvolumes', () => {
      const claims = [...volumes.values()].map((v) => v['spec'].claimRef.uid as string);
      c.note(new Set(claims).size < claims.length ? 'two volumes for one claim' : undefined);
    });
    const attachments = c.follow('volumeattachments', () => {
      const attached = [...attachments.values()].map((a) => a['spec'].source.persistentVolumeName as string);
      c.note(new Set(attached).size < attached.length ? 'one volume on two nodes' : undefined);
    });
    const make = (gvr: GVR, apiVersion: string, kind: string, name: string, spec: object): Promise<KubeObject> => c.s.client.create(gvr, { apiVersion, kind, metadata: { name, namespace: ns }, spec });
    await c.s.client.create(r.NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns } });
    await c.s.until('the account', async () => (await c.s.list(r.SERVICE_ACCOUNTS, ns)).length);
    await make(r.SERVICES, 'v1', 'Service', 'web', { selector: { app: 'web' }, ports: [{ port: 80 }] });
    await make(r.DEPLOYMENTS, 'apps/v1', 'Deployment', 'web', { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: template('web', 'web:1') });
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    const pod = { metadata: { labels: { app: 'db' } }, spec: { terminationGracePeriodSeconds: 2, containers: [{ name: 'c', image: 'db:1' }] } };
    await make(r.STATEFUL_SETS, 'apps/v1', 'StatefulSet', 'db', { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: pod, volumeClaimTemplates: [claim] });
    const job = { metadata: { labels: { app: 'tick' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'tick:1', command: ['sleep', '70'] }] } };
    await make(r.CRON_JOBS, 'batch/v1', 'CronJob', 'tick', { schedule: '* * * * *', concurrencyPolicy: 'Forbid', jobTemplate: { spec: { template: job } } });
    await c.rage(12, async (i) => {
      if (i === 6) await c.s.client.patch(r.STATEFUL_SETS, ns, 'db', 'merge', { spec: { template: { spec: { containers: [{ name: 'c', image: 'db:2' }] } } } });
      await c.s.run(20_000);
    });
    await c.s.until('everything', async () => {
      const [web, db] = [await c.s.client.get(r.DEPLOYMENTS, ns, 'web'), await c.s.client.get(r.STATEFUL_SETS, ns, 'db')];
      return web['status'].availableReplicas === 4 && db['status'].readyReplicas === 3 && db['status'].updatedReplicas === 3;
    });
    await c.s.run(5000);
    const slices = await c.s.client.list(r.ENDPOINT_SLICES, { namespace: ns, labelSelector: 'kubernetes.io/service-name=web' });
    const addresses = slices.items.flatMap((x) => ((x['endpoints'] ?? []) as { addresses: string[]; conditions: { ready: boolean } }[]).filter((e) => e.conditions.ready).map((e) => e.addresses[0]));
    expect(addresses.sort()).toEqual(c.list(ns).filter((p) => p.metadata.labels!['app'] === 'web').map((p) => p.status!.podIP).sort());
    expect([volumes.size, attachments.size]).toEqual([3, 3]);

    await c.s.client.delete(r.NAMESPACES, undefined, ns);
    await c.rage(6);
    await c.s.until('the end of the namespace', async () => !(await c.s.list(r.NAMESPACES)).some((o) => o.metadata.name === ns));
    await c.s.until('no volumes', async () => volumes.size + attachments.size === 0);
    await c.s.until('nodes with nothing attached', async () => (await c.s.list(r.NODES)).every((n) => !n['status'].volumesAttached?.length));
    expect(c.violations).toEqual([]);
  });

  it.each(SEEDS)('a drain (seed %i)', async (seed) => {
    await start(seed, 4);
    let least = 0;
    c.never(() => tooMany(6)() ?? twins() ?? (ofApp('web').filter((p) => isLive(p) && isReady(p)).length < least ? 'fewer pods than the budget asks for' : undefined));
    await deployment(6, { maxSurge: 0, maxUnavailable: 1 });
    await set(3, 'OrderedReady');
    await create(r.POD_DISRUPTION_BUDGETS, 'policy/v1', 'PodDisruptionBudget', 'web', { minAvailable: 4, selector: { matchLabels: { app: 'web' } } });
    await c.s.until('six pods', rolledOut(6));
    await c.s.until('three replicas', complete(3));
    await c.s.run(10_000);
    least = 4;
    const here = (p: KubeObject): boolean => p['spec'].nodeName === 'node-1';
    await c.s.client.patch(r.NODES, undefined, 'node-1', 'merge', { spec: { unschedulable: true } });
    const drain = async (): Promise<void> => {
      for (const p of c.list('default').filter((x) => here(x) && isLive(x))) {
        const { name, namespace } = p.metadata;
        try {
          await c.s.client.create(r.PODS, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }, { subresource: 'eviction', name });
        } catch (e) {
          if (!isReason(e, 'TooManyRequests', 'NotFound')) throw e;
        }
      }
    };
    await c.rage(10, drain);
    await c.s.until('an empty node', async () => {
      await drain();
      return !c.list('default').some(here);
    });
    await c.s.until('six pods', rolledOut(6));
    await c.s.until('three replicas', complete(3));
    expect(c.violations).toEqual([]);
  });
});

function isReady(p: KubeObject): boolean {
  return (p['status']?.conditions as { type: string; status: string }[] | undefined)?.some((x) => x.type === 'Ready' && x.status === 'True') ?? false;
}
