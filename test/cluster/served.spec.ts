import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from './test-cluster';
import { Visitor } from './visitor';

describe('a running cluster', () => {
  let cluster: TestCluster;
  let visitor: Visitor;

  beforeAll(async () => {
    cluster = await startTestCluster();
    visitor = new Visitor(cluster.kubeconfig);
  });
  afterAll(() => cluster.stop());

  it('says that it is well, to anybody', async () => {
    for (const path of ['/livez', '/readyz', '/healthz']) expect(await visitor.text('GET', path, 'nobody')).toEqual({ code: 200, body: 'ok' });
    const { body } = await visitor.text('GET', '/readyz?verbose', 'nobody');
    expect(body.split('\n')).toEqual(expect.arrayContaining(['[+]component/scheduler ok', '[+]component/deployment-controller ok', '[+]shutdown ok', 'readyz check passed']));
    expect((await visitor.text('GET', '/livez?verbose', 'nobody')).body).toMatch(/livez check passed\n$/);
  });

  it('tells its version and its numbers', async () => {
    const version = (await visitor.json('GET', '/version', undefined, 'nobody')).body;
    expect(version).toMatchObject({ major: '1', minor: '36', gitVersion: expect.stringMatching(/^v1\.36\.\d+\+kubernest/), compiler: expect.any(String), platform: expect.any(String) });
    const metrics = (await visitor.text('GET', '/metrics')).body;
    expect(metrics).toMatch(/^apiserver_request_total\{.*\} \d+$/m);
    expect(metrics).toMatch(/^scheduler_cache_size\{type="nodes"\} 3$/m);
    expect(metrics).toMatch(/^apiserver_storage_objects\{resource="nodes"\} 3$/m);
  });

  it('knows who is there by certificate and by token, and nobody else', async () => {
    const list = '/api/v1/namespaces/default/pods';
    expect((await visitor.json('GET', list)).code).toBe(200);
    expect((await visitor.json('GET', list, undefined, { token: visitor.token })).code).toBe(200);
    const unauthorized = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 };
    expect(await visitor.json('GET', list, undefined, { token: 'wrong' })).toEqual({ code: 401, body: unauthorized });
    expect(await visitor.json('GET', list, undefined, 'nobody')).toEqual({ code: 401, body: unauthorized });
  });

  it('tells that its parts are well', async () => {
    const { items } = (await visitor.json('GET', '/api/v1/componentstatuses')).body as { items: { metadata: { name: string }; conditions: object[] }[] };
    expect(items.map((i) => [i.metadata.name, i.conditions])).toEqual(['controller-manager', 'scheduler', 'etcd-0'].map((name) => [name, [{ type: 'Healthy', status: 'True', message: 'ok' }]]));
  });

  it('has its nodes ready', async () => {
    const { items } = (await visitor.json('GET', '/api/v1/nodes')).body as { items: { metadata: { name: string }; status: { conditions: { type: string; status: string }[] } }[] };
    expect(items.map((n) => [n.metadata.name, n.status.conditions.find((c) => c.type === 'Ready')?.status])).toEqual([['node-1', 'True'], ['node-2', 'True'], ['node-3', 'True']]);
  });
});
