import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/util/fake-clock';
import { loadProtobuf } from '../../../src/api/protobuf/load';
import type { Harness } from './support';
import { startHarness, TOKEN } from './support';

const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const V2BETA1 = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';
let h: Harness;
const get = (path: string): supertest.Test => supertest(h.url).get(path).set('authorization', `Bearer ${TOKEN}`).set('user-agent', 'tester/1');

/** Read bodies of types that supertest does not know. */
function binary(r: supertest.Response, done: (e: Error | null, body: Buffer) => void): void {
  const all: Buffer[] = [];
  r.on('data', (d: Buffer | string) => all.push(Buffer.from(d as string, 'latin1')));
  r.on('end', () => done(null, Buffer.concat(all)));
}
function text(r: supertest.Response, done: (e: Error | null, body: string) => void): void {
  binary(r, (e, body) => done(e, body.toString()));
}

beforeAll(async () => {
  h = await startHarness({ documents: new Map([['/.well-known/openid-configuration', () => ({ contentType: 'application/json', body: '{"issuer":"me"}' })]]) });
});
afterAll(() => h.api.stop());

describe('discovery', () => {
  it('is legacy by default', async () => {
    const r = await get('/apis').expect(200).expect('content-type', 'application/json');
    expect(r.body).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
    await get('/apis/').expect(200);
    await get('/api/v1').expect(200).expect((x) => expect((x.body as { kind: string }).kind).toBe('APIResourceList'));
    await get('/apis/apps/v1').set('accept', 'application/yaml').expect(200).expect('content-type', 'application/yaml');
  });
  it('tells the address', async () => expect((await get('/api')).body).toMatchObject({ serverAddressByClientCIDRs: [{ serverAddress: h.url.slice('http://'.length) }] }));
  it('is aggregated when asked', async () => {
    const r = await get('/apis').set('accept', `${V2},${V2BETA1},application/json`).expect(200).expect('content-type', V2);
    expect(r.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
    expect(r.headers).toMatchObject({ vary: 'Accept', 'cache-control': 'public', etag: expect.stringMatching(/^"[0-9A-F]{128}"$/) as string });
    const again = await get('/apis').set('accept', V2).set('if-none-match', r.headers.etag!).expect(304);
    expect(again.headers.etag).toBe(r.headers.etag);
    await get('/api').set('accept', V2BETA1).expect(200).expect('content-type', V2BETA1);
  });
  it('prefers the aggregated form wherever it stands', () => get('/apis').set('accept', `application/json,${V2}`).expect('content-type', V2));
  it('is protobuf too', async () => {
    const bytes = async (path: string, accept: string): Promise<Buffer> => (await get(path).set('accept', accept).buffer(true).parse(binary).expect(200)).body as Buffer;
    const codec = loadProtobuf();
    const none = { apiVersion: '', kind: '' };
    expect(codec.decode(await bytes('/api', 'application/vnd.kubernetes.protobuf'), none)).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect(codec.decode(await bytes('/apis/apps/v1', 'application/vnd.kubernetes.protobuf'), none)).toMatchObject({ kind: 'APIResourceList', resources: [{ name: 'deployments', verbs: expect.arrayContaining(['get']) as unknown }, {}, {}] });
    expect(codec.decode(await bytes('/apis', V2.replace('json', 'vnd.kubernetes.protobuf')), none)).toMatchObject({ kind: 'APIGroupDiscoveryList', items: [{ metadata: { name: 'apps' } }, {}, {}] });
  });
  it('falls back where it can', async () => {
    const unknown = V2.replace('v=v2', 'v=v9');
    await get('/apis').set('accept', `${unknown},application/json`).expect(200).expect((r) => expect((r.body as { kind: string }).kind).toBe('APIGroupList'));
    await get('/apis').set('accept', unknown).expect(406).expect((r) => expect(r.body).toMatchObject({ kind: 'Status', code: 406 }));
    await get('/apis').set('accept', 'text/html').expect(406);
  });
});

describe('health', () => {
  it('is ok in one word', async () => {
    for (const path of ['/healthz', '/livez', '/readyz', '/healthz/ping', '/readyz/shutdown']) {
      const r = await get(path).expect(200).expect('content-type', 'text/plain; charset=utf-8').expect('x-content-type-options', 'nosniff');
      expect(r.text).toBe('ok');
    }
  });
  it('lists its checks', async () => {
    h.health.add('etcd', () => undefined);
    h.health.add('informer-sync', () => undefined, ['readyz']);
    expect((await get('/livez?verbose')).text).toBe('[+]ping ok\n[+]etcd ok\nlivez check passed\n');
    expect((await get('/readyz?verbose&exclude=etcd&exclude=no')).text).toBe(
      '[+]ping ok\n[+]shutdown ok\n[+]etcd excluded: ok\n[+]informer-sync ok\nwarn: some health checks cannot be excluded: no matches for "no"\nreadyz check passed\n',
    );
  });
  it('fails without saying why, except for one check', async () => {
    h.health.add('etcd', () => 'no disk');
    const r = await get('/readyz').expect(500);
    expect(r.text).toBe('[+]ping ok\n[+]shutdown ok\n[-]etcd failed: reason withheld\n[+]informer-sync ok\nreadyz check failed\n');
    expect((await get('/livez/etcd').expect(500)).text).toBe('internal server error: no disk\n');
    expect(h.health.problems('readyz')).toEqual(['etcd: no disk']);
    h.health.add('etcd', () => undefined);
    await get('/readyz').expect(200);
  });
  it('resolves ready() once all is well', async () => {
    let sick = true;
    h.health.add('slow', () => (sick ? 'not yet' : undefined), ['readyz']);
    const ready = h.api.ready(new AbortController().signal);
    sick = false;
    await (h.clock as FakeClock).advance(20);
    await ready;
  });
});

describe('other paths', () => {
  it('/version', async () => {
    const r = await get('/version').expect(200);
    expect(r.body).toMatchObject({ major: '1', minor: '36', emulationMajor: '1', emulationMinor: '36', minCompatibilityMajor: '1', minCompatibilityMinor: '35', gitVersion: 'v1.36.2+kubernest' });
    expect(r.text).toMatch(/^\{\n {2}"major": "1",/);
    expect(r.text.endsWith('\n}')).toBe(true);
  });
  it('/', async () => {
    const { paths } = (await get('/').expect(200)).body as { paths: string[] };
    expect(paths.slice(0, 3)).toEqual(['/.well-known/openid-configuration', '/api', '/api/v1']);
    expect(paths).toEqual([...paths].sort());
  });
  it('documents at fixed paths', async () => expect((await get('/.well-known/openid-configuration').expect(200)).body).toEqual({ issuer: 'me' }));
  it('/metrics', async () => {
    await get('/api/v1/namespaces/default/configmaps/none?dryRun=x').expect(404);
    const { text } = await get('/metrics').expect(200).expect('content-type', /^text\/plain; version=0\.0\.4/);
    expect(text).toContain('apiserver_request_total{verb="GET",group="",version="v1",resource="configmaps",subresource="",scope="resource",component="apiserver",dry_run="invalid",code="404"} 1');
    expect(text).toMatch(/apiserver_request_duration_seconds_bucket\{.*resource="configmaps".*le="\+Inf"\} 1/);
    expect(text).toContain('process_resident_memory_bytes');
  });
});

describe('OpenAPI', () => {
  it('v2 is JSON or protobuf', async () => {
    const r = await get('/openapi/v2').expect(200).expect('content-type', 'application/json');
    expect(r.body).toMatchObject({ swagger: '2.0' });
    const p = await get('/openapi/v2').set('accept', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf').buffer(true).parse(text).expect(200);
    expect(p.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    expect(p.body).toBe('protobuf of v2');
    await get('/openapi/v2').set('if-none-match', r.headers.etag!).expect(304);
    await get('/openapi/v2').set('accept', 'text/html').expect(406);
  });
  it('v3 has an index with hashes that may be kept for ever', async () => {
    const { paths } = (await get('/openapi/v3').expect(200)).body as { paths: Record<string, { serverRelativeURL: string }> };
    expect(Object.keys(paths)).toEqual(['api/v1', 'apis/apps/v1']);
    const url = paths['apis/apps/v1']!.serverRelativeURL;
    expect(url).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/);
    const r = await get(url).expect(200).expect('cache-control', 'public, immutable');
    expect(r.body).toMatchObject({ openapi: '3.0.0' });
    await get('/openapi/v3/apis/apps/v1?hash=old').redirects(0).expect(301).expect('location', url);
    await get('/openapi/v3/apis/apps/v1').expect(200).expect('cache-control', 'no-cache, private');
  });
});
