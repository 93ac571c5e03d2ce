import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSchemas } from '../../../src/api/schema/load';
import { loadDescriptions } from '../../../src/apiserver/openapi/descriptions';
import { createOpenApi } from '../../../src/apiserver/openapi/openapi';
import type { ApiGroup, ResourceDefinition, Verb } from '../../../src/apiserver/registry/strategy';

const ALL: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function resource(group: string, version: string, kind: string, plural: string, schema: string, more: Partial<ResourceDefinition> = {}): ResourceDefinition {
  return { gvk: { group, version, kind }, plural, namespaced: true, verbs: ALL, schema, strategy: {}, columns: [], ...more };
}

const pods = resource('', 'v1', 'Pod', 'pods', 'io.k8s.api.core.v1.Pod', {
  returnsDeletedObject: true,
  subresources: {
    status: { type: 'update', verbs: ['get', 'patch', 'update'], strategy: {} },
    eviction: { type: 'action', gvk: { group: 'policy', version: 'v1', kind: 'Eviction' }, schema: 'io.k8s.api.policy.v1.Eviction', create: async () => undefined },
    exec: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'PodExecOptions' }, verbs: ['create', 'get'] },
    proxy: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'PodProxyOptions' }, verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    log: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] },
  },
});
const nodes = resource('', 'v1', 'Node', 'nodes', 'io.k8s.api.core.v1.Node', { namespaced: false });
const deployments = resource('apps', 'v1', 'Deployment', 'deployments', 'io.k8s.api.apps.v1.Deployment', {
  subresources: { scale: { type: 'scale', replicas: () => 0, statusReplicas: () => 0, selector: () => undefined, setReplicas: () => undefined } },
});
const roles = resource('rbac.authorization.k8s.io', 'v1', 'Role', 'roles', 'io.k8s.api.rbac.v1.Role');
const groups: ApiGroup[] = [
  { name: '', versions: ['v1'], resources: [pods, nodes] },
  { name: 'apps', versions: ['v1'], resources: [deployments] },
  { name: 'rbac.authorization.k8s.io', versions: ['v1'], resources: [roles] },
];
const schemas = loadSchemas();
const openapi = createOpenApi({ groups, schemas });

/* eslint-disable @typescript-eslint/no-explicit-any -- documents are read as they come */
const core = openapi.v3('api/v1') as any;
const apps = openapi.v3('apis/apps/v1') as any;
const v2 = openapi.v2() as any;
const names = (parameters: any[]): string[] => parameters.map((p) => p.name);

describe('OpenAPI v3', () => {
  it('has a document for every group version and for what belongs to none', () => {
    expect([...openapi.v3Paths()].sort()).toEqual([
      '.well-known/openid-configuration', 'api', 'api/v1', 'apis', 'apis/apps', 'apis/apps/v1', 'apis/rbac.authorization.k8s.io', 'apis/rbac.authorization.k8s.io/v1', 'openid/v1/jwks', 'version',
    ]);
    expect(openapi.v3('apis/nope/v1')).toBeUndefined();
    expect(openapi.v3('api/v1')).toBe(core);
  });

  it('describes every verb as clients look it up', () => {
    const item = apps.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(Object.keys(item).sort()).toEqual(['delete', 'get', 'parameters', 'patch', 'put']);
    expect(names(item.parameters)).toEqual(['name', 'namespace', 'pretty']);
    expect(item.patch).toMatchObject({
      operationId: 'patchAppsV1NamespacedDeployment',
      tags: ['apps_v1'],
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
    });
    expect(names(item.patch.parameters)).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force']);
    expect(Object.keys(item.patch.requestBody.content)).toEqual(['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json']);
    expect(item.put.requestBody).toEqual({ content: { '*/*': { schema: { $ref: '#/components/schemas/io.k8s.api.apps.v1.Deployment' } } }, required: true });
    expect(Object.keys(item.put.responses)).toEqual(['200', '201', '401']);
    expect(item.delete.responses['202'].content['application/json'].schema.$ref).toMatch(/Status$/);
  });

  it('puts the parameters that all operations of a path share beside them', () => {
    const all = core.paths['/api/v1/pods'];
    expect(all.get.parameters).toBeUndefined();
    expect(all.get.operationId).toBe('listCoreV1PodForAllNamespaces');
    expect(names(all.parameters)).toContain('sendInitialEvents');
    expect(Object.keys(all.get.responses['200'].content)).toContain('application/json;stream=watch');
  });

  it('names operations as kube-apiserver does', () => {
    const id = (path: string, method: string): string => core.paths[path][method].operationId;
    expect(id('/api/v1/namespaces/{namespace}/pods', 'delete')).toBe('deleteCoreV1CollectionNamespacedPod');
    expect(id('/api/v1/namespaces/{namespace}/pods/{name}/status', 'put')).toBe('replaceCoreV1NamespacedPodStatus');
    expect(id('/api/v1/namespaces/{namespace}/pods/{name}/eviction', 'post')).toBe('createCoreV1NamespacedPodEviction');
    expect(id('/api/v1/namespaces/{namespace}/pods/{name}/exec', 'get')).toBe('connectCoreV1GetNamespacedPodExec');
    expect(id('/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}', 'head')).toBe('connectCoreV1HeadNamespacedPodProxyWithPath');
    expect(id('/api/v1/namespaces/{namespace}/pods/{name}/log', 'get')).toBe('readCoreV1NamespacedPodLog');
    expect(id('/api/v1/watch/namespaces/{namespace}/pods', 'get')).toBe('watchCoreV1NamespacedPodList');
    expect(id('/api/v1/nodes/{name}', 'patch')).toBe('patchCoreV1Node');
    const rbac = openapi.v3('apis/rbac.authorization.k8s.io/v1') as any;
    expect(rbac.paths['/apis/rbac.authorization.k8s.io/v1/'].get).toMatchObject({ operationId: 'getRbacAuthorizationV1APIResources', tags: ['rbacAuthorization_v1'] });
  });

  it('answers deletes of some kinds with the object', () => {
    expect(core.paths['/api/v1/namespaces/{namespace}/pods/{name}'].delete.responses['200'].content['application/json'].schema.$ref).toMatch(/\.Pod$/);
  });

  it('holds the definitions that it refers to, with list types and merge keys, and no others', () => {
    const containers = apps.components.schemas['io.k8s.api.core.v1.PodSpec'].properties.containers;
    expect(containers).toMatchObject({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'name' });
    expect(apps.components.schemas['io.k8s.api.apps.v1.Deployment'].properties.spec).toEqual({ default: {}, allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec' }] });
    expect(apps.components.schemas['io.k8s.api.autoscaling.v1.Scale']).toBeDefined();
    expect(apps.components.schemas['io.k8s.api.core.v1.Node']).toBeUndefined();
    const referred = new Set([...JSON.stringify(apps).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((m) => m[1]));
    expect(Object.keys(apps.components.schemas).sort()).toEqual([...referred].sort());
  });

  it('names of shared kinds the core group and its own only', () => {
    const kinds = (d: any): string[] => d.components.schemas['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']['x-kubernetes-group-version-kind'].map((k: any) => k.group);
    expect(kinds(core)).toEqual(['']);
    expect(kinds(apps)).toEqual(['', 'apps']);
  });
});

describe('OpenAPI v2', () => {
  it('holds all groups in one document, without defaults', () => {
    expect(Object.keys(v2.paths)).toEqual(expect.arrayContaining(['/api/', '/apis/', '/apis/apps/', '/api/v1/pods', '/version/']));
    expect(v2.definitions['io.k8s.api.apps.v1.Deployment'].properties.spec).toEqual({ $ref: '#/definitions/io.k8s.api.apps.v1.DeploymentSpec' });
    expect(v2.definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']).toEqual({ type: 'string' });
    expect(v2.definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toEqual({ type: 'string', format: 'int-or-string' });
    expect(JSON.stringify(v2)).not.toContain('"default"');
    expect(openapi.v2()).toBe(v2);
  });

  it('has bodies and query parameters where old clients look for them', () => {
    const { patch, put } = v2.paths['/api/v1/namespaces/{namespace}/pods/{name}'];
    expect(names(patch.parameters)).toEqual(['body', 'dryRun', 'fieldManager', 'fieldValidation', 'force']);
    expect(patch.consumes).toContain('application/strategic-merge-patch+json');
    expect(put.parameters[0]).toEqual({ name: 'body', in: 'body', required: true, schema: { $ref: '#/definitions/io.k8s.api.core.v1.Pod' } });
  });
});

describe('descriptions', () => {
  const dir = mkdtempSync(join(tmpdir(), 'descriptions-'));
  const file = join(dir, 'descriptions.json');
  writeFileSync(file, JSON.stringify({ 'io.k8s.api.core.v1.Node': { '': 'a machine', spec: 'what is wanted' } }));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('are added to definitions and fields', () => {
    const described = createOpenApi({ groups, schemas, descriptions: loadDescriptions(file) });
    const node = (described.v3('api/v1') as any).components.schemas['io.k8s.api.core.v1.Node'];
    expect(node.description).toBe('a machine');
    expect(node.properties.spec).toEqual({ description: 'what is wanted', default: {}, allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.NodeSpec' }] });
    expect((described.v2() as any).definitions['io.k8s.api.core.v1.Node'].properties.spec).toEqual({ description: 'what is wanted', $ref: '#/definitions/io.k8s.api.core.v1.NodeSpec' });
  });

  it('may be missing altogether', () => {
    expect(loadDescriptions(join(dir, 'nothing.json')).of('io.k8s.api.core.v1.Node')).toBeUndefined();
  });
});
