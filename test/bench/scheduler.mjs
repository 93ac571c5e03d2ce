// npm run bench -- scheduler: how many pods a second the scheduler places at 5,000 nodes, beside what kube-scheduler's own benchmark demands.
// CPU µs/pod is that of the whole process, the main thread's share of it bounds the throughput on a machine with other work.
// Each workload has a process of its own with API server (without HTTP), store on disk and scheduler; nodes are objects, no kubelet runs.
//   --only NAME[,NAME…]   --nodes N: instead of the workload's own number   --scale N (1): pods are that many times fewer   --output json
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WORKLOADS } from './scheduler-workloads.mjs';
import { arg } from './arguments.mjs';


function count(name, otherwise) {
  const n = Number(arg(name, otherwise));
  if (!Number.isInteger(n) || n < 1) fail(`--${name} ${arg(name)}: must be a whole number, at least 1`);
  return n;
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

/** Runs one workload in a process of its own. */
function measure(w, nodes, scale) {
  const child = fork(fileURLToPath(new URL('./scheduler-run.mjs', import.meta.url)), [w.name, String(nodes), String(scale)]);
  return new Promise((resolve, reject) => {
    let result;
    child.on('message', (m) => (result = m));
    child.on('error', reject);
    child.on('exit', (code) => (result ? resolve(result) : reject(new Error(`${w.name}: the process ended with ${code}`))));
  });
}

const HEADS = ['pods/s', 'threshold', 'times', 'CPU µs/pod', 'main thread', 'p50 ms', 'p99 ms', 'MiB'];
const number = (v, digits = 0) => (v === undefined ? '–' : v.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })).padStart(12);
const line = (r) =>
  r.name.padEnd(28) + number(r.perSecond) + number(r.threshold) + number(r.times, 1) + number(r.cpuMicros) + number(r.mainMicros) + number(r.p50) + number(r.p99) + number(r.residentMiB);

const nodes = process.argv.includes('--nodes') ? count('nodes') : undefined;
const scale = count('scale', 1);
const only = arg('only')?.split(',');
for (const name of only ?? []) if (!WORKLOADS.some((w) => w.name === name)) fail(`--only ${name}: there is no such workload; there are: ${WORKLOADS.map((w) => w.name).join(', ')}`);
const output = arg('output', 'text');
if (output !== 'text' && output !== 'json') fail(`--output ${output}: must be text or json`);
const json = output === 'json';
if (!json) console.log(''.padEnd(28) + HEADS.map((h) => h.padStart(12)).join(''));
const rows = [];
for (const w of WORKLOADS) {
  if (only && !only.includes(w.name)) continue;
  const r = await measure(w, nodes ?? w.nodes ?? 5000, scale);
  rows.push({ name: w.name, threshold: w.threshold, times: w.threshold && r.perSecond / w.threshold, ...r });
  if (!json) console.log(line(rows.at(-1)));
}
if (json) console.log(JSON.stringify({ scale, rows }));
