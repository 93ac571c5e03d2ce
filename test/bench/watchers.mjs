#!/usr/bin/env node
// npm run bench -- watchers: what many watchers cost. They and their connections are in a process of their own (watch-crowd.mjs).
//   --watchers N (1000)  --events N (100, each kind)  --rounds N (2; the last is printed)  --wait SECONDS (40)  --output json
// one object: all watch it by its name. namespace: all watch the 20 ConfigMaps of a namespace. a Pod each: as kubelets and kubectl wait do.
// Events come one every 50 ms (alone), or 16 writers at once (burst). Code 1 when an event was missed, doubled or out of order.
// At last: as many idle connections, and a fifth as many that never finish what they begin, while others get; how many of these
// the server closes is waited for.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCluster } from './cluster-process.mjs';
import { inspect } from './inspected.mjs';
import { cpuMicros, phase as load } from './load-client.mjs';
import { arg } from './arguments.mjs';

const N = Number(arg('watchers', 1000));
const EVENTS = Number(arg('events', 100));
const ROUNDS = Number(arg('rounds', 2));
const WAIT = Number(arg('wait', 40));
const JSON_OUTPUT = arg('output') === 'json';
for (const [name, value] of Object.entries({ watchers: N, events: EVENTS, rounds: ROUNDS })) {
  if (Number.isInteger(value) && value >= 1) continue;
  console.error(`--${name}: must be a whole number, at least 1`);
  process.exit(2);
}
const NS = '/api/v1/namespaces/crowd';
const CONFIG_MAPS = 20;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubernest-watchers-'));
const cluster = await startCluster(dir, ['--name', 'crowd'], 64, { node: ['--inspect=127.0.0.1:0'] });
const { client, child: server } = cluster;
const inspector = await inspect(cluster.log());
const crowd = startCrowd();

function startCrowd() {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'watch-crowd.mjs')], { stdio: ['pipe', 'ignore', 'inherit', 'ipc'] });
  process.once('exit', () => child.kill('SIGKILL'));
  child.once('exit', (code) => code && process.exit(1));
  child.stdin.end(JSON.stringify({ port: client.base.port, token: client.headers.authorization.slice('Bearer '.length), ca: client.base.ca.toString() }));
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  });
  const ask = (command, rest = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      child.send({ id: last, command, ...rest });
    });
  return { ask, stop: () => child.disconnect() };
}

/** What the server tells of itself; the greatest lateness of its event loop begins anew. */
async function metrics() {
  const text = (await client.request('GET', '/metrics')).body.toString();
  const value = (name) => Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
  return { late: value('nodejs_eventloop_lag_max_seconds') * 1000, files: value('process_open_fds') };
}

async function created(url, body) {
  const { code, body: answer } = await client.request('POST', url, body);
  if (code !== 201) throw new Error(`POST ${url} answered ${code}: ${answer}`);
}

async function prepare() {
  await created('/api/v1/namespaces', { metadata: { name: 'crowd' } });
  await created(`${NS}/serviceaccounts`, { metadata: { name: 'w' } });
  for (let i = 0; i < CONFIG_MAPS; i++) await created(`${NS}/configmaps`, { metadata: { name: `c-${i}` }, data: { k: 'x'.repeat(1000) } });
  const pod = (i) => ({ metadata: { name: `p-${i}` }, spec: { schedulerName: 'none', serviceAccountName: 'w', automountServiceAccountToken: false, containers: [{ name: 'c', image: 'nginx:1.25', ports: [{ containerPort: 80 }] }] } });
  await load(N, 32, server.pid, async (i) => (await created(`${NS}/pods`, pod(i)), { code: 201 }));
}

let phases = 0;

/** Events for the watchers that are open: `writes` patches of what `target(i)` names, `each` of which a watcher is to see. */
async function events(kind, watchers, writes, each, target, { parallel, pause }) {
  const phase = ++phases;
  await crowd.ask('begin', { phase });
  await metrics();
  const cpu = cpuMicros(server.pid);
  const began = performance.now();
  let next = 0;
  const write = async () => {
    while (next < writes) {
      const i = next++;
      const sent = process.hrtime.bigint() / 1000n;
      const { code } = await client.request('PATCH', target(i), { metadata: { annotations: { 'bench/sent': `${phase} ${i} ${sent}` } } }, 'application/merge-patch+json');
      if (code !== 200) throw new Error(`a patch was answered ${code}`);
      await sleep(pause);
    }
  };
  await Promise.all(Array.from({ length: parallel }, write));
  const told = await crowd.ask('end', { each });
  const seconds = (performance.now() - began - 100) / 1000;
  return { kind, ...told, cpu: (cpuMicros(server.pid) - cpu) / told.delivered, perSecond: told.delivered / seconds, late: (await metrics()).late, watchers };
}

/** Opens watches on `paths`, runs the phases, and tells what they took of memory and what of it stayed. */
async function watches(kind, paths, initial, run) {
  const before = await inspector.memory();
  const files = (await metrics()).files;
  const [cpu, since] = [cpuMicros(server.pid), performance.now()];
  await crowd.ask('watch', { paths, initial });
  const opened = { seconds: (performance.now() - since) / 1000, cpu: (cpuMicros(server.pid) - cpu) / paths.length, late: (await metrics()).late };
  const during = await inspector.memory();
  const phases = await run();
  await crowd.ask('close');
  await sleep(300);
  const after = await inspector.memory();
  const growth = (from, to) => Object.fromEntries(Object.keys(from).map((k) => [k, to[k] - from[k]]));
  const each = Object.fromEntries(Object.entries(growth(before, during)).map(([k, v]) => [k, v / paths.length]));
  return { kind, opened, bytesEach: each, left: { ...growth(before, after), files: (await metrics()).files - files }, phases };
}

const ALONE = { parallel: 1, pause: 50 };
const BURST = { parallel: 16, pause: 0 };

async function round() {
  const rows = [];
  const query = 'watch=1&resourceVersion=0';
  const all = (url) => Array.from({ length: N }, () => url);
  const object = `${NS}/configmaps/c-0`;
  rows.push(
    await watches('one object', all(`${NS}/configmaps?${query}&fieldSelector=metadata.name%3Dc-0`), 1, async () => [
      await events('alone', N, EVENTS, EVENTS, () => object, ALONE),
      await events('burst', N, EVENTS, EVENTS, () => object, BURST),
    ]),
  );
  rows.push(
    await watches('namespace', all(`${NS}/configmaps?${query}`), CONFIG_MAPS, async () => [
      await events('alone', N, EVENTS, EVENTS, (i) => `${NS}/configmaps/c-${i % CONFIG_MAPS}`, ALONE),
      await events('burst', N, EVENTS, EVENTS, (i) => `${NS}/configmaps/c-${i % CONFIG_MAPS}`, BURST),
    ]),
  );
  rows.push(
    await watches('a Pod each', Array.from({ length: N }, (_, i) => `${NS}/pods?${query}&fieldSelector=metadata.name%3Dp-${i}`), 1, async () => [
      await events('burst', 1, N * 3, 3, (i) => `${NS}/pods/p-${i % N}`, BURST),
    ]),
  );
  return rows;
}

/** Gets, paced, on four connections. */
async function gets() {
  await metrics();
  const { cpu, p50, p99 } = await load(1000, 4, server.pid, async () => {
    const r = await client.request('GET', `${NS}/configmaps/c-0`);
    await sleep(2);
    return r;
  });
  // The pauses are not part of an answer.
  return { cpu, p50: p50 - 2, p99: p99 - 2, late: (await metrics()).late };
}

async function idleConnections() {
  const halves = Math.ceil(N / 10);
  const alone = await gets();
  const before = { ...(await inspector.memory()), files: (await metrics()).files };
  await crowd.ask('idle', { n: N });
  const idle = await inspector.memory();
  await crowd.ask('halfOpen', { silent: halves, half: halves });
  const among = await gets();
  const closed = await crowd.ask('closed', { n: 2 * halves, seconds: WAIT });
  await crowd.ask('close');
  await sleep(300);
  const after = { ...(await inspector.memory()), files: (await metrics()).files };
  return { idle: N, bytesEach: (idle.heap - before.heap) / N, halfOpen: 2 * halves, closedByServer: closed, alone, among, left: Object.fromEntries(Object.keys(before).map((k) => [k, after[k] - before[k]])) };
}

function print(rows, resident, idle) {
  const f = (v, width, digits = 0) => v.toFixed(digits).padStart(width);
  console.log(`${N} watchers    events  missed  doubled  CPU µs an event and watcher  events/s  p50 ms  p99 ms  max ms  event loop late ms`);
  for (const r of rows) for (const p of r.phases) console.log(`${`${r.kind}, ${p.kind}`.padEnd(18)}${f(p.delivered, 8)}${f(p.missed, 8)}${f(p.doubled + p.unordered, 9)}${f(p.cpu, 29, 1)}${f(p.perSecond, 10)}${f(p.p50, 8, 1)}${f(p.p99, 8, 1)}${f(p.max, 8, 1)}${f(p.late, 20)}`);
  console.log('\n                  opened in s  CPU µs each  late ms  kB of heap each  left kB: heap, outside it  open files left');
  for (const r of rows) console.log(`${r.kind.padEnd(18)}${f(r.opened.seconds, 11, 1)}${f(r.opened.cpu, 13)}${f(r.opened.late, 9)}${f(r.bytesEach.heap / 1000, 17, 1)}${f(r.left.heap / 1000, 15)}${f(r.left.external / 1000, 12)}${f(r.left.files, 17)}`);
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  console.log(`\nresident: ${mib(resident.before)} before the first crowd, which took ${f(resident.firstEach / 1000, 1, 1)} kB each; ${mib(resident.after)} after the last (freed memory stays with the process)`);
  const get = (g) => `p50 ${g.p50.toFixed(1)} ms, p99 ${g.p99.toFixed(1)} ms, ${g.cpu.toFixed(0)} µs of CPU`;
  console.log(`\ngets alone: ${get(idle.alone)}; among ${idle.idle} idle connections and ${idle.halfOpen} half-open ones: ${get(idle.among)}`);
  console.log(`an idle connection takes ${(idle.bytesEach / 1000).toFixed(1)} kB of heap; of the half-open ones the server closed ${idle.closedByServer} in ${WAIT} s; left: ${(idle.left.heap / 1000).toFixed(0)} kB, ${idle.left.files} open files`);
}

await prepare();
const resident = { before: (await inspector.memory()).resident };
let rows;
for (let i = 0; i < ROUNDS; i++) {
  rows = await round();
  // Later ones take what earlier ones left.
  resident.firstEach ??= rows[0].bytesEach.resident;
}
const idle = await idleConnections();
resident.after = (await inspector.memory()).resident;
if (JSON_OUTPUT) console.log(JSON.stringify({ watchers: N, rows, resident, idle }, null, 1));
else print(rows, resident, idle);
crowd.stop();
inspector.close();
client.close();
await cluster.stop();
fs.rmSync(dir, { recursive: true, force: true });
process.exit(rows.some((r) => r.phases.some((p) => p.missed || p.doubled || p.unordered)) ? 1 : 0);
