import { describe, expect, it } from 'vitest';
import { conflict } from '../../../src/api/errors/status-error';
import type { KubeObject } from '../../../src/api/meta/object';
import { ResourceQuotaAdmission } from '../../../src/apiserver/admission/resource-quota';
import type { Client } from '../../../src/client/client';
import type { Asked, World } from './support';
import { inNamespace, pod, refusalOf, request, run } from './support';

type List = Record<string, string>;

function quota(name: string, hard: List, used?: List, spec: object = {}): KubeObject {
  return inNamespace(name, { spec: { hard, ...spec }, status: { hard, used: used ?? Object.fromEntries(Object.keys(hard).map((n) => [n, '0'])) } });
}

/** The plugin over quotas that its own writes change; `writes` counts them. */
class Scene {
  readonly plugin = new ResourceQuotaAdmission();
  readonly world: World;
  writes = 0;
  /** Answers of the next writes; none left: they succeed. */
  failures: Error[] = [];

  constructor(...quotas: KubeObject[]) {
    this.world = { resourcequotas: quotas };
    const update = async (_r: unknown, q: KubeObject): Promise<KubeObject> => {
      await Promise.resolve();
      this.writes++;
      const failure = this.failures.shift();
      if (failure) throw failure;
      this.world['resourcequotas'] = this.world['resourcequotas']!.map((x) => (x.metadata.name === q.metadata.name ? q : x));
      return q;
    };
    this.plugin.useClient({ update } as unknown as Client);
  }

  ask(a: Asked): Promise<string> {
    return refusalOf(this.plugin, request(this.world, a));
  }

  used(name = 'q'): List {
    return this.world['resourcequotas']!.find((q) => q.metadata.name === name)!['status'].used as List;
  }
}

const sized = (requests: List, limits: List = {}, metadata: object = {}) => pod({ containers: [{ name: 'c', resources: { requests, limits } }] }, metadata);

describe('ResourceQuota', () => {
  it('charges what is created and refuses what is too much', async () => {
    const s = new Scene(quota('q', { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi' }));
    expect(await s.ask({ object: sized({ cpu: '2' }, { memory: '2Gi' }) })).toBe(
      'pods "x" is forbidden: exceeded quota: q, requested: limits.memory=2Gi,requests.cpu=2, used: limits.memory=0,requests.cpu=0, limited: limits.memory=1Gi,requests.cpu=1',
    );
    expect(await s.ask({ object: sized({ cpu: '600m' }, { memory: '512Mi' }) })).toBe('');
    expect(s.used()).toEqual({ pods: '1', 'requests.cpu': '600m', 'limits.memory': '512Mi' });
    expect(await s.ask({ object: sized({ cpu: '500m' }, { memory: '1Mi' }) })).toBe('pods "x" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1');
    expect(s.writes).toBe(1);
  });

  it('wants containers to name cpu and memory where they are counted', async () => {
    const s = new Scene(quota('q', { 'requests.cpu': '1', 'limits.memory': '1Gi' }));
    expect(await s.ask({ object: pod({}) })).toBe('pods "x" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c');
    expect(await s.ask({ object: pod({ resources: { requests: { cpu: '1' }, limits: { memory: '1Mi' } } }) })).toBe('');
  });

  it('refuses while it is not known what is used', async () => {
    const q = quota('q', { pods: '2', services: '1' }, { services: '0' });
    expect(await new Scene(q).ask({ object: pod({}) })).toBe('pods "x" is forbidden: status unknown for quota: q, resources: pods');
    expect(await new Scene(q).ask({ plural: 'configmaps', object: {} })).toBe('');
  });

  it('writes nothing for dry runs, other resources and namespaces without quota', async () => {
    const s = new Scene(quota('q', { pods: '1' }));
    expect(await s.ask({ object: pod({}), dryRun: true })).toBe('');
    expect(await s.ask({ plural: 'services', object: { spec: {} } })).toBe('');
    expect(s.writes).toBe(0);
    const r = request({}, { object: pod({}) });
    expect(s.plugin.validate(r)).toBeUndefined();
  });

  it('charges only what a change adds', async () => {
    const s = new Scene(quota('q', { 'requests.cpu': '1' }, { 'requests.cpu': '700m' }));
    const resize = (cpu: string): Promise<string> => s.ask({ operation: 'UPDATE', subresource: 'resize', object: sized({ cpu }), old: sized({ cpu: '100m' }) });
    expect(await resize('900m')).toBe('pods "x" is forbidden: exceeded quota: q, requested: requests.cpu=800m, used: requests.cpu=700m, limited: requests.cpu=1');
    expect(await resize('400m')).toBe('');
    expect(s.used()).toEqual({ 'requests.cpu': '1' });
    expect(await resize('50m')).toBe('');
    expect(await s.ask({ operation: 'UPDATE', object: sized({ cpu: '9' }), old: sized({ cpu: '1' }) })).toBe('');
    expect(s.writes).toBe(1);
  });

  it('counts services that become load balancers', async () => {
    const s = new Scene(quota('q', { services: '1', 'services.loadbalancers': '0' }, { services: '1', 'services.loadbalancers': '0' }));
    const update = (type: string): Promise<string> => s.ask({ plural: 'services', operation: 'UPDATE', object: { spec: { type } }, old: { spec: { type: 'ClusterIP' } } });
    expect(await update('ClusterIP')).toBe('');
    expect(await update('LoadBalancer')).toBe('services "x" is forbidden: exceeded quota: q, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0');
  });

  it('counts any resource by name, events never', async () => {
    const s = new Scene(quota('q', { 'count/deployments.apps': '0', 'count/events': '0' }));
    expect(await s.ask({ plural: 'deployments', object: { spec: {} } })).toContain('requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0');
    expect(await s.ask({ plural: 'events', object: {} })).toBe('');
  });

  it('applies scopes, and charges a pod as a whole that enters one', async () => {
    const s = new Scene(quota('be', { pods: '0' }, undefined, { scopes: ['BestEffort'] }), quota('t', { pods: '1' }, undefined, { scopes: ['Terminating'] }));
    expect(await s.ask({ object: pod({}) })).toContain('exceeded quota: be');
    expect(await s.ask({ object: sized({ cpu: '1' }) })).toBe('');
    expect(await s.ask({ operation: 'UPDATE', object: { ...sized({ cpu: '1' }), spec: { ...sized({ cpu: '1' })['spec'], activeDeadlineSeconds: 5 } }, old: sized({ cpu: '1' }) })).toBe('');
    expect(s.used('t')).toEqual({ pods: '1' });
  });

  it('charges what comes during a write together, and never too much', async () => {
    const s = new Scene(quota('q', { pods: '5' }));
    const answers = await Promise.all(Array.from({ length: 10 }, () => s.ask({ object: pod({}) })));
    expect(answers.filter((a) => a === '')).toHaveLength(5);
    expect(s.used()).toEqual({ pods: '5' });
    expect(s.writes).toBe(2);
  });

  it('tries again when somebody else wrote the quota, and gives up in the end', async () => {
    const s = new Scene(quota('q', { pods: '5' }));
    const busy = conflict({ group: '', resource: 'resourcequotas' }, 'q', 'changed');
    s.failures = [busy, busy];
    expect(await s.ask({ object: pod({}) })).toBe('');
    expect(s.writes).toBe(3);
    s.failures = [busy, busy, busy, busy];
    expect(await s.ask({ object: pod({}) })).toContain('changed');
    expect(s.used()).toEqual({ pods: '1' });
    await run(s.plugin, request(s.world, { object: pod({}) }));
    expect(s.used()).toEqual({ pods: '2' });
  });
});
