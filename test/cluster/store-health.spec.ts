import { afterEach, describe, expect, it } from 'vitest';
import type { SqliteStore } from '../../src/storage/sqlite/sqlite-store';
import { StoreError } from '../../src/storage/store-error';
import { STORE } from '../../src/cluster/tokens';
import { startTestCluster, type TestCluster } from './test-cluster';
import { Visitor } from './visitor';

describe('a cluster whose store has failed', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.stop());

  it('is neither alive nor ready, refuses writes and still reads', async () => {
    cluster = await startTestCluster({ components: ['none'] });
    const visitor = new Visitor(cluster.kubeconfig);
    const code = async (path: string): Promise<number> => (await visitor.text('GET', path)).code;
    expect(await code('/livez/etcd')).toBe(200);
    const { app } = cluster as unknown as { app: { get(token: symbol, o: object): SqliteStore } };
    app.get(STORE, { strict: false }).fail(new StoreError('Full', 'no space left'));
    for (const path of ['/livez', '/readyz', '/livez/etcd']) expect(await code(path)).toBe(500);
    expect(await code('/api/v1/namespaces/default')).toBe(200);
    const refused = await visitor.json('POST', '/api/v1/namespaces/default/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
    expect(refused.code).toBe(500);
    expect(refused.body).toMatchObject({ reason: 'InternalError', message: expect.stringContaining('no space left') as string });
  });
});
