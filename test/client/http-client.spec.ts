import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isReason } from '../../src/api/errors/status-error';
import { HttpClient } from '../../src/client/http-client';
import { optionsFromKubeconfig } from '../../src/client/kubeconfig';
import { DEPLOYMENTS, NAMESPACES, PODS } from '../../src/client/resources';
import { SystemClock } from '../../src/util/system-clock';

describe('HttpClient', () => {
  const requests: { method?: string; url?: string; type?: string; auth?: string; agent?: string; body?: unknown }[] = [];
  let answer: (req: IncomingMessage, res: ServerResponse) => void;
  let client: HttpClient;
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (c) => (text += c));
    req.on('end', () => {
      requests.push({ method: req.method, url: req.url, type: req.headers['content-type'], auth: req.headers.authorization, agent: req.headers['user-agent'], body: text ? JSON.parse(text) : undefined });
      answer(req, res);
    });
  });
  const json = (code: number, body: object, headers: Record<string, string> = {}) => (_: IncomingMessage, res: ServerResponse) => res.writeHead(code, headers).end(JSON.stringify(body));

  beforeEach(async () => {
    requests.length = 0;
    await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
    client = new HttpClient({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`, token: 'secret', userAgent: 'kubernest/1', clock: new SystemClock() });
  });
  afterEach(async () => {
    client.close();
    server.closeAllConnections();
    await new Promise((r) => server.close(r));
  });

  it('asks as the API wants to be asked', async () => {
    answer = json(200, { kind: 'Pod', apiVersion: 'v1', metadata: {} });
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' } };
    await client.get(PODS, 'a', 'p', { subresource: 'status', resourceVersion: '0' });
    await client.create(PODS, pod, { dryRun: true, fieldManager: 'm' });
    await client.create(PODS, pod, { subresource: 'binding', name: 'p' });
    await client.update(DEPLOYMENTS, pod, { subresource: 'status' });
    await client.patch(NAMESPACES, undefined, 'n', 'apply', { a: 1 }, { fieldManager: 'm', force: true });
    await client.delete(PODS, 'a', 'p', { gracePeriodSeconds: 0, dryRun: true });
    await client.deleteCollection(PODS, { namespace: 'a', labelSelector: 'a=b' }, { propagationPolicy: 'Background' });
    expect(requests.map((r) => `${r.method} ${r.url}`)).toEqual([
      'GET /prefix/api/v1/namespaces/a/pods/p/status?resourceVersion=0',
      'POST /prefix/api/v1/namespaces/a/pods?dryRun=All&fieldManager=m',
      'POST /prefix/api/v1/namespaces/a/pods/p/binding',
      'PUT /prefix/apis/apps/v1/namespaces/a/deployments/p/status',
      'PATCH /prefix/api/v1/namespaces/n?fieldManager=m&force=true',
      'DELETE /prefix/api/v1/namespaces/a/pods/p',
      'DELETE /prefix/api/v1/namespaces/a/pods?labelSelector=a%3Db',
    ]);
    expect(requests[4]).toMatchObject({ type: 'application/apply-patch+yaml', auth: 'Bearer secret', agent: 'kubernest/1' });
    expect(requests[5]!.body).toEqual({ apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, dryRun: ['All'] });
  });

  it('gives list items their kind', async () => {
    answer = json(200, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [{ metadata: { name: 'p' } }] });
    expect((await client.list(PODS)).items).toEqual([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }]);
  });

  it('throws Statuses, also for answers that are none', async () => {
    answer = json(409, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Conflict', message: 'm', details: { name: 'p' }, code: 409 });
    await expect(client.get(PODS, 'a', 'p')).rejects.toMatchObject({ code: 409, reason: 'Conflict', message: 'm', status: { details: { name: 'p' } } });
    answer = (_, res) => res.writeHead(404).end('404 page not found');
    await expect(client.get(PODS, 'a', 'p')).rejects.toMatchObject({ reason: 'NotFound', message: 'the server could not find the requested resource (get /api/v1/namespaces/a/pods/p)' });
  });

  it('comes back after Retry-After', async () => {
    answer = (req, res) => (requests.length < 3 ? res.writeHead(429, { 'retry-after': '0' }).end() : json(200, { kind: 'Pod', metadata: {} })(req, res));
    await client.get(PODS, 'a', 'p');
    expect(requests).toHaveLength(3);
  });

  it('reads watch events however they are cut, and ends with an ERROR event', async () => {
    const event = (type: string, name: string) => JSON.stringify({ type, object: { kind: 'Pod', metadata: { name } } }) + '\n';
    const text = event('ADDED', 'pö') + event('MODIFIED', 'q') + JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } }) + '\n';
    answer = (_, res) => {
      res.writeHead(200);
      const bytes = Buffer.from(text);
      for (let i = 0; i < bytes.length; i += 7) res.write(bytes.subarray(i, i + 7));
    };
    const seen: string[] = [];
    const error = await new Promise<Error | undefined>((resolve) => client.watch(PODS, { namespace: 'a', resourceVersion: '5', allowWatchBookmarks: true }, { event: (t, o) => seen.push(`${t} ${o.metadata.name}`), closed: resolve }));
    expect(seen).toEqual(['ADDED pö', 'MODIFIED q']);
    expect(isReason(error, 'Expired')).toBe(true);
    expect(requests[0]!.url).toBe('/prefix/api/v1/namespaces/a/pods?resourceVersion=5&allowWatchBookmarks=true&watch=true');
  });

  it('tells a watch that just ends from one that is refused or lost', async () => {
    const closed = () => new Promise<Error | undefined>((resolve) => client.watch(PODS, {}, { event: () => {}, closed: resolve }));
    answer = (_, res) => res.writeHead(200).end();
    expect(await closed()).toBeUndefined();
    answer = json(403, { kind: 'Status', reason: 'Forbidden', message: 'no', code: 403 });
    expect(isReason(await closed(), 'Forbidden')).toBe(true);
    answer = (_, res) => res.destroy();
    expect(await closed()).toBeInstanceOf(Error);
  });

  it('discovers by aggregated and by single documents', async () => {
    const aggregated = (name: string, version: string, resource: string, kind: string) => ({
      kind: 'APIGroupDiscoveryList',
      items: [{ metadata: name ? { name } : {}, versions: [{ version, resources: [{ resource, responseKind: { kind }, scope: 'Namespaced', verbs: ['get'], subresources: [{}] }] }] }],
    });
    answer = (req, res) => json(200, req.url!.endsWith('/api') ? aggregated('', 'v1', 'pods', 'Pod') : aggregated('apps', 'v1', 'deployments', 'Deployment'))(req, res);
    const expected = [
      { gvr: PODS, kind: 'Pod', namespaced: true, verbs: ['get'] },
      { gvr: DEPLOYMENTS, kind: 'Deployment', namespaced: true, verbs: ['get'] },
    ];
    expect(await client.discover()).toEqual(expected);
    const documents: Record<string, object> = {
      '/prefix/api': { kind: 'APIVersions', versions: ['v1'] },
      '/prefix/apis': { kind: 'APIGroupList', groups: [{ name: 'apps', versions: [{ groupVersion: 'apps/v1' }] }] },
      '/prefix/api/v1': { resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get'] }, { name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] }] },
      '/prefix/apis/apps/v1': { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true, verbs: ['get'] }] },
    };
    answer = (req, res) => json(200, documents[req.url!]!)(req, res);
    expect(await client.discover()).toEqual(expected);
  });
});

describe('kubeconfig', () => {
  const config = `
current-context: a
contexts: [{name: a, context: {cluster: c, user: u, namespace: n}}, {name: x, context: {cluster: c, user: plugin}}, {name: lost, context: {cluster: none}}]
clusters: [{name: c, cluster: {server: "https://h:1", certificate-authority-data: ${Buffer.from('CA').toString('base64')}, tls-server-name: s}}]
users: [{name: u, user: {client-certificate-data: ${Buffer.from('CERT').toString('base64')}, client-key-data: ${Buffer.from('KEY').toString('base64')}}}, {name: plugin, user: {exec: {command: x}}}]
`;
  it('gives what a client needs', () => {
    expect(optionsFromKubeconfig(config, '.')).toMatchObject({ server: 'https://h:1', ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 's', namespace: 'n', insecure: false });
  });
  it('says what is missing or cannot be done', () => {
    expect(() => optionsFromKubeconfig(config, '.', 'none')).toThrow('kubeconfig has no context "none"');
    expect(() => optionsFromKubeconfig(config, '.', 'lost')).toThrow('kubeconfig has no cluster "none"');
    expect(() => optionsFromKubeconfig(config, '.', 'x')).toThrow('credential plugin');
    expect(() => optionsFromKubeconfig('', '.')).toThrow('current-context');
  });
});
