#!/usr/bin/env node
// npm run bench: starts a cluster of its own, loads it over TLS, and prints what each operation costs the server,
// beside a bare node:https server in the same run and kube-apiserver's figures (on two cores, with etcd).
//   --pods N (2000)  --watchers N (100)  --updates N (300)  --output json
//   --rounds N (3): the whole load N times. Printed are the first, in which V8 still compiles, and the last
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCluster } from './cluster-process.mjs';
import { LoadClient, cpuMicros, phase, residentMiB } from './load-client.mjs';
import { configMap, pod } from './load-objects.mjs';
import { arg } from './arguments.mjs';

const N = Number(arg('pods', 2000));
const WATCHERS = Number(arg('watchers', 100));
const UPDATES = Number(arg('updates', 300));
const ROUNDS = Number(arg('rounds', 3));
const CONCURRENCY = 64;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubernest-bench-'));
const children = [];

// CPU microseconds an operation: what this project allows itself, and what kube-apiserver 1.36 with etcd needs.
const LIMITS = {
  'create configmap': [200, 1000],
  'create pod': [undefined, 1275],
  'get pod': [60, 315],
  'list pods': [12_000, 84_500],
  'list pods by label': [undefined, 7200],
  'list pods as a table': [undefined, 49_000],
  'merge patch': [250, 2080],
  'strategic patch': [undefined, 1995],
  'apply configmap': [300, 1180],
  'watch fan-out, an event': [15, 55],
  'delete pod': [250, 1600],
};

function start(args, { env } = {}) {
  const child = spawn(process.execPath, args, { cwd: dir, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let out = '';
  child.stdout.on('data', (d) => (out += d));
  child.stderr.on('data', (d) => (out += d));
  return { child, output: () => out };
}

async function until(what, test, seconds = 60) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const v = await test();
    if (v) return v;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((r) => setTimeout(r, 5));
  }
}

async function startBare(dataDir) {
  const pki = JSON.parse(fs.readFileSync(path.join(dataDir, 'pki.json'), 'utf8'));
  const file = path.join(dir, 'bare.json');
  fs.writeFileSync(file, JSON.stringify(pki.server), { mode: 0o600 });
  const { child, output } = start([path.join(import.meta.dirname, 'bare-server.mjs'), file]);
  const port = await until('the bare server', () => Number(output().trim()) || undefined);
  return { pid: child.pid, client: new LoadClient({ port, ca: pki.ca.cert, concurrency: CONCURRENCY }) };
}

async function fanOut(client, pid, ns) {
  let got = 0;
  const requests = await Promise.all(Array.from({ length: WATCHERS }, () => client.watch(`${ns}/configmaps?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dc-0`, () => got++)));
  const cpu = cpuMicros(pid);
  const since = performance.now();
  for (let i = 0; i < UPDATES; i++) await client.request('PATCH', `${ns}/configmaps/c-0`, { metadata: { annotations: { n: String(i) } } }, 'application/merge-patch+json');
  await until('all events', () => got >= WATCHERS * UPDATES);
  const seconds = (performance.now() - since) / 1000;
  for (const r of requests) r.destroy();
  return { perSecond: got / seconds, p50: NaN, p99: NaN, bad: 0, cpu: (cpuMicros(pid) - cpu) / got };
}

async function load({ client, pid }, name, rows) {
  const ns = `/api/v1/namespaces/${name}`;
  await client.request('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await until('the default ServiceAccount', async () => (await client.request('GET', `${ns}/serviceaccounts/default`)).code === 200);
  const row = async (name, n, concurrency, fn) => (rows[name] = await phase(n, concurrency, pid, fn));
  await row('create configmap', N, CONCURRENCY, (i) => client.request('POST', `${ns}/configmaps`, configMap(`c-${i}`)));
  await row('create pod', N, CONCURRENCY, (i) => client.request('POST', `${ns}/pods`, pod(i)));
  await row('get pod', N * 4, CONCURRENCY, (i) => client.request('GET', `${ns}/pods/p-${i % N}`));
  await row('list pods', 20, 1, () => client.request('GET', `${ns}/pods`));
  await row('list pods by label', 50, 4, () => client.request('GET', `${ns}/pods?labelSelector=app%3Da-7`));
  await row('list pods as a table', 20, 1, () => client.request('GET', `${ns}/pods`, undefined, undefined, 'application/json;as=Table;v=v1;g=meta.k8s.io'));
  await row('merge patch', N, CONCURRENCY, (i) => client.request('PATCH', `${ns}/pods/p-${i}`, { metadata: { annotations: { n: String(i) } } }, 'application/merge-patch+json'));
  await row('strategic patch', N, CONCURRENCY, (i) => client.request('PATCH', `${ns}/pods/p-${i}`, { metadata: { labels: { n: String(i) } } }, 'application/strategic-merge-patch+json'));
  await row('apply configmap', N, CONCURRENCY, (i) => client.request('PATCH', `${ns}/configmaps/a-${i}?fieldManager=bench&force=true`, configMap(`a-${i}`), 'application/apply-patch+yaml'));
  rows['watch fan-out, an event'] = await fanOut(client, pid, ns);
  await row('delete pod', N, CONCURRENCY, (i) => client.request('DELETE', `${ns}/pods/p-${i}?gracePeriodSeconds=0`));
}

function print(first, rows, cluster) {
  if (arg('output') === 'json') {
    console.log(JSON.stringify({ ...cluster, rounds: ROUNDS, first, rows }));
    return;
  }
  const cell = (v, digits = 0) => (v === undefined || Number.isNaN(v) ? '–' : v.toLocaleString('en', { maximumFractionDigits: digits })).padStart(12);
  console.log(`${''.padEnd(28)}${['CPU µs/op', 'limit', 'at first', 'kube-apiserver', 'ops/s', 'p50 ms', 'p99 ms', 'refused'].map((h) => h.padStart(h.length > 11 ? 16 : 12)).join('')}`);
  for (const [name, r] of Object.entries(rows)) {
    const [limit, reference] = LIMITS[name] ?? [];
    console.log(`${name.padEnd(28)}${cell(r.cpu, r.cpu < 100 ? 1 : 0)}${cell(limit)}${cell(first[name].cpu, first[name].cpu < 100 ? 1 : 0)}${'    '}${cell(reference)}${cell(r.perSecond)}${cell(r.p50, 2)}${cell(r.p99, 2)}${cell(r.bad)}`);
  }
  console.log(`\nCPU of the server, all its threads, in the last of ${ROUNDS} rounds on one server; at first: in its first round.`);
  console.log(`ready after ${Math.round(cluster.readyMs)} ms; ${Math.round(cluster.idleMiB)} MiB resident when idle, ${Math.round(cluster.loadedMiB)} MiB after the load`);
}

try {
  const started = await startCluster(dir, ['--name', 'bench'], CONCURRENCY);
  children.push(started.child);
  const cluster = { pid: started.child.pid, ready: started.ready, client: started.client, dir: started.data };
  await new Promise((r) => setTimeout(r, 3000));
  const idleMiB = residentMiB(cluster.pid);
  const bare = await startBare(cluster.dir);
  let first;
  let rows;
  for (let round = 1; round <= ROUNDS; round++) {
    rows = {};
    // First, like the cluster's creates: it is in this phase that connections are made and the transport is compiled.
    rows['bare server: post'] = await phase(N, CONCURRENCY, bare.pid, (i) => bare.client.request('POST', '/', configMap(`c-${i}`)));
    rows['bare server: get'] = await phase(N * 4, CONCURRENCY, bare.pid, () => bare.client.request('GET', '/'));
    await load(cluster, `bench-${round}`, rows);
    first ??= rows;
  }
  print(first, rows, { readyMs: cluster.ready, idleMiB, loadedMiB: residentMiB(cluster.pid) });
  cluster.client.close();
  bare.client.close();
} finally {
  for (const c of children) c.kill();
  await Promise.all(children.map((c) => (c.exitCode !== null || c.signalCode ? undefined : new Promise((r) => c.once('exit', r)))));
  fs.rmSync(dir, { recursive: true, force: true });
}
