import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from './test-cluster';
import { Visitor } from './visitor';

interface Item {
  metadata: { name: string; uid: string; resourceVersion: string };
  spec: { clusterIP?: string };
}

// Nothing is global: two clusters in this process do not know of each other.
describe('two clusters in one process', () => {
  let clusters: TestCluster[];
  let a: Visitor;
  let b: Visitor;

  beforeAll(async () => {
    clusters = await Promise.all([startTestCluster({ name: 'a', components: ['none'] }), startTestCluster({ name: 'b', components: ['none'] })]);
    [a, b] = clusters.map((c) => new Visitor(c.kubeconfig)) as [Visitor, Visitor];
  });
  afterAll(() => Promise.all(clusters.map((c) => c.stop())));

  const service = (name: string, clusterIP?: string): object => ({ metadata: { name }, spec: { clusterIP, ports: [{ port: 80 }] } });

  it('hold objects and count revisions each for itself', async () => {
    const revision = async (v: Visitor): Promise<string> => ((await v.json('GET', '/api/v1/namespaces?limit=1')).body as Item).metadata.resourceVersion;
    const before = await revision(b);
    for (const name of ['one', 'two', 'three']) expect((await a.json('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name } })).code).toBe(201);
    expect((await b.json('GET', '/api/v1/namespaces/default/configmaps/one')).code).toBe(404);
    expect(await revision(b)).toBe(before);
    expect(Number(await revision(a))).toBeGreaterThan(Number(before) - 1);
    const uids = async (v: Visitor): Promise<string> => ((await v.json('GET', '/api/v1/namespaces/default')).body as Item).metadata.uid;
    expect(await uids(a)).not.toBe(await uids(b));
  });

  it('hand out the same address each', async () => {
    const ip = '10.96.7.7';
    for (const v of [a, b]) {
      expect((await v.json('POST', '/api/v1/namespaces/default/services', service('web', ip))).code).toBe(201);
      expect((await v.json('POST', '/api/v1/namespaces/default/services', service('other', ip))).body).toMatchObject({ code: 422, message: expect.stringContaining('provided IP is already allocated') });
    }
  });

  it('tell watchers of their own changes alone', async () => {
    const path = '/api/v1/namespaces/default/secrets?watch=true&timeoutSeconds=20';
    const seen = async (v: Visitor, event: () => Promise<unknown>): Promise<string> => {
      const res = await v.open('GET', path);
      await event();
      for await (const chunk of res.setEncoding('utf8')) {
        res.destroy();
        return chunk as string;
      }
      return '';
    };
    const create = (v: Visitor, name: string): Promise<unknown> => v.json('POST', '/api/v1/namespaces/default/secrets', { metadata: { name } });
    // The first thing a watcher of b sees is b's own, though a changed before.
    const line = await seen(b, async () => {
      await create(a, 'from-a');
      await create(b, 'from-b');
    });
    expect(JSON.parse(line.split('\n')[0]!)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'from-b' } } });
  });

  it('do not accept one another’s credentials', async () => {
    expect((await a.json('GET', '/api/v1/nodes', undefined, { token: b.token })).code).toBe(401);
    const crossed = new Visitor({ ...clusters[0]!.kubeconfig, users: clusters[1]!.kubeconfig.users });
    expect((await crossed.json('GET', '/api/v1/nodes')).code).toBe(401);
  });

  it('end each for itself', async () => {
    await clusters[0]!.stop();
    await expect(a.text('GET', '/readyz')).rejects.toThrow();
    expect(await b.text('GET', '/readyz')).toEqual({ code: 200, body: 'ok' });
  });
});
