#!/usr/bin/env node
// npm run bench -- flames: where the time of the main thread goes, operation by operation, once the code is warm. Prints the largest costs,
// by their own and by their inclusive time, and writes a flame graph of each to docs/flames.
//   --only create-pod,get   --seconds N (5): profiled after warming up, the roll-out until it is done   --output json
//   --warm-up N: instead of the operation's own number   --dir FOLDER (docs/flames)   --keep FOLDER: the profiles go there, for Chrome's DevTools
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCluster } from './cluster-process.mjs';
import { flameSvg } from './flame-svg.mjs';
import { OPERATIONS, warmedUp } from './flames-operations.mjs';
import { cpuMicros } from './load-client.mjs';
import { Names, callTree, costs } from './profile-costs.mjs';
import { arg } from './arguments.mjs';

const ROOT = path.join(import.meta.dirname, '..', '..');

function fail(message) {
  console.error(message);
  process.exit(2);
}

const only = arg('only')?.split(',');
for (const name of only ?? []) if (!OPERATIONS.some((o) => o.name === name)) fail(`--only ${name}: there is no such operation; there are: ${OPERATIONS.map((o) => o.name).join(', ')}`);
const seconds = Number(arg('seconds', 5));
if (!(seconds > 0 && seconds <= 60)) fail(`--seconds ${arg('seconds')}: must be a number up to 60`);
const output = arg('output', 'text');
if (output !== 'text' && output !== 'json') fail(`--output ${output}: must be text or json`);
const warmUp = Number(arg('warm-up', 0));
if (!Number.isInteger(warmUp) || warmUp < 0) fail(`--warm-up ${arg('warm-up')}: must be a whole number`);
const flames = path.resolve(arg('dir', path.join(ROOT, 'docs', 'flames')));
const keep = arg('keep');
for (const d of [flames, keep]) if (d) fs.mkdirSync(d, { recursive: true });

/** Tells the preloaded profiler to begin or to end, and waits until it has. */
async function toggle(cluster, told) {
  cluster.child.kill('SIGUSR2');
  for (const end = performance.now() + 60_000; !cluster.log().includes(`profiler: 1 ${told}\n`); await new Promise((r) => setTimeout(r, 5)))
    if (performance.now() > end || cluster.child.exitCode !== null) throw new Error(`the profiler has not ${told}: ${cluster.log()}`);
}

/** Profiles one operation in a cluster of its own: the profile, how many there were, and CPU µs of each, main thread and all threads. */
async function profile(op) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubernest-flames-'));
  const cluster = await startCluster(dir, ['--name', 'flames', ...(op.args ?? [])], 64, { node: ['--require', path.join(import.meta.dirname, 'profile-preload.cjs')], env: { PROFILE_DIR: dir } });
  try {
    const run = await warmedUp(warmUp ? { ...op, warmUp } : op, cluster, seconds);
    const { pid } = cluster.child;
    await toggle(cluster, 'begun');
    const before = [cpuMicros(pid, pid), cpuMicros(pid)];
    const count = await run();
    const [main, all] = [cpuMicros(pid, pid), cpuMicros(pid)].map((v, i) => (v - before[i]) / count);
    await toggle(cluster, 'written');
    const file = path.join(dir, '1.cpuprofile');
    if (keep) fs.copyFileSync(file, path.join(keep, `${op.name}.cpuprofile`));
    return { profile: JSON.parse(fs.readFileSync(file, 'utf8')), count, main, all };
  } finally {
    cluster.client.close();
    await cluster.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

const ROWS = 12;
const micros = (v) => (v < 100 ? v.toFixed(1) : Math.round(v).toLocaleString('en'));

function print(op, r) {
  console.log(`\n${op.title}: ${micros(r.main)} µs of the main thread for ${op.unit}, ${micros(r.all)} of all threads; ${r.count.toLocaleString('en')} profiled`);
  console.log(`by area: ${r.areas.filter((a) => a.share >= 0.02).map((a) => `${a.name} ${(a.share * 100).toFixed(0)} %`).join(', ')}`);
  for (const [head, list] of [['own time', r.self], ['inclusive time', r.inclusive]]) {
    console.log(`       %         µs  ${head}`);
    for (const c of list.slice(0, ROWS)) console.log(`${(c.share * 100).toFixed(1).padStart(8)}${micros(c.share * r.main).padStart(11)}  ${c.name}`);
  }
}

const names = new Names(path.join(ROOT, 'dist'));
const results = [];
for (const op of OPERATIONS) {
  if (only && !only.includes(op.name)) continue;
  const measured = await profile(op);
  const tree = callTree(measured.profile, names);
  fs.writeFileSync(path.join(flames, `${op.name}.svg`), flameSvg(tree, `${op.title}: ${micros(measured.main)} µs of the main thread for ${op.unit}`));
  const r = { name: op.name, title: op.title, unit: op.unit, count: measured.count, main: measured.main, all: measured.all, ...costs(tree) };
  results.push(r);
  if (output === 'text') print(op, r);
}
if (output === 'json') console.log(JSON.stringify(results.map((r) => ({ ...r, self: r.self.slice(0, 40), inclusive: r.inclusive.slice(0, 40) })), null, 1));
