import { describe, expect, it } from 'vitest';
import { LimitRanger } from '../../../src/apiserver/admission/limit-ranger';
import { inNamespace, pod, refusalOf, request, run } from './support';

const container = (resources?: object, name = 'c'): object => ({ name, image: 'a', ...(resources ? { resources } : {}) });
const world = (...limits: object[]) => ({ limitranges: [inNamespace('l', { spec: { limits } })] });
const plugin = new LimitRanger();
const refused = (limits: object[], ...containers: object[]) => refusalOf(plugin, request(world(...limits), { object: pod({ containers }) }));

describe('LimitRanger', () => {
  it('fills what containers leave open and says so', async () => {
    const r = request(world({ type: 'Container', default: { cpu: '500m', memory: '256Mi' }, defaultRequest: { cpu: '100m' } }), {
      object: pod({ containers: [container(), container({ limits: { cpu: '1' }, requests: { cpu: '1' } }, 'd')], initContainers: [container(undefined, 'i')] }),
    });
    await run(plugin, r);
    expect(r.object['spec'].containers[0].resources).toEqual({ limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m' } });
    expect(r.object['spec'].containers[1].resources).toEqual({ limits: { cpu: '1', memory: '256Mi' }, requests: { cpu: '1' } });
    expect(r.object.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu request for container c; cpu, memory limit for container c; memory limit for container d; cpu request for init container i; cpu, memory limit for init container i',
    });
  });

  it('leaves pods alone where there is no LimitRange', async () => {
    const r = request({}, { object: pod({}) });
    await run(plugin, r);
    expect(r.object['spec'].containers).toEqual([{ name: 'c', image: 'a' }]);
    expect(r.object.metadata.annotations).toBeUndefined();
  });

  it('refuses containers beyond the limits', async () => {
    expect(await refused([{ type: 'Container', min: { cpu: '50m' } }], container())).toBe('pods "x" is forbidden: minimum cpu usage per Container is 50m.  No request is specified');
    expect(await refused([{ type: 'Container', min: { cpu: '50m' } }], container({ requests: { cpu: '10m' } }))).toBe('pods "x" is forbidden: minimum cpu usage per Container is 50m, but request is 10m');
    expect(await refused([{ type: 'Container', max: { memory: '1Gi' } }], container())).toBe('pods "x" is forbidden: maximum memory usage per Container is 1Gi.  No limit is specified');
    expect(await refused([{ type: 'Container', max: { memory: '1Gi' } }], container({ limits: { memory: '2Gi' } }))).toBe('pods "x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi');
  });

  it('refuses a limit too far above the request', async () => {
    const ratio = [{ type: 'Container', maxLimitRequestRatio: { cpu: '5' } }];
    expect(await refused(ratio, container({ requests: { cpu: '60m' }, limits: { cpu: '600m' } }))).toBe('pods "x" is forbidden: cpu max limit to request ratio per Container is 5, but provided ratio is 10.000000');
    expect(await refused(ratio, container({ limits: { cpu: '1' } }))).toBe('pods "x" is forbidden: cpu max limit to request ratio per Container is 5, but no request is specified or request is 0');
    expect(await refused(ratio, container({ requests: { cpu: '100m' }, limits: { cpu: '500m' } }))).toBe('');
  });

  it('adds up pods, and lists several complaints each once', async () => {
    const one = container({ requests: { cpu: '1' }, limits: { cpu: '1' } });
    expect(await refused([{ type: 'Pod', max: { cpu: '1500m' } }], one, { ...one, name: 'd' })).toBe('pods "x" is forbidden: maximum cpu usage per Pod is 1500m, but limit is 2');
    expect(await refused([{ type: 'Container', max: { cpu: '500m' } }, { type: 'Pod', max: { cpu: '1' } }], one, { ...one, name: 'd' })).toBe(
      'pods "x" is forbidden: [maximum cpu usage per Container is 500m, but limit is 1, maximum cpu usage per Pod is 1, but limit is 2]',
    );
  });

  it('looks at resizes and not at other updates of pods', async () => {
    const asked = { operation: 'UPDATE' as const, object: pod({ containers: [container({ limits: { cpu: '2' } })] }), old: pod({}) };
    const limits = world({ type: 'Container', max: { cpu: '1' } });
    expect(await refusalOf(plugin, request(limits, asked))).toBe('');
    expect(await refusalOf(plugin, request(limits, { ...asked, subresource: 'resize' }))).toContain('but limit is 2');
    expect(await refusalOf(plugin, request(limits, { ...asked, subresource: 'resize', old: pod({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }) }))).toBe('');
  });

  it('limits claims', async () => {
    const limits = world({ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } });
    const claim = (storage: string) => refusalOf(plugin, request(limits, { plural: 'persistentvolumeclaims', object: { spec: { resources: { requests: { storage } } } } }));
    expect(await claim('500Mi')).toBe('persistentvolumeclaims "x" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi');
    expect(await claim('20Gi')).toBe('persistentvolumeclaims "x" is forbidden: maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 20Gi');
    expect(await claim('5Gi')).toBe('');
  });
});
