#!/usr/bin/env node
// npm run bench -- latency: how long a get takes while others create: gets from one process, one after the other on four connections,
// while a second process creates ConfigMaps of 1 kB at a fixed rate.
//   --rates 0,500,1000,2000  --seconds N (8, each)  --output json
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { clientOf, startCluster } from './cluster-process.mjs';
import { cpuMicros } from './load-client.mjs';
import { arg } from './arguments.mjs';

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const PATH = '/api/v1/namespaces/default/configmaps';

/** In a process of its own: creates `rate` objects a second, and tells how many it was. */
async function create(kubeconfig, rate, seconds) {
  const client = clientOf(kubeconfig, 64);
  const began = performance.now();
  let asked = 0;
  let made = 0;
  const running = new Set();
  while (performance.now() - began < seconds * 1000) {
    for (const due = ((performance.now() - began) / 1000) * rate; asked < due && running.size < 512; ) {
      const p = client.request('POST', PATH, { metadata: { name: `l-${process.pid}-${asked++}` }, data: { k: 'x'.repeat(1000) } }).then(({ code }) => {
        if (code === 201) made++;
        running.delete(p);
      });
      running.add(p);
    }
    await sleep(2);
  }
  const perSecond = made / ((performance.now() - began) / 1000);
  await Promise.all(running);
  process.send({ perSecond });
  process.disconnect();
}

async function main() {
  const rates = arg('rates', '0,500,1000,2000').split(',').map(Number);
  const seconds = Number(arg('seconds', 8));
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubernest-latency-'));
  const cluster = await startCluster(dir, [], 4);
  const { client, kubeconfig } = cluster;
  await client.request('POST', PATH, { metadata: { name: 'read' }, data: { k: 'x'.repeat(1000) } });
  const rows = [];
  // The first round, whose code is not compiled yet, does not count.
  for (const rate of [rates.at(-1), ...rates]) {
    const writer = rate > 0 ? fork(import.meta.filename, ['--as-writer', kubeconfig, String(rate), String(seconds)]) : undefined;
    const told = writer && new Promise((resolve) => writer.once('message', resolve));
    const latencies = [];
    await sleep(500);
    const [cpu, since] = [cpuMicros(cluster.child.pid), performance.now()];
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        while (performance.now() - since < (seconds - 1) * 1000) {
          const began = performance.now();
          await client.request('GET', `${PATH}/read`);
          latencies.push(performance.now() - began);
          // Reading is not the load.
          await sleep(4);
        }
      }),
    );
    const busy = (cpuMicros(cluster.child.pid) - cpu) / 10 / (performance.now() - since);
    const perSecond = (await told)?.perSecond ?? 0;
    latencies.sort((a, b) => a - b);
    const at = (p) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * p))];
    rows.push({ rate, perSecond, gets: latencies.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: latencies.at(-1), cpu: busy });
  }
  rows.shift();
  await cluster.stop();
  fs.rmSync(dir, { recursive: true, force: true });
  if (arg('output') === 'json') console.log(JSON.stringify(rows, null, 1));
  else {
    console.log('creates/s wanted  reached    gets  p50 ms  p90 ms  p99 ms  max ms  server CPU %');
    for (const r of rows) console.log(`${String(r.rate).padStart(16)}  ${r.perSecond.toFixed(0).padStart(7)}  ${String(r.gets).padStart(6)}  ${r.p50.toFixed(1).padStart(6)}  ${r.p90.toFixed(1).padStart(6)}  ${r.p99.toFixed(1).padStart(6)}  ${r.max.toFixed(1).padStart(6)}  ${r.cpu.toFixed(0).padStart(12)}`);
  }
}

if (process.argv[2] === '--as-writer') await create(process.argv[3], Number(process.argv[4]), Number(process.argv[5]));
else await main();
