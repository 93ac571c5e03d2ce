#!/usr/bin/env node
// npm run bench -- scale: what creating, getting and listing cost, and what memory and a restart take, as the number of Pods grows.
//   --sizes 100,1000,10000,50000,100000  --output json
// One durable cluster without components; at each size 1,000 creates, 2,000 gets, lists of 500, by label and of everything are measured
// as the server's CPU, then the server is restarted on what is stored.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCluster } from './cluster-process.mjs';
import { cpuMicros, residentMiB } from './load-client.mjs';
import { arg } from './arguments.mjs';

const SIZES = arg('sizes', '100,1000,10000,50000,100000').split(',').map(Number);
if (SIZES.some((s) => !(s > 0))) {
  console.error('--sizes must be numbers of Pods, separated by commas');
  process.exit(2);
}
const JSON_OUTPUT = arg('output') === 'json';
const NAMESPACES = 100;
const NODES = 1000;
const CREATES = 1000;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubernest-scale-'));
const start = () => startCluster(dir, ['--components', 'none'], 64);

/** CPU microseconds of the server for each of `n` requests, `concurrency` at a time. */
async function cost(n, concurrency, request) {
  const before = cpuMicros(cluster.child.pid);
  let i = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (i < n) {
        const { code, body } = await request(i++);
        if (code >= 400) throw new Error(`answered ${code}: ${body.toString().slice(0, 300)}`);
      }
    }),
  );
  return (cpuMicros(cluster.child.pid) - before) / n;
}

const pod = (i) => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: `p-${i}`, labels: { app: `a-${i % 50}`, tier: i % 2 ? 'web' : 'db' } },
  spec: { nodeName: `node-${i % NODES}`, serviceAccountName: 'default', containers: [{ name: 'c', image: 'nginx:1.25', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: 'b' }], resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '64Mi' } } }] },
});

let cluster = await start();
let { client } = cluster;
for (let i = 0; i < NAMESPACES; i++) {
  await client.request('POST', '/api/v1/namespaces', { metadata: { name: `n${i}` } });
  await client.request('POST', `/api/v1/namespaces/n${i}/serviceaccounts`, { metadata: { name: 'default' } });
}
let stored = 0;
const create = () => {
  const i = stored++;
  return client.request('POST', `/api/v1/namespaces/n${i % NAMESPACES}/pods`, pod(i));
};
// Compiled code first, so that the smallest size is not the dearest.
for (let i = 0; i < 4000; i++) await client.request('POST', '/api/v1/namespaces/n0/pods?dryRun=All', pod(i));

const rows = [];
if (!JSON_OUTPUT) console.log('    Pods  create µs  get µs  list 500 µs  by label µs  list all µs a Pod  memory MiB  kB a Pod  database MiB  ready s  memory then');
const idle = residentMiB(cluster.child.pid);
for (const size of SIZES) {
  if (size - CREATES > stored) await cost(size - CREATES - stored, 64, create);
  const created = await cost(Math.max(1, Math.min(CREATES, size - stored)), 64, create);
  const row = {
    pods: stored,
    create: created,
    get: await cost(2000, 64, (i) => client.request('GET', `/api/v1/namespaces/n${(i * 7919) % stored % NAMESPACES}/pods/p-${(i * 7919) % stored}`)),
    page: await cost(50, 4, () => client.request('GET', '/api/v1/pods?limit=500')),
    label: await cost(20, 2, () => client.request('GET', '/api/v1/namespaces/n7/pods?labelSelector=app%3Da-7')),
    all: (await cost(3, 1, () => client.request('GET', '/api/v1/pods'))) / stored,
    memory: residentMiB(cluster.child.pid),
  };
  row.perPod = ((row.memory - idle) * 1024) / stored;
  row.database = fs.readdirSync(cluster.data).filter((f) => f.startsWith('state.db')).reduce((s, f) => s + fs.statSync(path.join(cluster.data, f)).size, 0) / 2 ** 20;
  await cluster.stop();
  cluster = await start();
  client = cluster.client;
  row.ready = cluster.ready / 1000;
  row.memoryThen = residentMiB(cluster.child.pid);
  for (let i = 0; i < 4000; i++) await client.request('POST', '/api/v1/namespaces/n0/pods?dryRun=All', pod(1e7 + i));
  rows.push(row);
  if (!JSON_OUTPUT)
    console.log(
      [[row.pods, 8, 0], [row.create, 9, 0], [row.get, 6, 0], [row.page, 11, 0], [row.label, 11, 0], [row.all, 17, 2], [row.memory, 10, 0], [row.perPod, 8, 1], [row.database, 12, 0], [row.ready, 7, 2], [row.memoryThen, 11, 0]].map(([v, w, d]) => v.toFixed(d).padStart(w)).join('  '),
    );
}
if (JSON_OUTPUT) console.log(JSON.stringify(rows, null, 1));
await cluster.stop();
fs.rmSync(dir, { recursive: true, force: true });
