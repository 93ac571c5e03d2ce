// What clusters that run side by side are put to, and what of them is measured; shared by both parts of clusters.mjs.
import fs from 'node:fs';

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

/** Milliseconds that the threads of a process have been on a processor; finer than ticks. */
export function busyMs(pid) {
  const tasks = fs.readdirSync(`/proc/${pid}/task`);
  return tasks.reduce((sum, t) => sum + Number(fs.readFileSync(`/proc/${pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);
}

/** MiB of a process: resident, and its part of what it shares with others (proportional). */
export function memoryMiB(pid) {
  const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]) / 1024;
  return { resident: field('Rss'), proportional: field('Pss') };
}

/** Percent of a core that each of the processes takes in so many seconds. */
export async function idlePercent(pids, seconds) {
  const before = pids.map(busyMs);
  const since = performance.now();
  await sleep(seconds * 1000);
  const elapsed = performance.now() - since;
  return pids.map((pid, i) => ((busyMs(pid) - before[i]) / elapsed) * 100);
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const deployment = (name) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas: 3, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx:1.25' }] } } },
});

async function rollOut(client, name) {
  const { code, body } = await client.request('POST', DEPLOYMENTS, deployment(name));
  if (code !== 201) throw new Error(`a Deployment was answered ${code}: ${body}`);
  const available = (object) => object.status?.availableReplicas === 3;
  let told;
  const seen = new Promise((resolve) => (told = resolve));
  // Its first line is the Deployment as it was, which may be as it is to be.
  const watch = await client.watch(`${DEPLOYMENTS}?watch=1&fieldSelector=metadata.name%3D${name}`, (line) => available(JSON.parse(line).object) && told());
  if (available(JSON.parse((await client.request('GET', `${DEPLOYMENTS}/${name}`)).body))) told();
  const late = setTimeout(() => watch.destroy(new Error(`${name} is not available after 120 s`)), 120_000);
  const broken = new Promise((_, reject) => watch.once('error', reject));
  await Promise.race([seen, broken]);
  clearTimeout(late);
  watch.destroy();
}

/** Rolls out a Deployment of three Pods in all of them at the same time; seconds until all are available. */
export async function rollOutEverywhere(clients) {
  const since = performance.now();
  await Promise.all(clients.map((c, i) => rollOut(c, `only-in-${i}-of-all`)));
  return (performance.now() - since) / 1000;
}

/** What is not as it should be: clusters on one port, names of one in another, or a token of one that another takes. */
export async function mixedUp(clients) {
  const problems = [];
  const ports = new Set(clients.map((c) => c.base.port));
  if (ports.size !== clients.length) problems.push(`${clients.length} clusters on ${ports.size} ports`);
  const ids = new Set();
  for (const [i, client] of clients.entries()) {
    const get = async (path) => JSON.parse((await client.request('GET', path)).body);
    ids.add((await get('/api/v1/namespaces/kube-system')).metadata.uid);
    for (const path of [DEPLOYMENTS, '/apis/apps/v1/replicasets', '/api/v1/namespaces/default/pods']) {
      const names = (await get(path)).items.map((o) => o.metadata.name).filter((n) => n.startsWith('only-in-'));
      const own = names.filter((n) => n.startsWith(`only-in-${i}-of-all`));
      if (own.length === 0) problems.push(`${path} of cluster ${i} does not show its own`);
      if (own.length !== names.length) problems.push(`${path} of cluster ${i} shows ${names.join(', ')}`);
    }
    const other = clients[(i + 1) % clients.length];
    const headers = client.headers;
    client.headers = other.headers;
    const { code } = await client.request('GET', '/api/v1/namespaces');
    client.headers = headers;
    if (clients.length > 1 && code !== 401) problems.push(`the token of another cluster is answered ${code} by cluster ${i}`);
  }
  if (ids.size !== clients.length) problems.push(`${clients.length} clusters have ${ids.size} uids`);
  return problems;
}
