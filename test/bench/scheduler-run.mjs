// One workload of the scheduler's benchmark, in this process: WORKLOAD NODES SCALE. Sends its figures to the parent.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { WORKLOADS } from './scheduler-workloads.mjs';

const dist = (file) => createRequire(import.meta.url)(path.join(import.meta.dirname, '..', '..', 'dist', file));
dist('../node_modules/reflect-metadata');
const { NestFactory } = dist('../node_modules/@nestjs/core');
const { defaultAdmissionPlugins } = dist('apiserver/admission/default-plugins');
const { ControlPlane } = dist('apiserver/control-plane');
const { ServiceAccountTokens } = dist('apiserver/authn/service-account-tokens');
const { loadSchemas } = dist('api/schema/load');
const { ApiGroupsModule } = dist('cluster/api-groups.module');
const { API_GROUPS } = dist('cluster/tokens');
const { prepareCluster } = dist('cluster/bootstrap/prepare');
const { localContexts } = dist('cluster/component-contexts');
const { NAMESPACES, NODES, PODS } = dist('client/resources');
const { PrometheusMetrics } = dist('scheduler/prometheus-metrics');
const { createScheduler } = dist('scheduler/scheduler');
const { openSqliteStore } = dist('storage/sqlite/open-sqlite-store');
const { silentLog } = dist('util/log');
const { SystemRandom } = dist('util/random');
const { SystemClock } = dist('util/system-clock');

const CONCURRENCY = 128;
// As in kube-scheduler's benchmark: pods bring their priority themselves, need no ServiceAccount, and no kubelet is there to make nodes ready.
const DISABLED = ['ServiceAccount', 'TaintNodesByCondition', 'Priority'];
const [name, nodeCount, scale] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const workload = WORKLOADS.find((w) => w.name === name);
const clock = new SystemClock();
const log = { ...silentLog, error: (o, m) => console.error(m, o.err), child: () => log };

async function startPlane(file) {
  const app = await NestFactory.createApplicationContext(ApiGroupsModule.forRoot(new ServiceAccountTokens(clock)), { logger: false });
  const x = { clock, random: new SystemRandom(), log };
  const store = await openSqliteStore({ file, clock, log });
  const plane = await ControlPlane.create({ ...x, groups: app.get(API_GROUPS, { strict: false }), schemas: loadSchemas(), store, admission: defaultAdmissionPlugins().filter((p) => !DISABLED.includes(p.name)) });
  const contexts = localContexts(plane, x);
  await prepareCluster(plane, contexts);
  const stop = async () => {
    await contexts.stop();
    plane.close();
    await store.close();
  };
  return { contexts, stop };
}

async function many(n, fn) {
  let next = 0;
  const worker = async () => {
    while (next < n) await fn(next++);
  };
  await Promise.all(Array.from({ length: Math.min(n, CONCURRENCY) }, worker));
}

/** Waits for pods of a name's beginning to be placed, and remembers how long each took from its creation. */
class Placed {
  constructor(caches) {
    this.waits = new Map();
    this.made = new Map();
    this.watch = caches.informer(PODS).subscribe({ updated: (p, old) => p.spec.nodeName && !old.spec.nodeName && this.placed(p.metadata.name) });
  }
  placed(pod) {
    const group = pod.slice(0, pod.indexOf('-'));
    const w = this.waits.get(group);
    if (!w) return;
    w.took.push(performance.now() - this.made.get(pod));
    if (--w.left === 0) w.resolve(w.took);
  }
  all(group, n) {
    return new Promise((resolve) => this.waits.set(group, { left: n, took: [], resolve }));
  }
}

async function createPods(client, placed, group, n, { pod, namespace }) {
  const done = placed.all(group, n);
  await many(n, (i) => makePod(client, placed, `${group}-${i}`, namespace, pod));
  return done;
}

function makePod(client, placed, name, namespace, pod) {
  placed.made.set(name, performance.now());
  return client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, ...(pod.labels ? { labels: pod.labels } : {}) }, spec: pod.spec });
}

async function prepare(client) {
  for (const namespace of ['sched-0', 'sched-1']) await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await many(nodeCount, (i) => {
    const labels = { 'kubernetes.io/hostname': `node-${i}`, ...(workload.zones ? { 'topology.kubernetes.io/zone': workload.zones[i % workload.zones.length] } : {}) };
    const status = { capacity: { pods: '110', cpu: '4', memory: '32Gi' }, conditions: [{ type: 'Ready', status: 'True' }] };
    return client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${i}`, labels }, spec: {}, status });
  });
}

/** CPU time of the main thread in microseconds, which bounds the throughput; undefined where the system does not tell. */
function mainThread() {
  try {
    return Number(fs.readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  } catch {
    return undefined;
  }
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kubernest-bench-'));
try {
  const plane = await startPlane(path.join(folder, 'db'));
  const client = plane.contexts.client('admin', 'bench', ['system:masters']);
  const context = plane.contexts.of('system:kube-scheduler', 'kube-scheduler');
  await prepare(client);
  const scheduler = createScheduler(context, {}, new PrometheusMetrics());
  const placed = new Placed(context.caches);
  await scheduler.start(new AbortController().signal);
  const few = (n) => Math.max(1, Math.round(n / scale));
  await createPods(client, placed, 'init', few(workload.init.count), { ...workload.init, namespace: 'sched-0' });

  let churned = 0;
  const churn = workload.churn && setInterval(() => void makePod(client, placed, `churn-${churned++}`, 'sched-0', workload.churn.pod), workload.churn.every);
  const cpu = process.cpuUsage();
  const main = mainThread();
  const since = performance.now();
  const n = few(workload.measure.count);
  const took = (await createPods(client, placed, 'measured', n, { ...workload.measure, namespace: 'sched-1' })).sort((a, b) => a - b);
  const seconds = (performance.now() - since) / 1000;
  const used = process.cpuUsage(cpu);
  const usedMain = main === undefined ? undefined : mainThread() - main;
  clearInterval(churn);
  process.send({
    nodes: nodeCount,
    pods: n,
    seconds,
    perSecond: n / seconds,
    cpuMicros: (used.user + used.system) / n,
    mainMicros: usedMain && usedMain / n,
    p50: took[Math.floor(n * 0.5)],
    p99: took[Math.floor(n * 0.99)],
    residentMiB: process.memoryUsage().rss / 2 ** 20,
  });
  await scheduler.stop();
  await plane.stop();
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
process.disconnect();
