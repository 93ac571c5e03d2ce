import { describe, expect, it } from 'vitest';
import { storageVersionHash } from '../../../src/apiserver/discovery/api-resources';
import { Discovery } from '../../../src/apiserver/discovery/discovery';
import type { ApiGroup } from '../../../src/apiserver/registry/strategy';
import { configMaps, define, deployments, kites, namespaces, pods, reviews } from '../http/support';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const hpa = (version: string): ReturnType<typeof define> =>
  define({
    gvk: { group: 'autoscaling', version, kind: 'HorizontalPodAutoscaler' },
    plural: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    categories: ['all'],
    ...(version === 'v1' ? { storedAs: { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers', toStored: (o) => o, fromStored: (o) => o as never } } : {}),
  });
const core: ApiGroup = { name: '', versions: ['v1'], resources: [pods, configMaps, namespaces] };
const apps: ApiGroup = { name: 'apps', versions: ['v1'], resources: [deployments] };
const autoscaling: ApiGroup = { name: 'autoscaling', versions: ['v2', 'v1'], resources: [hpa('v2'), hpa('v1')] };
const authorization: ApiGroup = { name: 'authorization.k8s.io', versions: ['v1'], resources: [reviews] };
const example: ApiGroup = { name: 'example.com', versions: ['v1'], resources: [kites] };
const groups = [core, apps, autoscaling, authorization, example];
const discovery = new Discovery(() => groups, () => '127.0.0.1:6443');

describe('legacy discovery', () => {
  it('lists the versions of the core group', () =>
    expect(discovery.document('/api')).toEqual({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }] }));
  it('lists the groups in their order', () => {
    const list = discovery.document('/apis') as { kind: string; apiVersion: string; groups: { name: string }[] };
    expect(list).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
    expect(list.groups.map((g) => g.name)).toEqual(['apps', 'autoscaling', 'authorization.k8s.io', 'example.com']);
  });
  it('prefers the first version', () =>
    expect(discovery.document('/apis/autoscaling')).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'autoscaling',
      versions: [
        { groupVersion: 'autoscaling/v2', version: 'v2' },
        { groupVersion: 'autoscaling/v1', version: 'v1' },
      ],
      preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
    }));
  it('lists resources and subresources by name', () => {
    const list = discovery.document('/api/v1') as { groupVersion: string; resources: { name: string }[] };
    expect(list).not.toHaveProperty('apiVersion');
    expect(list.groupVersion).toBe('v1');
    expect(list.resources).toEqual([
      { name: 'configmaps', singularName: 'configmap', namespaced: true, kind: 'ConfigMap', verbs: VERBS, shortNames: ['cm'], storageVersionHash: 'qFsyl6wFWjQ=' },
      { name: 'namespaces', singularName: 'namespace', namespaced: false, kind: 'Namespace', verbs: VERBS.filter((v) => v !== 'deletecollection'), storageVersionHash: 'Q3oi5N2YM8M=' },
      { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: VERBS, storageVersionHash: 'xPOwRZ+Yhw8=' },
      { name: 'pods/eviction', singularName: '', namespaced: true, group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
      { name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] },
    ]);
  });
  it('names the group of a scale', () => {
    const list = discovery.document('/apis/apps/v1') as { resources: object[] };
    expect(list).toMatchObject({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'apps/v1' });
    expect(list.resources[1]).toEqual({ name: 'deployments/scale', singularName: '', namespaced: true, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] });
  });
  it('hashes the version that is stored', () => {
    const hash = (v: string): unknown => (discovery.document(`/apis/autoscaling/${v}`) as { resources: { storageVersionHash: string }[] }).resources[0]!.storageVersionHash;
    expect(hash('v1')).toBe('qwQve8ut294=');
    expect(hash('v2')).toBe('qwQve8ut294=');
    const policies = define({ gvk: { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'MutatingAdmissionPolicy' }, plural: 'mutatingadmissionpolicies', storageVersion: 'v1beta1' });
    const admission = new Discovery(() => [{ name: 'admissionregistration.k8s.io', versions: ['v1'], resources: [policies] }], () => '');
    expect(admission.document('/apis/admissionregistration.k8s.io/v1')).toMatchObject({ resources: [{ storageVersionHash: 'LYmCf+UMVdg=' }] });
    expect(storageVersionHash({ group: 'apps', version: 'v1', kind: 'Deployment' })).toBe('8aSe+NMegvE=');
  });
  it('hashes nothing that is not stored', () =>
    expect((discovery.document('/apis/authorization.k8s.io/v1') as { resources: object[] }).resources[0]).toEqual({
      name: 'selfsubjectaccessreviews',
      singularName: 'selfsubjectaccessreview',
      namespaced: false,
      kind: 'SelfSubjectAccessReview',
      verbs: ['create'],
    }));
  it.each(['/api/v2', '/apis/nope', '/apis/apps/v2', '/apis/apps/v1/deployments', '/apix', '/apis/'])('has nothing at %s', (path) => expect(discovery.document(path)).toBeUndefined());
});

describe('aggregated discovery', () => {
  it('nests subresources', () => {
    const { value } = discovery.aggregated('/api', 'v2') as { value: { items: { versions: { resources: object[] }[] }[] } };
    expect(value).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items: [{ metadata: {}, versions: [{ version: 'v1', freshness: 'Current' }] }] });
    expect(value.items[0]!.versions[0]!.resources[2]).toEqual({
      resource: 'pods',
      responseKind: { group: '', version: '', kind: 'Pod' },
      scope: 'Namespaced',
      singularResource: 'pod',
      verbs: VERBS,
      subresources: [
        { subresource: 'eviction', responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
        { subresource: 'log', responseKind: { group: '', version: '', kind: 'Pod' }, verbs: ['get'] },
      ],
    });
  });
  it('covers every other group', () => {
    const { value, etag } = discovery.aggregated('/apis', 'v2beta1') as { value: { apiVersion: string; items: { metadata: { name: string } }[] }; etag: string };
    expect(value.apiVersion).toBe('apidiscovery.k8s.io/v2beta1');
    expect(value.items.map((i) => i.metadata.name)).toEqual(['apps', 'autoscaling', 'authorization.k8s.io', 'example.com']);
    expect(etag).toMatch(/^"[0-9A-F]{128}"$/);
  });
});

describe('a changing set of groups', () => {
  it('changes the documents', () => {
    let now: readonly ApiGroup[] = [core];
    const d = new Discovery(() => now, () => '');
    const before = d.aggregated('/apis', 'v2').etag;
    expect(d.document('/apis/apps')).toBeUndefined();
    now = [core, apps];
    expect(d.document('/apis/apps')).toBeDefined();
    expect(d.aggregated('/apis', 'v2').etag).not.toBe(before);
    expect(d.paths()).toContain('/apis/apps/v1');
  });
  it('tells built-in groups from custom ones', () => {
    expect(discovery.isBuiltIn('apps')).toBe(true);
    expect(discovery.isBuiltIn('example.com')).toBe(false);
    expect(discovery.isBuiltIn('nope')).toBe(false);
  });
});
