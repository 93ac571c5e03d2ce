// The steps of a client through an SDK that openapi-typescript made of the served documents, used by openapi-fetch.
import createClient from 'openapi-fetch';
import { Agent, fetch as undiciFetch } from 'undici';
import type { components as CoreComponents, paths as CorePaths } from './api-v1.js';
import type { components as AppsComponents, paths as AppsPaths } from './apis-apps-v1.js';
import { cut, equal, eventually, namespace, run } from './steps.mjs';

type ConfigMap = CoreComponents['schemas']['io.k8s.api.core.v1.ConfigMap'];
type Deployment = AppsComponents['schemas']['io.k8s.api.apps.v1.Deployment'];
interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

const { Api } = (await import(`${process.env.CLIENT_ROOT}/test/durability/api.mjs`)) as { Api: new (kubeconfig: string, sockets: number) => { server: URL; agent: { options: object } } };
const { server, agent } = new Api(process.env.KUBECONFIG!, 1);
const { ca, cert, key } = agent.options as { ca: Buffer; cert: Buffer; key: Buffer };
const dispatcher = new Agent({ connect: { ca, cert, key } });
const fetch = (async (request: Request) => {
  const body = request.body === null ? undefined : await request.text();
  return undiciFetch(request.url, { method: request.method, headers: [...request.headers], body, dispatcher, signal: request.signal });
}) as unknown as typeof globalThis.fetch;
const client = createClient<CorePaths & AppsPaths>({ baseUrl: server.origin, fetch });

const MAPS = '/api/v1/namespaces/{namespace}/configmaps';
const MAP = '/api/v1/namespaces/{namespace}/configmaps/{name}';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{namespace}/deployments';
const DEPLOYMENT = '/apis/apps/v1/namespaces/{namespace}/deployments/{name}';
const in_ = { namespace };
const named = (name: string) => ({ namespace, name });
const configMap = (name: string, data?: Record<string, string>): ConfigMap => ({ metadata: { name, labels: { by: 'fetch' } }, data });
const deployment = (name: string): Deployment => ({
  metadata: { name },
  spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } } },
});

/** The data of an answer. @throws Error for every other answer */
function good<T>({ data, error, response }: Answer<T>): T {
  if (data === undefined) throw new Error(`${response.status} ${JSON.stringify(error)}`);
  return data;
}

function bad(code: number, { error, response }: Answer<unknown>): { message: string; reason: string } {
  equal('status', response.status, code);
  return error as { message: string; reason: string };
}

const create = async (body: ConfigMap) => client.POST(MAPS, { params: { path: in_ }, body });
const read = async (name: string) => good(await client.GET(MAP, { params: { path: named(name) } }));
const list = async (query: NonNullable<CorePaths[typeof MAPS]['get']['parameters']['query']>) => good(await client.GET(MAPS, { params: { path: in_, query } }));

/** Reads the events of one watch into `seen` until the connection ends, whichever way. The version to go on from. */
async function watch(from: string, seen: string[]): Promise<string> {
  let version = from;
  let rest = '';
  try {
    const { data } = await client.GET(MAPS, { params: { path: in_, query: { watch: true, resourceVersion: from, labelSelector: 'by=watch', timeoutSeconds: 20 } }, parseAs: 'stream' });
    for await (const chunk of data as unknown as AsyncIterable<Uint8Array>) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const { type, object } = JSON.parse(line) as { type: string; object: ConfigMap };
        seen.push(`${type} ${object.metadata!.name}`);
        version = object.metadata!.resourceVersion!;
      }
    }
  } catch (e) {
    console.error(`the watch broke, as it was meant to: ${(e as Error).message}`);
  }
  return version;
}

async function patch(body: Record<string, unknown> | Record<string, unknown>[], type: string, query = {}): Promise<Record<string, string> | undefined> {
  return good(await client.PATCH(MAP, { params: { path: named('one'), query }, body: body as Record<string, unknown>, headers: { 'Content-Type': type } })).data;
}

await run({
  async create() {
    const made = good(await client.POST(MAPS, { params: { path: in_, query: { fieldManager: 'fetch', fieldValidation: 'Strict' } }, body: configMap('one', { a: '1' }) }));
    equal('manager', made.metadata?.managedFields?.[0]?.manager, 'fetch');
    equal('again', bad(409, await create(configMap('one'))).reason, 'AlreadyExists');
    const d = good(await client.POST(DEPLOYMENTS, { params: { path: in_ }, body: deployment('web') }));
    equal('default', d.spec?.strategy?.rollingUpdate?.maxSurge, '25%');
  },
  async get() {
    equal('data', (await read('one')).data, { a: '1' });
    equal('none', bad(404, await client.GET(MAP, { params: { path: named('none') } })).message, 'configmaps "none" not found');
    await eventually('a ready deployment', async () => good(await client.GET(DEPLOYMENT, { params: { path: named('web') } })).status?.readyReplicas === 2);
  },
  async list() {
    for (let i = 0; i < 6; i++) good(await create(configMap(`page-${i}`)));
    const names: string[] = [];
    let pages = 0;
    for (let token: string | undefined = ''; token !== undefined; pages++) {
      const page = await list({ labelSelector: 'by=fetch', limit: 3, ...(token && { continue: token }) });
      names.push(...page.items.map((m) => m.metadata!.name!));
      token = page.metadata?.continue;
    }
    equal('pages', pages, 3);
    equal('names', names, ['one', ...Array.from({ length: 6 }, (_, i) => `page-${i}`)]);
  },
  async watch() {
    const seen: string[] = [];
    let from = (await list({})).metadata!.resourceVersion!;
    for (let i = 0; i < 3; i++) {
      const watching = watch(from, seen);
      const body = { metadata: { name: `watched-${i}`, labels: { by: 'watch' } } };
      await eventually('a write', () => create(body).then((a) => a.response.ok || a.response.status === 409, () => false));
      await eventually(`the event of watched-${i}`, async () => seen.length > i);
      await cut();
      from = await watching;
    }
    equal('events', seen, ['ADDED watched-0', 'ADDED watched-1', 'ADDED watched-2']);
  },
  async patch() {
    equal('json patch', await patch([{ op: 'test', path: '/data/a', value: '1' }, { op: 'add', path: '/data/json', value: 'y' }], 'application/json-patch+json'), { a: '1', json: 'y' });
    equal('merge patch', await patch({ data: { a: null, merge: 'y' } }, 'application/merge-patch+json'), { json: 'y', merge: 'y' });
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { apply: 'y' } };
    equal('apply', await patch(body, 'application/apply-patch+yaml', { fieldManager: 'applier', force: true }), { apply: 'y', json: 'y', merge: 'y' });
    const side = { spec: { template: { spec: { containers: [{ name: 'side', image: 'busybox' }] } } } };
    const d = good(await client.PATCH(DEPLOYMENT, { params: { path: named('web') }, body: side, headers: { 'Content-Type': 'application/strategic-merge-patch+json' } }));
    equal('strategic merge patch', d.spec?.template.spec?.containers.map((c) => c.name), ['side', 'web']);
  },
  async conflict() {
    const [old, fresh] = [await read('one'), await read('one')];
    const put = async (body: ConfigMap) => client.PUT(MAP, { params: { path: named('one') }, body });
    good(await put({ ...fresh, data: { ...fresh.data, x: '1' } }));
    equal('an old version', bad(409, await put({ ...old, data: { y: '2' } })).reason, 'Conflict');
    const again = await read('one');
    const both = good(await put({ ...again, data: { ...again.data, y: '2' } })).data!;
    equal('both', both.x! + both.y!, '12');
  },
  async delete() {
    const held = good(await create({ metadata: { name: 'held', finalizers: ['example.com/hold'] } }));
    const remove = async (uid: string) => client.DELETE(MAP, { params: { path: named('held') }, body: { preconditions: { uid } } });
    equal('of another', bad(409, await remove('another')).reason, 'Conflict');
    good(await remove(held.metadata!.uid!));
    const waiting = await read('held');
    equal('waits', typeof waiting.metadata?.deletionTimestamp, 'string');
    good(await client.PUT(MAP, { params: { path: named('held') }, body: { ...waiting, metadata: { ...waiting.metadata, finalizers: [] } } }));
    bad(404, await client.GET(MAP, { params: { path: named('held') } }));
    good(await client.DELETE(DEPLOYMENT, { params: { path: named('web'), query: { propagationPolicy: 'Foreground' } } }));
    await eventually('no deployment', async () => (await client.GET(DEPLOYMENT, { params: { path: named('web') } })).response.status === 404);
    good(await client.DELETE(MAPS, { params: { path: in_, query: { labelSelector: 'by=fetch' } } }));
    equal('left', (await list({ labelSelector: 'by=fetch' })).items.length, 0);
  },
});
await dispatcher.close();
