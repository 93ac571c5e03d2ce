#!/usr/bin/env node
// Asks a server of ours and a real kube-apiserver the same, and says where their answers differ:
//
//   npm run test:differential -- --reference KUBECONFIG [--minutes N] [--seed N] [--kind REGEX] [--not REGEX] [--report FILE]
//
// The requests are those of fuzz.mjs, one after the other. KUBECONFIG's server is to be bare (no controllers, no nodes), its user an
// administrator. --kind and --not choose kinds. What is found is to be read: order of Go's maps, times and scheme names differ rightly.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../durability/server.mjs';
import { FuzzClient } from './client.mjs';
import { Chance } from './random.mjs';
import { Episode } from './requests.mjs';
import { discover, readSeeds } from './seeds.mjs';
import { Shapes } from './shapes.mjs';
import { Twins } from './twins.mjs';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    kind: { type: 'string', default: '' },
    not: { type: 'string', default: '^$' },
    report: { type: 'string' },
  },
});
if (!values.reference) throw new Error('--reference KUBECONFIG is needed: a kube-apiserver to compare with');

const dir = mkdtempSync(join(tmpdir(), 'kubernest-differential-'));
const kubeconfig = join(dir, 'kubeconfig');
const server = await startServer([process.execPath, join(root, 'dist/main.js'), 'up', '--ephemeral', '--port', '0', '--nodes', '0', '--addons', 'none', '--components', 'none', '--kubeconfig', kubeconfig], kubeconfig);
const found = new Map();
let count = 0;
try {
  const [ours, reference] = [new FuzzClient(kubeconfig), new FuzzClient(values.reference)];
  const namespace = `diff-${values.seed}-${Date.now() % 100000}`;
  for (const c of [ours, reference]) {
    const post = (path, o) => c.send({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(o) });
    await post('/api/v1/namespaces', { metadata: { name: namespace } });
    await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
  }
  const twins = new Twins(ours, reference, (d) => {
    const key = `${d.request.method} ${d.what.replaceAll(/"[^"]*"|\d+/g, '#').slice(0, 160)}`;
    const known = found.get(key);
    if (known) known.times++;
    else found.set(key, { times: 1, ...d });
  });
  const shapes = new Shapes(join(root, 'openapi'));
  const theirs = await discover(reference);
  const resources = new Map([...(await discover(ours))].filter(([k]) => theirs.has(k)));
  const seeds = (await readSeeds(namespace)).filter((s) => resources.has(`${s.apiVersion} ${s.kind}`) && new RegExp(values.kind).test(s.kind) && !new RegExp(values.not).test(s.kind));
  const chance = new Chance(Number(values.seed));
  const until = performance.now() + Number(values.minutes) * 60_000;
  // Names of their own, so that several may run against one reference.
  for (let number = (Number(values.seed) % 1000) * 100_000; performance.now() < until; number++) {
    twins.begin();
    const episode = new Episode({ chance, shapes, resources, namespace, send: (r) => (count++, twins.send(r).catch((e) => void console.log(`${e.message}: ${r.method} ${r.path}`))) });
    await episode.run(chance.pick(seeds), number);
  }
  ours.close();
  reference.close();
} finally {
  if (server.running) await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
const all = [...found.values()].sort((a, b) => b.times - a.times);
if (values.report) writeFileSync(values.report, JSON.stringify(all, null, 1));
for (const d of all.slice(0, 60)) console.log(`${String(d.times).padStart(4)} ${d.request.method} ${d.request.path.slice(0, 100)}\n     ${d.what.slice(0, 900)}`);
console.log(`seed ${values.seed}: ${count} requests, ${all.length} kinds of differences`);
