import { describe, expect, it } from 'vitest';
import { isBestEffort, podResources } from '../../../src/api/quota/pod-resources';
import { inScopes } from '../../../src/api/quota/scopes';
import { resourceOfQuotaName, usageOf } from '../../../src/api/quota/usage';

const core = (resource: string) => ({ group: '', resource });
const of = (kind: string, spec: object, more: object = {}) => ({ apiVersion: 'v1', kind, metadata: { name: 'x' }, spec, ...more });
const c = (requests: Record<string, string>, limits: Record<string, string> = {}, more: object = {}) => ({ name: 'c', resources: { requests, limits }, ...more });

describe('quota usage', () => {
  it('of pods is what runs side by side, or what starting takes', () => {
    const pod = of('Pod', {
      containers: [c({ cpu: '100m', memory: '1Gi' }, { cpu: '1' }), c({ cpu: '150m' })],
      initContainers: [c({ memory: '50Mi' }, {}, { restartPolicy: 'Always' }), c({ memory: '2Gi', cpu: '10m' })],
      overhead: { cpu: '5m', memory: '1Mi' },
    });
    expect(podResources(pod, 'requests')).toEqual({ cpu: '255m', memory: '2099Mi' });
    expect(podResources(pod, 'limits')).toEqual({ cpu: '1005m' });
    expect(usageOf(core('pods'), pod, 0)).toEqual({ 'count/pods': '1', pods: '1', cpu: '255m', 'requests.cpu': '255m', memory: '2099Mi', 'requests.memory': '2099Mi', 'limits.cpu': '1005m' });
    expect(usageOf(core('pods'), { ...pod, status: { phase: 'Failed' } }, 0)).toEqual({ 'count/pods': '1' });
    expect(usageOf(core('pods'), of('Pod', { containers: [c({ 'example.com/gpu': '2' })] }), 0)).toMatchObject({ 'requests.example.com/gpu': '2' });
  });

  it('of services, claims and everything else', () => {
    expect(usageOf(core('services'), of('Service', { type: 'NodePort', ports: [{}, {}] }), 0)).toEqual({ 'count/services': '1', services: '1', 'services.loadbalancers': '0', 'services.nodeports': '2' });
    expect(usageOf(core('services'), of('Service', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ nodePort: 1 }, {}] }), 0)).toMatchObject({ 'services.loadbalancers': '1', 'services.nodeports': '1' });
    expect(usageOf(core('persistentvolumeclaims'), of('PersistentVolumeClaim', { storageClassName: 'fast', resources: { requests: { storage: '2Gi' } } }), 0)).toEqual({
      'count/persistentvolumeclaims': '1', persistentvolumeclaims: '1', 'requests.storage': '2Gi', 'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1', 'fast.storageclass.storage.k8s.io/requests.storage': '2Gi',
    });
    expect(usageOf(core('secrets'), of('Secret', {}), 0)).toEqual({ 'count/secrets': '1', secrets: '1' });
    expect(usageOf({ group: 'apps', resource: 'deployments' }, of('Deployment', {}), 0)).toEqual({ 'count/deployments.apps': '1' });
  });

  it('is found by its name', () => {
    for (const [name, group, resource] of [['count/deployments.apps', 'apps', 'deployments'], ['limits.memory', '', 'pods'], ['services.nodeports', '', 'services'], ['a.storageclass.storage.k8s.io/requests.storage', '', 'persistentvolumeclaims'], ['secrets', '', 'secrets'], ['requests.example.com/gpu', '', 'pods']]) {
      expect(resourceOfQuotaName(name!)).toEqual({ group, resource });
    }
    expect(resourceOfQuotaName('example.com/thing')).toBeUndefined();
  });

  it('is told apart by scopes', () => {
    const plain = of('Pod', { containers: [{ name: 'c' }] });
    const burst = of('Pod', { containers: [c({ cpu: '1' })], activeDeadlineSeconds: 5, priorityClassName: 'high' });
    expect([isBestEffort(plain), isBestEffort(burst)]).toEqual([true, false]);
    expect(inScopes('pods', plain, { scopes: ['BestEffort', 'NotTerminating'] })).toBe(true);
    expect(inScopes('pods', burst, { scopes: ['BestEffort'] })).toBe(false);
    expect(inScopes('pods', burst, { scopes: ['Terminating', 'NotBestEffort'] })).toBe(true);
    const high = { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } };
    expect([inScopes('pods', burst, high), inScopes('pods', plain, high)]).toEqual([true, false]);
    expect(inScopes('secrets', plain, high)).toBe(false);
    const across = of('Pod', { containers: [], affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: { namespaces: ['x'] } }] } } });
    expect(inScopes('pods', across, { scopes: ['CrossNamespacePodAffinity'] })).toBe(true);
  });
});
