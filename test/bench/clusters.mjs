#!/usr/bin/env node
// npm run bench -- clusters: many clusters on one machine, each a process with a data folder of its own, then as many in one process, in memory.
//   --clusters N (20)  --idle SECONDS (30)  --nodes N (3, of each)  --output json
// Started side by side; memory; CPU when idle; a Deployment of three Pods in each at the same time; stopped. Code 1 when one shows something
// of another, or something is left behind.
import { fork } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { clientOf, startCluster } from './cluster-process.mjs';
import { idlePercent, memoryMiB, mixedUp, rollOutEverywhere, sleep } from './clusters-together.mjs';
import { arg } from './arguments.mjs';

const N = Number(arg('clusters', 20));
const IDLE = Number(arg('idle', 30));
const NODES = Number(arg('nodes', 3));
const sum = (values) => values.reduce((a, b) => a + b, 0);

/** Clusters in processes of their own. */
async function apart() {
  // Every one of them is ended with this process.
  process.setMaxListeners(0);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubernest-clusters-'));
  const since = performance.now();
  const clusters = await Promise.all(
    Array.from({ length: N }, (_, i) => {
      fs.mkdirSync(path.join(dir, `${i}`));
      return startCluster(path.join(dir, `${i}`), ['--name', `c-${i}`, '--nodes', String(NODES)], 4);
    }),
  );
  const ready = (performance.now() - since) / 1000;
  const pids = clusters.map((c) => c.child.pid);
  const clients = clusters.map((c) => c.client);
  await sleep(5000);
  const memory = pids.map(memoryMiB);
  const idle = await idlePercent(pids, IDLE);
  const available = await rollOutEverywhere(clients);
  const memoryThen = pids.map(memoryMiB);
  const problems = await mixedUp(clients);
  for (const c of clients) c.close();
  const stopping = performance.now();
  await Promise.all(clusters.map((c) => c.stop()));
  const stopped = (performance.now() - stopping) / 1000;
  for (const { child } of clusters) if (child.exitCode !== 0) problems.push(`a cluster ended with ${child.exitCode ?? child.signalCode}`);
  const left = fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p) && commandOf(p).includes(dir));
  if (left.length) problems.push(`processes left: ${left.join(', ')}`);
  fs.rmSync(dir, { recursive: true, force: true });
  return { ready, memoryEach: sum(memory.map((m) => m.resident)) / N, memoryTogether: sum(memory.map((m) => m.proportional)), idleEach: sum(idle) / N, idleMost: Math.max(...idle), available, memoryThen: sum(memoryThen.map((m) => m.proportional)), stopped, problems };
}

function commandOf(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** In a process of its own, run with --expose-gc: clusters that share it. */
async function together() {
  const require = createRequire(import.meta.url);
  const dist = (name) => require(path.join(import.meta.dirname, '..', '..', 'dist', name));
  const { startCluster: start } = dist('cluster/cluster.js');
  const { validateOptions } = dist('cluster/options.js');
  const { SystemClock } = dist('util/system-clock.js');
  const { SystemRandom } = dist('util/random.js');
  const { silentLog } = dist('util/log.js');
  const one = (i) => start(validateOptions({ name: `c-${i}`, ephemeral: true, port: 0, kubeconfig: false, nodes: NODES }), { clock: new SystemClock(), random: new SystemRandom(), log: silentLog, env: process.env });
  const used = async () => {
    await sleep(500);
    for (let i = 0; i < 2; i++) gc();
    const { heapUsed, rss } = process.memoryUsage();
    return { heap: heapUsed / 2 ** 20, resident: rss / 2 ** 20 };
  };
  const handles = () => process.getActiveResourcesInfo().filter((r) => r === 'Timeout' || r === 'TCPServerWrap').length;
  const all = () => Promise.all(Array.from({ length: N }, (_, i) => one(i)));
  const since = performance.now();
  const first = await all();
  const ready = (performance.now() - since) / 1000;
  await Promise.all(first.map((c) => c.stop()));
  first.length = 0;
  // What the first ones leave behind is code and tables that every one shares.
  const before = { ...(await used()), handles: handles() };
  const clusters = await all();
  await sleep(5000);
  const during = await used();
  const [idle] = await idlePercent([process.pid], IDLE);
  const clients = clusters.map((c) => clientOf(c.kubeconfig, 4));
  const available = await rollOutEverywhere(clients);
  const problems = await mixedUp(clients);
  for (const c of clients) c.close();
  const stopping = performance.now();
  await Promise.all(clusters.map((c) => c.stop()));
  const stopped = (performance.now() - stopping) / 1000;
  clusters.length = clients.length = 0;
  const after = { ...(await used()), handles: handles() };
  if (after.handles > before.handles) problems.push(`${after.handles - before.handles} timers or listeners left`);
  return { ready, heapEach: (during.heap - before.heap) / N, resident: during.resident, idle, available, stopped, heapLeftEach: (after.heap - before.heap) / N, residentThen: after.resident, problems };
}

/** @returns what together() finds in a process of its own */
function inOneProcess() {
  const child = fork(import.meta.filename, [...process.argv.slice(2), '--in-one'], { execArgv: ['--expose-gc'] });
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the process of all clusters ended with ${code}`)));
  });
}

function print(a, b) {
  console.log(`${N} clusters of ${NODES} nodes      ready s  MiB each  MiB together  idle % of a core, each  all rolled out s  stopped s`);
  const f = (v, width, digits) => v.toFixed(digits).padStart(width);
  console.log(`a process each, durable  ${f(a.ready, 9, 1)}${f(a.memoryEach, 10, 0)}${f(a.memoryTogether, 14, 0)}${f(a.idleEach, 24, 2)}${f(a.available, 18, 1)}${f(a.stopped, 11, 1)}`);
  console.log(`one process, in memory   ${f(b.ready, 9, 1)}${f(b.heapEach, 10, 1)}${f(b.resident, 14, 0)}${f(b.idle / N, 24, 2)}${f(b.available, 18, 1)}${f(b.stopped, 11, 1)}`);
  console.log(`\nthe busiest idle process: ${a.idleMost.toFixed(2)} %; with the Deployments: ${a.memoryThen.toFixed(0)} MiB together`);
  console.log(`one process: MiB each are of V8's heap; once stopped ${b.heapLeftEach.toFixed(2)} MiB of it are left, ${b.residentThen.toFixed(0)} MiB resident`);
  for (const p of [...a.problems, ...b.problems]) console.log(p);
}

if (process.argv.includes('--in-one')) {
  const result = await together();
  process.send(result, () => process.exit());
} else {
  for (const [name, value] of Object.entries({ clusters: N, idle: IDLE, nodes: NODES })) {
    if (Number.isInteger(value) && value >= (name === 'clusters' ? 1 : 0)) continue;
    console.error(`--${name}: must be a whole number`);
    process.exit(2);
  }
  const a = await apart();
  const b = await inOneProcess();
  if (arg('output') === 'json') console.log(JSON.stringify({ clusters: N, nodes: NODES, processes: a, oneProcess: b }, null, 1));
  else print(a, b);
  process.exit(a.problems.length + b.problems.length ? 1 : 0);
}
