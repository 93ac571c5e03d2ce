// Mutations of valid objects, several at a time, until the time is over.
import { join } from 'node:path';
import { parse } from 'yaml';
import { FuzzClient } from './client.mjs';
import { fault } from './judge.mjs';
import { Chance } from './random.mjs';
import { Episode } from './requests.mjs';
import { discover, readSeeds } from './seeds.mjs';
import { Shapes } from './shapes.mjs';

const AT_ONCE = 6;
const NAMESPACE = 'fuzz';

/** Finds faults for `time` ms and adds them to `faults` as `{ what, request }`. */
export async function fuzzMutations({ kubeconfig, seed, kind, faults, root, time }) {
  const client = new FuzzClient(kubeconfig);
  const shapes = new Shapes(join(root, 'openapi'));
  const resources = await discover(client);
  const seeds = (await readSeeds(NAMESPACE)).filter((s) => !kind || s.kind === kind);
  const asked = new Asked(client, faults);
  await asked.send({ method: 'POST', path: '/api/v1/namespaces', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ metadata: { name: NAMESPACE } }) });
  await tryAll(asked, resources, seeds);
  const until = performance.now() + time;
  let number = 0;
  const worker = async (own) => {
    for (let chance = new Chance(own); performance.now() < until && faults.length < 200; ) {
      const n = number++;
      const episode = new Episode({ chance, shapes, resources, namespace: NAMESPACE, send: (r) => asked.send(r) });
      await episode.run(chance.pick(seeds), n);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => worker(seed + i)));
  const { code } = await client.send({ method: 'GET', path: '/readyz' });
  if (code !== 200) faults.push({ what: `/readyz answers ${code} in the end` });
  client.close();
  console.log(`mutations: ${asked.count} requests around ${number} objects of ${seeds.length} seeds, codes ${JSON.stringify(asked.codes)}, slowest ${asked.slowest.toFixed(0)} ms (${asked.slowestRequest})`);
}

/** Every seed must be taken as it is, and every kind that can be created has one. */
async function tryAll(asked, resources, seeds) {
  for (const o of seeds) {
    const r = resources.get(`${o.apiVersion} ${o.kind}`);
    const request = { method: 'POST', path: `${r.collection(NAMESPACE)}?fieldValidation=Strict`, headers: { 'content-type': 'application/json' }, body: JSON.stringify(o) };
    const { code, body } = await asked.client.send(request);
    if (code !== 201) asked.faults.push({ what: `the seed ${o.kind} ${o.metadata.name ?? ''} is refused: ${code} ${body.slice(0, 500)}`, request });
  }
}

/** Sends, judges and counts. */
class Asked {
  count = 0;
  codes = {};
  slowest = 0;
  slowestRequest = '';

  constructor(client, faults) {
    Object.assign(this, { client, faults, seen: new Set() });
  }

  async send(request) {
    this.count++;
    let answer;
    try {
      answer = await this.client.send(request);
    } catch (e) {
      this.blame(e.message, request);
      return undefined;
    }
    this.codes[answer.code] = (this.codes[answer.code] ?? 0) + 1;
    if (answer.took > this.slowest) [this.slowest, this.slowestRequest] = [answer.took, `${request.method} ${request.path.slice(0, 150)}`];
    if (request.cut) return undefined;
    const what = fault(answer);
    if (what) this.blame(what, request);
    if (answer.code >= 300) return undefined;
    return request.binary ? answer.body : read(answer);
  }

  /** Once for each kind of fault: numbers and names aside. */
  blame(what, request) {
    const kind = `${request.method} ${what.replaceAll(/"[^"]*"|\d+/g, '#').slice(0, 120)}`;
    if (this.seen.has(kind)) return;
    this.seen.add(kind);
    this.faults.push({ what, request: { ...request, body: Buffer.isBuffer(request.body) ? request.body.toString('base64') : request.body } });
  }
}

function read({ headers, body }) {
  const type = headers['content-type'] ?? '';
  try {
    return type.startsWith('application/json') ? JSON.parse(body) : type.startsWith('application/yaml') && body.length < 500_000 ? parse(body, { maxAliasCount: -1 }) : undefined;
  } catch {
    // fault() has complained about it.
    return undefined;
  }
}
