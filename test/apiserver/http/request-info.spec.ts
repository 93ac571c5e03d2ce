import { describe, expect, it } from 'vitest';
import { BadPathError, parseRequestInfo } from '../../../src/apiserver/http/request-info';

function pick(method: string, url: string): Record<string, unknown> {
  const { verb, group, version, namespace, resource, name, subresource, subpath, isResource } = parseRequestInfo(method, url);
  return { isResource, verb, group, version, namespace, resource, name, subresource, subpath };
}

const none = { isResource: true, group: '', version: 'v1', namespace: '', name: '', subresource: '', subpath: '' };

describe('parseRequestInfo', () => {
  it.each([
    ['GET', '/api/v1/namespaces', { ...none, verb: 'list', resource: 'namespaces' }],
    ['GET', '/api/v1/namespaces/other', { ...none, verb: 'get', namespace: 'other', resource: 'namespaces', name: 'other' }],
    ['PUT', '/api/v1/namespaces/other/finalize', { ...none, verb: 'update', namespace: 'other', resource: 'namespaces', name: 'other', subresource: 'finalize' }],
    ['GET', '/api/v1/namespaces/other/status', { ...none, verb: 'get', namespace: 'other', resource: 'namespaces', name: 'other', subresource: 'status' }],
    ['GET', '/api/v1/namespaces/other/pods', { ...none, verb: 'list', namespace: 'other', resource: 'pods' }],
    ['GET', '/api/v1/namespaces/other/pods/foo', { ...none, verb: 'get', namespace: 'other', resource: 'pods', name: 'foo' }],
    ['DELETE', '/api/v1/namespaces/other/pods', { ...none, verb: 'deletecollection', namespace: 'other', resource: 'pods' }],
    ['DELETE', '/api/v1/nodes/n', { ...none, verb: 'delete', resource: 'nodes', name: 'n' }],
    ['POST', '/api/v1/namespaces/other/pods/foo/binding', { ...none, verb: 'create', namespace: 'other', resource: 'pods', name: 'foo', subresource: 'binding' }],
    ['GET', '/api/v1/namespaces/o/pods/foo/proxy/a/b', { ...none, verb: 'get', namespace: 'o', resource: 'pods', name: 'foo', subresource: 'proxy', subpath: '/a/b' }],
    ['GET', '/api/v1/watch/pods', { ...none, verb: 'watch', resource: 'pods' }],
    ['GET', '/api/v1/watch/namespaces/other/pods', { ...none, verb: 'watch', namespace: 'other', resource: 'pods' }],
    ['GET', '/api/v1/watch/namespaces/other/pods/foo', { ...none, verb: 'watch', namespace: 'other', resource: 'pods', name: 'foo' }],
    ['PATCH', '/apis/apps/v1/namespaces/n/deployments/d/scale?x=y', { ...none, group: 'apps', verb: 'patch', namespace: 'n', resource: 'deployments', name: 'd', subresource: 'scale' }],
    ['GET', '/apis/apps/v1/namespaces/n/deployments/', { ...none, group: 'apps', verb: 'list', namespace: 'n', resource: 'deployments' }],
    ['GET', '/api/v1/namespaces/n/pods/a%2Fb', { ...none, verb: 'get', namespace: 'n', resource: 'pods', name: 'a', subresource: 'b' }],
    ['GET', '/api/v1//namespaces/n', { ...none, verb: 'get', resource: '', name: 'namespaces', subresource: 'n' }],
  ])('%s %s', (method, url, want) => expect(pick(method, url)).toEqual(want));

  it.each(['/', '/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/healthz', '/version', '/nothing/here/at/all', '/openapi/v3/apis/apps/v1'])(
    '%s is no resource',
    (url) => expect(parseRequestInfo('GET', url)).toMatchObject({ isResource: false, verb: 'get', path: url }),
  );

  it('keeps the query apart', () => expect(parseRequestInfo('GET', '/version?a=b?c')).toMatchObject({ path: '/version', query: 'a=b?c' }));
  it('refuses broken escapes', () => expect(() => parseRequestInfo('GET', '/api/v1/pods/%zz')).toThrow(BadPathError));
});
