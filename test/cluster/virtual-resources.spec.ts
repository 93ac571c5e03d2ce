import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startTestCluster, type TestCluster } from './test-cluster';
import { Visitor } from './visitor';

interface Table {
  kind: string;
  columnDefinitions?: { name: string }[];
  rows: { cells: unknown[]; object: unknown }[];
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

describe('a running cluster answers for', () => {
  let cluster: TestCluster;
  let visitor: Visitor;
  const base = '/api/v1/namespaces/default';
  const as = <T>(accept: string, path: string): Promise<{ code: number; body: T }> => visitor.json('GET', path, undefined, 'certificate', { Accept: accept }) as never;

  beforeAll(async () => {
    cluster = await startTestCluster({ nodes: 0, components: ['none'] });
    visitor = new Visitor(cluster.kubeconfig);
    await visitor.json('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' } });
    for (const name of ['p', 'q']) await visitor.json('POST', `${base}/pods`, { metadata: { name, labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'a' }] } });
  });
  afterAll(() => cluster.stop());

  it('the state of its parts', async () => {
    const { body } = await as<{ items: { metadata: object; conditions: object[] }[] }>('application/json', '/api/v1/componentstatuses');
    expect(body).toMatchObject({ kind: 'ComponentStatusList', apiVersion: 'v1', items: [{ metadata: { name: 'controller-manager' }, conditions: [{ status: 'False', message: 'Get "https://127.0.0.1:10257/healthz": dial tcp 127.0.0.1:10257: connect: connection refused' }] }, { metadata: { name: 'scheduler' } }, { metadata: { name: 'etcd-0' }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] }] });
    expect((await as<object>('application/json', '/api/v1/componentstatuses/nope')).body).toMatchObject({ code: 404, message: 'componentstatus "nope" not found' });
    const table = (await as<Table>(TABLE, '/api/v1/componentstatuses')).body;
    expect(table.columnDefinitions!.map((c) => c.name)).toEqual(['Name', 'Status', 'Message', 'Error']);
    const res = await visitor.open('GET', '/api/v1/componentstatuses/etcd-0');
    res.resume();
    expect(res.headers.warning).toBe('299 - "v1 ComponentStatus is deprecated in v1.19+"');
  });

  it('who somebody is', async () => {
    const review = { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    expect(await visitor.json('POST', path, review)).toMatchObject({ code: 201, body: { ...review, status: { userInfo: { username: expect.any(String), groups: expect.arrayContaining(['system:authenticated']) } } } });
    expect((await visitor.json('POST', path, review, { token: visitor.token })).body).toMatchObject({ status: { userInfo: { username: expect.any(String) } } });
    expect((await visitor.json('GET', path)).code).toBe(405);
  });

  it('bindings on both paths', async () => {
    const bind = (path: string, name: string, more: object = {}): Promise<{ code: number; body: unknown }> => visitor.json('POST', path, { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: 'n' }, ...more });
    expect(await bind(`${base}/bindings`, 'nope')).toMatchObject({ code: 404, body: { message: 'pods "nope" not found' } });
    expect(await bind(`${base}/bindings`, 'p', { target: { kind: 'Pod', name: 'n' } })).toMatchObject({ code: 500, body: { message: 'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"' } });
    expect(await bind(`${base}/bindings`, 'p')).toMatchObject({ code: 201, body: { kind: 'Status', status: 'Success', code: 201 } });
    expect(await bind(`${base}/pods/q/binding`, 'q')).toMatchObject({ code: 201 });
    expect(await bind(`${base}/pods/q/binding`, 'q')).toMatchObject({ code: 409, body: { message: 'Operation cannot be fulfilled on pods/binding "q": pod q is already assigned to node "n"' } });
    expect((await as('application/json', `${base}/pods/p`)).body).toMatchObject({ spec: { nodeName: 'n' }, status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'PodScheduled', status: 'True' })]) } });
  });

  it('evictions, looking at their options as at those of a deletion', async () => {
    const evict = (deleteOptions: object, query = ''): Promise<{ code: number; body: unknown }> => visitor.json('POST', `${base}/pods/q/eviction${query}`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'q' }, deleteOptions });
    expect(await evict({ dryRun: ['All'], propagationPolicy: 'Sideways' })).toMatchObject({ code: 422, body: { message: 'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"' } });
    expect(await evict({ dryRun: ['All'], preconditions: { uid: 'other' } })).toMatchObject({ code: 409 });
    expect(await evict({ ignoreStoreReadErrorWithClusterBreakingPotential: true })).toMatchObject({ code: 422, body: { message: expect.stringContaining('can not be set for pod eviction') as string } });
    expect(await evict({}, '?dryRun=All')).toMatchObject({ code: 201, body: { status: 'Success' } });
    expect((await as('application/json', `${base}/pods/q`)).code).toBe(200);
    expect(await evict({ gracePeriodSeconds: 0 })).toMatchObject({ code: 201 });
    expect((await as('application/json', `${base}/pods/q`)).code).toBe(404);
  });

  it('metadata alone, of one and of all', async () => {
    const one = await as<object>(METADATA, `${base}/pods/p`);
    expect(one.body).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: expect.objectContaining({ name: 'p', labels: { app: 'web' } }) });
    const all = await as<{ items: object[] }>(METADATA_LIST, `${base}/pods`);
    expect(all.body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: expect.any(String) } });
    expect(all.body.items).toEqual([expect.objectContaining({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' })]);
    expect((await as(METADATA_LIST, `${base}/pods/p`)).code).toBe(406);
  });

  it('watches over WebSocket: an event a message, tables with columns at first', async () => {
    const watch = async (accept: string): Promise<{ type: string; object: Table }[]> => {
      const { url, options } = visitor.webSocket(`${base}/pods?watch=1&timeoutSeconds=1`);
      const ws = new WebSocket(url, { ...options, headers: { Accept: accept } });
      const events: { type: string; object: Table }[] = [];
      ws.on('message', (data: Buffer) => events.push(JSON.parse(data.toString()) as { type: string; object: Table }));
      await once(ws, 'open');
      await visitor.json('PATCH', `${base}/pods/p`, { metadata: { annotations: { at: accept } } }, 'certificate', { 'Content-Type': 'application/merge-patch+json' });
      await once(ws, 'close');
      return events;
    };
    expect((await watch('application/json')).map((e) => [e.type, e.object.kind])).toEqual([['ADDED', 'Pod'], ['MODIFIED', 'Pod']]);
    const tables = await watch(TABLE);
    expect(tables.map((e) => [e.type, e.object.kind, e.object.rows[0]!.cells[0]])).toEqual([['ADDED', 'Table', 'p'], ['MODIFIED', 'Table', 'p']]);
    expect([tables[0]!.object.columnDefinitions?.[0]?.name, tables[1]!.object.columnDefinitions]).toEqual(['Name', null]);
  });
});
