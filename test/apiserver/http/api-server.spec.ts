import type { IncomingMessage } from 'node:http';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Harness } from './support';
import { startHarness, TOKEN } from './support';

const CM = '/api/v1/namespaces/default/configmaps';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
let h: Harness;

function ask(method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options', path: string): supertest.Test {
  return supertest(h.url)[method](path).set('authorization', `Bearer ${TOKEN}`).set('user-agent', 'tester/1');
}

/** The Status a refusal carries. */
function status(code: number, reason: string, message: string, details?: object): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details ? { details } : {}), code };
}

beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h.api.stop());

describe('objects', () => {
  it('are answered with the very bytes that are cached', async () => {
    const { bytes } = h.configMaps.put('a', { data: { k: 'v' } });
    const r = await ask('get', `${CM}/a`).expect(200);
    expect(r.text).toBe(`${Buffer.from(bytes).toString()}\n`);
    expect(r.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    expect(r.headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
  it('echo the audit id of the client', async () => {
    const r = await ask('get', `${CM}/a`).set('Audit-ID', 'mine');
    expect(r.headers['audit-id']).toBe('mine');
  });
  it('that are missing are 404 Statuses', async () => {
    const r = await ask('get', `${CM}/none`).expect(404);
    expect(r.body).toEqual(status(404, 'NotFound', 'configmaps "none" not found', { name: 'none', kind: 'configmaps' }));
  });
  it('are created from JSON, YAML and protobuf', async () => {
    const json = await ask('post', CM).send({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'j' }, data: { a: 'b' } });
    expect(json.status).toBe(201);
    expect(json.body).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'j' }, data: { a: 'b' } });
    await ask('post', CM).type('application/yaml').send('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yml}\ndata: {k: "yes"}\n').expect(201);
    expect(h.configMaps.objects.get('default/yml')!.object.data).toEqual({ k: 'yes' });
  });
  it('reach handlers with namespace, name and parameters', async () => {
    await ask('put', `${CM}/a?dryRun=All&fieldManager=m&fieldValidation=Strict`).send({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }).expect(200);
    expect(h.configMaps.seen.at(-1)).toMatchObject({
      verb: 'update',
      ctx: { namespace: 'default', name: 'a', userAgent: 'tester/1', user: { name: 'admin', groups: ['system:masters', 'system:authenticated'] } },
      params: { dryRun: ['All'], fieldManager: 'm', fieldValidation: 'Strict' },
    });
  });
  it('are patched with the source text', async () => {
    await ask('patch', `${CM}/a?force=true`).type('application/merge-patch+json; charset=utf-8').send('{"data":{"x":"y"}}').expect(200);
    expect(h.configMaps.seen.at(-1)).toMatchObject({ verb: 'patch', body: { type: 'merge', text: '{"data":{"x":"y"}}' }, params: { force: 'true' } });
  });
  it('are deleted with options from body or query', async () => {
    h.configMaps.put('gone');
    const r = await ask('delete', `${CM}/gone`).send({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan' }).expect(200);
    expect(r.body).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'gone' } });
    expect(h.configMaps.seen.at(-1)).toMatchObject({ verb: 'delete', body: { propagationPolicy: 'Orphan' } });
    h.configMaps.put('gone');
    await ask('delete', `${CM}/gone?gracePeriodSeconds=5&propagationPolicy=Background`).expect(200);
    expect(h.configMaps.seen.at(-1)).toMatchObject({ body: undefined, params: { gracePeriodSeconds: '5', propagationPolicy: 'Background' } });
  });
  it('of the cluster have no namespace', async () => {
    h.map.get('', 'v1', 'nodes')!.put('n1');
    await ask('get', '/api/v1/nodes/n1').expect(200);
    h.map.get('', 'v1', 'namespaces')!.put('default');
    await ask('get', '/api/v1/namespaces/default').expect(200);
    expect(h.map.get('', 'v1', 'namespaces')!.seen.at(-1)!.ctx).toMatchObject({ name: 'default', namespace: undefined });
  });
  it('have subresources', async () => {
    await ask('get', '/api/v1/nodes/n1/status').expect(200);
    expect(h.map.get('', 'v1', 'nodes')!.seen.at(-1)!.ctx).toMatchObject({ name: 'n1', subresource: 'status' });
    h.map.get('', 'v1', 'pods')!.put('p');
    await ask('post', '/api/v1/namespaces/default/pods/p/eviction').send({ kind: 'Eviction', apiVersion: 'policy/v1', metadata: { name: 'p' } }).expect(201);
  });
});

describe('lists', () => {
  it('join the items without kind and version', async () => {
    const pods = h.map.get('', 'v1', 'pods')!;
    pods.objects.clear();
    expect((await ask('get', '/api/v1/namespaces/default/pods').expect(200)).text).toBe(`{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"${pods.rev}"},"items":[]}\n`);
    pods.put('p1', { spec: { x: 'ü' } });
    pods.put('p2');
    const r = await ask('get', '/api/v1/pods?labelSelector=a%3Db&limit=5').expect(200);
    expect(r.body).toMatchObject({ kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: String(pods.rev) } });
    expect((r.body as { items: object[] }).items).toEqual([...pods.objects.values()].map((c) => ({ metadata: c.object.metadata, ...(c.object.spec ? { spec: c.object.spec } : {}) })));
    expect(pods.seen.at(-1)).toMatchObject({ ctx: { namespace: undefined }, params: { labelSelector: 'a=b', limit: '5' } });
  });
  it('say how to go on', async () => {
    const r = await ask('get', '/api/v1/pods?limit=1').expect(200);
    expect((r.body as { metadata: object }).metadata).toMatchObject({ continue: 'more', remainingItemCount: 1 });
  });
  it('of custom resources keep kind and version', async () => {
    h.map.get('example.com', 'v1', 'kites')!.put('k');
    const r = await ask('get', '/apis/example.com/v1/kites').expect(200).expect('warning', '299 - "example.com/v1 Kite is deprecated"');
    expect(r.body).toMatchObject({ kind: 'KiteList', apiVersion: 'example.com/v1', items: [{ kind: 'Kite', apiVersion: 'example.com/v1', metadata: { name: 'k' } }] });
  });
  it('are what a collection delete answers', async () => {
    const pods = h.map.get('', 'v1', 'pods')!;
    const r = await ask('delete', '/api/v1/namespaces/default/pods?labelSelector=x').expect(200);
    expect((r.body as { items: object[] }).items).toHaveLength(2);
    expect(pods.seen.at(-1)).toMatchObject({ verb: 'deletecollection', params: { p: { labelSelector: 'x' } } });
  });
  it('are compressed above 128 KiB for clients that take gzip', async () => {
    const nodes = h.map.get('', 'v1', 'nodes')!;
    nodes.put('big', { data: 'x'.repeat(200_000) });
    const packed = await ask('get', '/api/v1/nodes').set('accept-encoding', 'br, gzip').expect(200);
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect((packed.body as { items: { data?: string }[] }).items.at(-1)!.data).toHaveLength(200_000);
    const plain = await ask('get', '/api/v1/nodes').set('accept-encoding', 'identity');
    expect(plain.headers['content-encoding']).toBeUndefined();
  });
});

describe('representations', () => {
  it('tables', async () => {
    h.configMaps.objects.clear();
    h.configMaps.put('t', { data: { a: '1', b: '2' } });
    const r = await ask('get', CM).set('accept', TABLE).expect(200);
    expect(r.body).toEqual({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: String(h.configMaps.rev) },
      columnDefinitions: [
        { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
        { name: 'Data', type: 'integer', format: '', description: '', priority: 1 },
      ],
      rows: [{ cells: ['t', 2], object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: h.configMaps.objects.get('default/t')!.object.metadata } }],
    });
  });
  it.each([
    ['Object', (o: object) => expect(o).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } })],
    ['None', (o: object) => expect(o).toBeNull()],
    ['', (o: object) => expect(o).toMatchObject({ kind: 'PartialObjectMetadata' })],
  ])('tables with includeObject=%s', async (include, check) => {
    const r = await ask('get', `${CM}/t?includeObject=${include}`).set('accept', `${TABLE},application/json`).expect(200);
    check((r.body as { rows: { object: object }[] }).rows[0]!.object);
  });
  it('tables refuse other objects to include', async () => {
    const r = await ask('get', `${CM}/t?includeObject=Some`).set('accept', TABLE).expect(400);
    expect(r.body).toEqual(status(400, 'BadRequest', "Unable to convert to Table as requested: includeObject: Invalid value: \"Some\": must be 'Metadata', 'Object', 'None', or empty"));
  });
  it('tables in v1beta1', async () => {
    const r = await ask('get', `${CM}/t`).set('accept', 'application/json;as=Table;v=v1beta1;g=meta.k8s.io').expect(200);
    expect(r.body).toMatchObject({ apiVersion: 'meta.k8s.io/v1beta1', rows: [{ object: { apiVersion: 'meta.k8s.io/v1beta1' } }] });
  });
  it('tables are not made of Statuses', async () => {
    await ask('get', `${CM}/none`).set('accept', TABLE).expect(404).expect((r) => expect((r.body as { kind: string }).kind).toBe('Status'));
    h.configMaps.put('d');
    await ask('delete', `${CM}/d`).set('accept', `${TABLE},application/json`).expect(200).expect((r) => expect((r.body as { kind: string }).kind).toBe('Status'));
  });
  it('metadata alone', async () => {
    const one = await ask('get', `${CM}/t`).set('accept', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io').expect(200);
    expect(one.body).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: h.configMaps.objects.get('default/t')!.object.metadata });
    const list = await ask('get', CM).set('accept', 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io').expect(200);
    expect(list.body).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ kind: 'PartialObjectMetadata' }] });
  });
  it.each([
    [CM, 'PartialObjectMetadata', 'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)'],
    [`${CM}/t`, 'PartialObjectMetadataList', 'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)'],
  ])('%s as %s is refused', async (path, kind, message) => {
    const r = await ask('get', path).set('accept', `application/json;as=${kind};v=v1;g=meta.k8s.io`).expect(406);
    expect(r.body).toEqual(status(406, 'NotAcceptable', message));
  });
  it('YAML', async () => {
    const r = await ask('get', `${CM}/t`).set('accept', 'application/yaml').buffer(true).expect(200).expect('content-type', 'application/yaml');
    expect(r.text).toMatch(/^apiVersion: v1\ndata:\n {2}a: "1"\n {2}b: "2"\nkind: ConfigMap\nmetadata:\n/);
    const e = await ask('get', `${CM}/none`).set('accept', 'application/yaml').buffer(true).expect(404);
    expect(e.text).toBe('apiVersion: v1\ncode: 404\ndetails:\n  kind: configmaps\n  name: none\nkind: Status\nmessage: configmaps "none" not found\nmetadata: {}\nreason: NotFound\nstatus: Failure\n');
  });
  it('indented JSON for people', async () => {
    expect((await ask('get', `${CM}/t?pretty=true`)).text).toMatch(/^\{\n {2}"kind": "ConfigMap",\n/);
    expect((await ask('get', `${CM}/t`).set('user-agent', 'curl/8.0')).text).toMatch(/^\{\n {2}"kind"/);
    expect((await ask('get', `${CM}/t?pretty=false`).set('user-agent', 'curl/8.0')).text).toMatch(/^\{"kind"/);
  });
  it.each([
    ['text/html', '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf', {}],
    ['application/*', '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf', {}],
    ['application/json;as=Chair;v=v1;g=meta.k8s.io', 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf', undefined],
  ])('%s is refused', async (accept, message, details) => {
    const r = await ask('get', `${CM}/t`).set('accept', accept).expect(406);
    expect(r.body).toEqual(status(406, 'NotAcceptable', message, details));
  });
  it('what cannot be answered is not even done', async () => {
    await ask('post', CM).set('accept', 'text/html').send({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'h' } }).expect(406);
    expect(h.configMaps.objects.has('default/h')).toBe(false);
  });
  it('no tables where there are no columns', async () => {
    await ask('post', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews').set('accept', TABLE).send({ kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {} }).expect(406);
  });
});

describe('what is not served', () => {
  const missing = status(404, 'NotFound', 'the server could not find the requested resource', {});
  const method = status(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

  it.each([
    '/api/v1/namespaces/default/widgets',
    '/apis/apps/v1beta1/namespaces/default/deployments',
    '/api/v2',
    '/api/v1/nope',
    '/apis/apps/v2',
    '/api/v1/namespaces/default/pod',
    '/api/v1/configmaps/a',
    '/api/v1/namespaces/default/nodes',
    '/api/v1/namespaces/default/pods/a/b/c/d',
    '/api/v1/namespaces/default/configmaps/a/status',
    '/apis/apps/v1/namespaces/default/deployments/d/foo',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x',
    '/api/v1//namespaces/default',
  ])('%s is 404 with a Status', async (path) => expect((await ask('get', path).expect(404)).body).toEqual(missing));

  it.each(['/apis/nothing.io/v1/things', '/apis/nothing.io', '/nothing/here', '/apis/example.com/v2/kites', '/apis/example.com/v1/birds', '/healthz/foo', '/openapi/v3/apis/no/v1'])(
    '%s is 404 in plain text',
    async (path) => {
      const r = await ask('get', path).expect(404).expect('content-type', 'text/plain; charset=utf-8');
      expect(r.text).toBe('404 page not found\n');
    },
  );

  it.each([
    ['put', CM],
    ['patch', CM],
    ['post', `${CM}/a`],
    ['delete', '/apis/apps/v1'],
    ['post', '/api'],
    ['delete', '/api/v1/namespaces'],
    ['get', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
    ['options', '/api/v1/namespaces/default'],
    ['delete', '/api/v1/nodes/n1/status'],
    ['get', '/api/v1/namespaces/default/pods/p/eviction'],
    ['post', '/api/v1/configmaps'],
  ] as const)('%s %s is 405', async (m, path) => expect((await ask(m, path).expect(405)).body).toEqual(method));

  it('HEAD is 405 without a body', async () => {
    const r = await ask('head', '/api/v1/namespaces/default').expect(405).expect('content-type', 'application/json');
    expect(r.text ?? '').toBe('');
  });
  it('a trailing slash does not matter', () => ask('get', `${CM}/`).expect(200));
  it('a broken escape is 400', () => ask('get', '/api/v1/pods/%zz').expect(400));
  it('an unknown subresource of a custom resource is a missing object', async () =>
    expect((await ask('get', '/apis/example.com/v1/namespaces/default/kites/k/log').expect(404)).body).toMatchObject({ message: 'kites.example.com "k" not found' }));
});

describe('bodies', () => {
  const bad = (why: string): string => `the object provided is unrecognized (must be of type ConfigMap): ${why}`;
  it.each([
    ['application/json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"', bad('couldn\'t get version/kind; json parse error: unexpected end of JSON input ({"apiVersion":"v1","kind":"Con ...)')],
    ['application/json', 'hello', bad("couldn't get version/kind; json parse error: invalid character 'h' looking for beginning of value (68656c6c6f)")],
    ['application/json', '[1,2]', bad('couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b312c325d)')],
    ['application/json', '', bad("couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)")],
    ['application/json', '{"kind":5}', bad("couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({\"kind\":5})")],
    ['application/yaml', 'apiVersion: v1\nkind: [ConfigMap\n', bad("yaml: line 2: did not find expected ',' or ']' (61706956657273696f6e3a2076310a6b696e643a205b436f6e6669674d61 ...)")],
    ['application/vnd.kubernetes.protobuf', 'nonsense', bad('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (6e6f6e73656e7365)')],
  ])('%s %j', async (type, body, message) => {
    const r = await ask('post', CM).set('content-type', type).send(body).expect(400);
    expect(r.body).toEqual(status(400, 'BadRequest', message));
  });
  it('of a delete are complained of without ceremony', async () => {
    const r = await ask('delete', `${CM}/t`).type('application/json').send('{"x":').expect(400);
    expect((r.body as { message: string }).message).toBe("couldn't get version/kind; json parse error: unexpected end of JSON input");
  });
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'json'])('in %s are 415', async (type) => {
    const r = await ask('post', CM).set('content-type', type).send('a=b').expect(415);
    expect(r.body).toEqual(
      status(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf'),
    );
  });
  it('of patches that are none are 415', async () => {
    const r = await ask('patch', `${CM}/t`).set('content-type', 'application/json').send('{}').expect(415);
    expect(r.body).toEqual(status(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}));
    const custom = await ask('patch', '/apis/example.com/v1/namespaces/default/kites/k').set('content-type', 'application/strategic-merge-patch+json').send('{}').expect(415);
    expect((custom.body as { message: string }).message).toBe(
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    );
  });
  it('above 3 MiB are 413', async () => {
    const r = await ask('post', CM).type('application/json').send(`"${'x'.repeat(3 * 1024 * 1024)}"`).expect(413);
    expect(r.body).toEqual(status(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'));
    expect((r as unknown as { res: IncomingMessage }).res.statusMessage).toBe('Request Entity Too Large');
  });
  it('warn of repeated fields', async () => {
    const r = await ask('post', CM).type('application/yaml').send('kind: ConfigMap\nmetadata: {name: w}\ndata:\n  k: a\n  k: b\n').expect(201);
    expect(r.headers.warning).toBe('299 - "line 5: key \\"k\\" already set in map"');
    const j = await ask('post', CM).type('application/json').send('{"kind":"ConfigMap","metadata":{"name":"w2"},"data":{"k":"1","k":"2"}}').expect(201);
    expect(j.headers.warning).toBe('299 - "duplicate field \\"data.k\\""');
  });
});

describe('access', () => {
  it.each(['/api/v1/pods', '/apis', '/'])('%s needs credentials', async (path) => {
    const r = await supertest(h.url).get(path).expect(401);
    expect(r.body).toEqual(status(401, 'Unauthorized', 'Unauthorized'));
  });
  it.each(['/version', '/healthz', '/livez', '/readyz', '/metrics', '/openapi/v2', '/openapi/v3'])('%s does not', async (path) => void (await supertest(h.url).get(path).expect(200)));
  it.each(['Bearer nonsense', 'bearer  '])('%j is wrong everywhere it is read', async (authorization) => {
    await supertest(h.url).get('/api/v1/pods').set('authorization', authorization).expect(401);
  });
  it('wrong tokens are refused on open paths too', () => supertest(h.url).get('/version').set('authorization', 'Bearer nonsense').expect(401));
});

describe('faults', () => {
  it('of ours are 500 with their message', async () => {
    const get = h.configMaps.get;
    h.configMaps.get = () => {
      throw new Error('the disk is on fire');
    };
    const r = await ask('get', `${CM}/t`).expect(500);
    h.configMaps.get = get;
    expect(r.body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the disk is on fire', code: 500 });
  });
  it('a bad ?timeout is 400', async () => {
    const r = await ask('get', `${CM}/t?timeout=soon`).expect(400);
    expect((r.body as { message: string }).message).toBe('invalid timeout specified in the request URL - time: invalid duration "soon"');
  });
});
