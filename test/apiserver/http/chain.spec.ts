import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import type { Attributes } from '../../../src/apiserver/authz/authorizer';
import { StoreError } from '../../../src/storage/store-error';
import { PriorityAndFairness } from '../../../src/apiserver/flowcontrol/priority-and-fairness';
import { FakeClock } from '../../../src/util/fake-clock';
import type { Harness } from './support';
import { startHarness, TOKEN } from './support';

const CM = '/api/v1/namespaces/default/configmaps';
let h: Harness;
afterEach(() => h.api.stop());

const ask = (path: string): supertest.Test => supertest(h.url).get(path).set('authorization', `Bearer ${TOKEN}`);

describe('authorization', () => {
  it.each([
    [`${CM}/a`, { verb: 'get', resource: 'configmaps', namespace: 'default', name: 'a', isResource: true, group: '', version: 'v1' }],
    [CM, { verb: 'list', name: '' }],
    [`${CM}?watch=1&timeoutSeconds=1&fieldSelector=a%3Db,metadata.name%3Dx`, { verb: 'watch', name: 'x' }],
    [`${CM}?fieldSelector=metadata.name!%3Dx`, { verb: 'list', name: '' }],
    ['/api/v1/watch/configmaps', { verb: 'watch', namespace: '' }],
    ['/api/v1/namespaces/foo', { verb: 'get', resource: 'namespaces', namespace: 'foo', name: 'foo' }],
    ['/apis/apps/v1/namespaces/n/deployments/d/scale', { verb: 'get', group: 'apps', resource: 'deployments', subresource: 'scale' }],
    ['/apis', { verb: 'get', isResource: false, path: '/apis' }],
    ['/api/v1/namespaces/default/widgets', { verb: 'list', resource: 'widgets' }],
  ])('is asked about %s before anything is done', async (path, want) => {
    const asked: Attributes[] = [];
    h = await startHarness({
      authorizer: {
        authorize(a) {
          asked.push(a);
          return { allowed: false };
        },
      },
    });
    const r = await ask(path).expect(403);
    expect(asked).toEqual([expect.objectContaining({ ...want, user: expect.objectContaining({ name: 'admin' }) as unknown })]);
    expect((r.body as { reason: string }).reason).toBe('Forbidden');
    expect(h.configMaps.seen).toEqual([]);
  });
  it('refuses in the words of kube-apiserver', async () => {
    h = await startHarness({ authorizer: { authorize: () => Promise.resolve({ allowed: false }) } });
    expect((await ask('/apis')).body).toMatchObject({ message: 'forbidden: User "admin" cannot get path "/apis"', details: {}, code: 403 });
    expect((await ask('/apis/apps/v1/deployments')).body).toMatchObject({
      message: 'deployments.apps is forbidden: User "admin" cannot list resource "deployments" in API group "apps" at the cluster scope',
      details: { group: 'apps', kind: 'deployments' },
    });
  });
});

describe('flow control', () => {
  it('tells clients where they belong', async () => {
    const rules = [{ subjects: [{ kind: 'User', user: { name: 'admin' } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }];
    const schema = { kind: 'FlowSchema', apiVersion: 'flowcontrol.apiserver.k8s.io/v1', metadata: { name: 's', uid: 'schema-uid' }, spec: { priorityLevelConfiguration: { name: 'l' }, rules } };
    const level = { kind: 'PriorityLevelConfiguration', apiVersion: 'flowcontrol.apiserver.k8s.io/v1', metadata: { name: 'l', uid: 'level-uid' }, spec: { type: 'Exempt' } };
    h = await startHarness({ flow: new PriorityAndFairness(() => [schema], () => [level], new FakeClock()) });
    const r = await ask('/apis').expect(200);
    expect(r.headers).toMatchObject({ 'x-kubernetes-pf-flowschema-uid': 'schema-uid', 'x-kubernetes-pf-prioritylevel-uid': 'level-uid' });
    expect((await supertest(h.url).get('/version')).headers).not.toHaveProperty('x-kubernetes-pf-flowschema-uid');
  });
});

describe('deadlines', () => {
  it('end a request with 504 and tell its handler', async () => {
    const clock = new FakeClock();
    h = await startHarness({ clock });
    let aborted: unknown;
    const begun = new Promise<void>((begin) => {
      h.configMaps.list = ((ctx: { signal: AbortSignal }) => {
        ctx.signal.addEventListener('abort', () => (aborted = ctx.signal.reason));
        begin();
        return new Promise(() => undefined);
      }) as never;
    });
    const answer = ask(`${CM}?timeout=5s`).then((r) => r);
    await begun;
    clock.step(5000);
    expect((await answer).body).toMatchObject({ code: 504, reason: 'Timeout', message: 'Timeout: request did not complete within the allotted timeout' });
    expect(String(aborted)).toContain('deadline');
    expect(clock.pending).toBe(0);
  });
});

describe('a store that has failed', () => {
  it('is told as an internal error in its own words', async () => {
    h = await startHarness();
    h.configMaps.create = () => Promise.reject(new StoreError('Failed', 'the store accepts no more writes since one failed: disk full'));
    const r = await supertest(h.url).post(CM).set('authorization', `Bearer ${TOKEN}`).send({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }).expect(500);
    expect(r.body).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'InternalError', code: 500, message: 'Internal error occurred: the store accepts no more writes since one failed: disk full' });
  });
});
