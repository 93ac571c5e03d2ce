#!/usr/bin/env node
// npm run bench -- soak: mixed load with churn on a cluster of its own, for a long time: Deployments that come, roll and go with their Pods,
// ConfigMaps created, patched, applied, read, listed and deleted, watches that break and come back.
//   --minutes N (120)  --rate N (150): requests a second, about  --output json
//   --history DURATION (5m)  --event-ttl DURATION (5m; a cluster's own default is an hour, in which they only grow in number)
// Prints a line a minute: memory, database, latency, errors. At the end: whether memory was flat (the second half against the first after
// warming up, by medians), the database bounded, and no error came that the load did not cause. Code 1 otherwise.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCluster } from './cluster-process.mjs';
import { cpuMicros, residentMiB } from './load-client.mjs';
import { arg } from './arguments.mjs';

const MINUTES = Number(arg('minutes', 120));
const RATE = Number(arg('rate', 150));
const JSON_OUTPUT = arg('output') === 'json';
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubernest-soak-'));
const cluster = await startCluster(dir, ['--name', 'soak', '--history', arg('history', '5m'), '--event-ttl', arg('event-ttl', '5m')], 16);
const { client, data, child: server } = cluster;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

const CM = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const errors = new Map();
let latencies = [];
let n = 0;
let requests = 0;

async function ask(method, url, body, type, allowed = []) {
  const began = performance.now();
  let code;
  try {
    ({ code } = await client.request(method, url, body, type));
  } catch (e) {
    code = e.code ?? e.message;
  }
  latencies.push(performance.now() - began);
  requests++;
  if (!(code < 300) && !allowed.includes(code)) errors.set(`${method} ${code}`, (errors.get(`${method} ${code}`) ?? 0) + 1);
}

const configMap = (name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app: `a-${n % 20}` } }, data: { text: 'x'.repeat((n * 97) % 3000) } });
const deployment = (name) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas: 3, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'nginx:1.25', resources: { requests: { cpu: '10m' } } }] } } },
});

/** One step of the load; a name lives for 400 steps of its kind, so that the number of objects stays the same. */
async function step() {
  const i = n++;
  const name = `c-${i % 400}`;
  switch (i % 10) {
    case 0:
      return ask('POST', CM, configMap(name), undefined, [409]);
    case 1:
      return ask('PATCH', `${CM}/c-${(i - 1) % 400}`, { metadata: { annotations: { n: String(i) } } }, 'application/merge-patch+json', [404]);
    case 2:
      return ask('PATCH', `${CM}/a-${i % 400}?fieldManager=soak&force=true`, configMap(`a-${i % 400}`), 'application/apply-patch+yaml');
    case 3:
      return ask('GET', `${CM}/a-${(i - 1) % 400}`, undefined, undefined, [404]);
    case 4:
      return ask('GET', `${CM}?limit=50`);
    case 5:
      return ask('GET', '/api/v1/pods?labelSelector=app%3Dd-1');
    case 6:
      return ask('DELETE', `${CM}/c-${(i + 194) % 400}`, undefined, undefined, [404]);
    case 7: {
      const d = `d-${Math.floor(i / 10) % 40}`;
      const turn = Math.floor(i / 400) % 4;
      if (turn === 0) return ask('POST', DEPLOYMENTS, deployment(d), undefined, [409]);
      if (turn === 1) return ask('PATCH', `${DEPLOYMENTS}/${d}`, { spec: { template: { metadata: { annotations: { n: String(i) } } } } }, 'application/strategic-merge-patch+json', [404]);
      if (turn === 2) return ask('PATCH', `${DEPLOYMENTS}/${d}/scale`, { spec: { replicas: 1 + (i % 5) } }, 'application/merge-patch+json', [404]);
      return ask('DELETE', `${DEPLOYMENTS}/${d}`, undefined, undefined, [404]);
    }
    case 8:
      return ask('GET', '/apis/apps/v1/deployments');
    default:
      return ask('GET', `${DEPLOYMENTS}/d-${i % 40}`, undefined, undefined, [404]);
  }
}

/** A watch that is broken off and taken up again every ten seconds. */
async function watcher(url, stopped) {
  while (!stopped()) {
    const r = await client.watch(url, () => {}).catch(() => undefined);
    await sleep(10_000);
    r?.destroy?.();
  }
}

let over = false;
for (const url of [`${CM}?watch=1`, '/api/v1/pods?watch=1', '/apis/apps/v1/deployments?watch=1', '/api/v1/events?watch=1']) void watcher(url, () => over);
const minutes = [];
const began = performance.now();
const size = () => fs.readdirSync(data).filter((f) => f.startsWith('state.db')).reduce((s, f) => s + fs.statSync(path.join(data, f)).size, 0) / 2 ** 20;
if (!JSON_OUTPUT) console.log('minute  requests/s  p50 ms  p99 ms  CPU %  memory MiB  database MiB  errors');
for (let m = 1; m <= MINUTES && server.exitCode === null; m++) {
  latencies = [];
  const [requestsBefore, cpuBefore, since] = [requests, cpuMicros(server.pid), performance.now()];
  const running = new Set();
  // Paced in pulses of 20 ms, with at most 64 under way.
  for (let pulse = 0; performance.now() - began < m * 60_000 && server.exitCode === null; pulse++) {
    const due = Math.floor(((performance.now() - since) / 1000) * RATE) - (requests - requestsBefore) - running.size;
    for (let k = 0; k < due && running.size < 64; k++) {
      const p = step().finally(() => running.delete(p));
      running.add(p);
    }
    await sleep(20);
  }
  await Promise.all(running);
  latencies.sort((a, b) => a - b);
  const line = { minute: m, perSecond: (requests - requestsBefore) / ((performance.now() - since) / 1000), p50: latencies[latencies.length >> 1], p99: latencies[Math.floor(latencies.length * 0.99)], cpu: (cpuMicros(server.pid) - cpuBefore) / 10 / (performance.now() - since), memory: residentMiB(server.pid), database: size(), errors: [...errors.values()].reduce((a, b) => a + b, 0) };
  minutes.push(line);
  if (!JSON_OUTPUT) console.log(`${String(m).padStart(6)}  ${line.perSecond.toFixed(0).padStart(10)}  ${line.p50.toFixed(1).padStart(6)}  ${line.p99.toFixed(1).padStart(6)}  ${line.cpu.toFixed(1).padStart(5)}  ${line.memory.toFixed(0).padStart(10)}  ${line.database.toFixed(1).padStart(12)}  ${String(line.errors).padStart(6)}`);
}
over = true;
const died = server.exitCode !== null;
await cluster.stop();
fs.rmSync(dir, { recursive: true, force: true });

const median = (all) => [...all].sort((a, b) => a - b)[all.length >> 1];
const settled = minutes.slice(Math.ceil(minutes.length * 0.1));
const [first, second] = [settled.slice(0, settled.length >> 1), settled.slice(settled.length >> 1)];
const growth = (of) => median(second.map(of)) / median(first.map(of)) - 1;
const problems = [];
if (died) problems.push(`the cluster ended with ${server.exitCode}: ${cluster.log()}`);
if (errors.size) problems.push(`errors: ${[...errors].map(([k, v]) => `${v} × ${k}`).join(', ')}`);
if (second.length >= 3 && growth((l) => l.memory) > 0.05) problems.push(`memory grew by ${(growth((l) => l.memory) * 100).toFixed(1)} %`);
if (second.length >= 3 && growth((l) => l.database) > 0.1) problems.push(`the database grew by ${(growth((l) => l.database) * 100).toFixed(1)} %`);
const verdict = { requests, minutes: minutes.length, memoryGrowth: second.length ? growth((l) => l.memory) : undefined, databaseGrowth: second.length ? growth((l) => l.database) : undefined, problems };
if (JSON_OUTPUT) console.log(JSON.stringify({ minutes, ...verdict }, null, 1));
else console.log(`${requests} requests; memory ${second.length ? `${(growth((l) => l.memory) * 100).toFixed(1)} %, database ${(growth((l) => l.database) * 100).toFixed(1)} % from the first half to the second` : 'too short to tell'}${problems.length ? `\n${problems.join('\n')}` : '\nno errors'}`);
process.exit(problems.length ? 1 : 0);
