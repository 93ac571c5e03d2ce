// The operations that are profiled. Each gets a cluster of its own, warms up, and is then repeated for the time it is given.
import { configMap, pod } from './load-objects.mjs';

const NS = '/api/v1/namespaces/default';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const LISTED = 2000;
const WATCHERS = 100;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

/** Asks, and does not take no for an answer. */
async function ask(client, method, url, body, type, accept) {
  const { code, body: answer } = await client.request(method, url, body, type, accept);
  if (code >= 400) throw new Error(`${method} ${url} answered ${code}: ${answer.toString().slice(0, 300)}`);
  return answer;
}

/** Calls `fn` with from … to - 1, 64 at once. */
async function each(from, to, fn) {
  let next = from;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (next < to) await fn(next++);
    }),
  );
}

const createPods = (client, n) => each(0, n, (i) => ask(client, 'POST', `${NS}/pods`, pod(i)));
/** Pods to change or read: so many that two under way at once never mean the same. */
const somePods = (client) => createPods(client, LISTED);

/** An operation of one request: `request(client, i)` with `i` from 0 on. */
const requests = (name, title, warmUp, concurrency, request, prepare = () => {}) => ({ name, title, warmUp, concurrency, request, prepare, unit: 'an operation' });

const deployment = (name, replicas) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'nginx:1.25', resources: { requests: { cpu: '10m' } } }] } } },
});

/** Creates Deployments of 100 Pods and waits until these are Running. */
async function rollOut(client, prefix, deployments) {
  await each(0, deployments, (i) => ask(client, 'POST', DEPLOYMENTS, deployment(`${prefix}-${i}`, 100)));
  await settled(client, prefix, (items) => items.length === deployments && items.every((d) => d.status?.readyReplicas === 100));
}

/** Waits until the Deployments of a prefix are as they should be; the list is small and asked for twice a second. */
async function settled(client, prefix, test) {
  for (const end = performance.now() + 180_000; performance.now() < end; await new Promise((r) => setTimeout(r, 500))) {
    const { items } = JSON.parse(await ask(client, 'GET', DEPLOYMENTS));
    if (test(items.filter((d) => d.metadata.name.startsWith(`${prefix}-`)))) return;
  }
  throw new Error(`the Deployments ${prefix} did not settle within three minutes`);
}

/** Deletes the Deployments of a prefix, and waits until their Pods are gone as well. */
async function remove(client, prefix, deployments) {
  await each(0, deployments, (i) => ask(client, 'DELETE', `${DEPLOYMENTS}/${prefix}-${i}`));
  await settled(client, prefix, (items) => items.length === 0);
  while (JSON.parse(await ask(client, 'GET', `${NS}/pods?limit=1`)).items.length > 0) await new Promise((r) => setTimeout(r, 200));
}

/** Repeats requests for a time, or as often as `most` allows; the number of them. */
async function repeat({ client }, op, from, seconds, most = Infinity) {
  const end = performance.now() + seconds * 1000;
  let next = from;
  await Promise.all(
    Array.from({ length: op.concurrency }, async () => {
      while (performance.now() < end && next < from + most) await op.request(client, next++);
    }),
  );
  return next - from;
}

/** Warms an operation up, and returns what repeats it for a number of seconds and tells how many there were. */
export async function warmedUp(op, cluster, seconds) {
  if (op.begin) return op.begin(cluster.client, seconds, op.warmUp);
  // Node's clients are slower than this.
  const most = op.bounded ? op.bounded * seconds : Infinity;
  await op.prepare(cluster.client, op.warmUp + most);
  await repeat(cluster, op, 0, Infinity, op.warmUp);
  return () => repeat(cluster, op, op.warmUp, seconds, most);
}

export const OPERATIONS = [
  requests('create-configmap', 'create a ConfigMap of 1 kB', 6000, 64, (c, i) => ask(c, 'POST', `${NS}/configmaps`, configMap(`c-${i}`))),
  requests('create-pod', 'create a Pod', 6000, 64, (c, i) => ask(c, 'POST', `${NS}/pods`, pod(i))),
  requests('get', 'get a Pod', 8000, 64, (c, i) => ask(c, 'GET', `${NS}/pods/p-${i % LISTED}`), somePods),
  requests('list', 'list 2,000 Pods', 60, 1, (c) => ask(c, 'GET', `${NS}/pods`), somePods),
  requests('table', 'list 2,000 Pods as a table', 60, 1, (c) => ask(c, 'GET', `${NS}/pods`, undefined, undefined, TABLE), somePods),
  requests('merge-patch', 'merge patch of a Pod', 6000, 64, (c, i) => ask(c, 'PATCH', `${NS}/pods/p-${i % LISTED}`, { metadata: { annotations: { n: String(i) } } }, 'application/merge-patch+json'), somePods),
  requests('strategic-patch', 'strategic patch of a Pod', 6000, 64, (c, i) => ask(c, 'PATCH', `${NS}/pods/p-${i % LISTED}`, { metadata: { labels: { n: String(i) } } }, 'application/strategic-merge-patch+json'), somePods),
  requests('apply', 'server-side apply of a new ConfigMap', 6000, 64, (c, i) => ask(c, 'PATCH', `${NS}/configmaps/a-${i}?fieldManager=bench&force=true`, configMap(`a-${i}`), 'application/apply-patch+yaml')),
  {
    name: 'watch', title: `watch fan-out: one object, ${WATCHERS} watchers`, unit: 'an event and watcher', warmUp: 600,
    async begin(client, seconds, warmUp) {
      let got = 0;
      const change = (i) => ask(client, 'PATCH', `${NS}/configmaps/watched`, { metadata: { annotations: { n: String(i) } } }, 'application/merge-patch+json');
      await ask(client, 'POST', `${NS}/configmaps`, configMap('watched'));
      await Promise.all(Array.from({ length: WATCHERS }, () => client.watch(`${NS}/configmaps?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dwatched`, () => got++)));
      for (let i = 0; i < warmUp; i++) await change(i);
      return async () => {
        const before = got;
        for (let end = performance.now() + seconds * 1000, i = warmUp; performance.now() < end; i++) await change(i);
        return got - before;
      };
    },
  },
  { ...requests('delete', 'delete a Pod', 6000, 64, (c, i) => ask(c, 'DELETE', `${NS}/pods/p-${i}?gracePeriodSeconds=0`), createPods), bounded: 4000 },
  {
    name: 'roll-out', title: '100 Deployments of 100 Pods on 100 nodes, until all are Running', unit: 'a Pod', warmUp: 30, args: ['--nodes', '100'],
    async begin(client, _seconds, warmUp) {
      await rollOut(client, 'warm', warmUp);
      await remove(client, 'warm', warmUp);
      return async () => {
        await rollOut(client, 'd', 100);
        return 10_000;
      };
    },
  },
];
