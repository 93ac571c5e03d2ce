// Compares what a running server says in discovery with recorded documents:
//   npm run discovery:compare -- DIR --kubeconfig FILE
// DIR holds legacy.json (path → document), aggregated-api.json and aggregated-apis.json.
// The order of groups, versions and resources counts; that of verbs, names and paths does not.
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { parse } from 'yaml';

const [dir, option, file] = process.argv.slice(2);
if (!dir || option !== '--kubeconfig' || !file) {
  console.error('usage: npm run discovery:compare -- DIR --kubeconfig FILE');
  process.exit(2);
}
const config = parse(readFileSync(file, 'utf8'));
const context = config.contexts.find((c) => c.name === config['current-context']).context;
const cluster = config.clusters.find((c) => c.name === context.cluster).cluster;
const user = config.users.find((u) => u.name === context.user).user;
const pem = (o, name) => (o[`${name}-data`] ? Buffer.from(o[`${name}-data`], 'base64') : o[name] ? readFileSync(o[name]) : undefined);
const tls = { ca: pem(cluster, 'certificate-authority'), cert: pem(user, 'client-certificate'), key: pem(user, 'client-key') };

function fetchJson(path, accept = 'application/json') {
  return new Promise((resolve, reject) => {
    const headers = { accept, ...(user.token ? { authorization: `Bearer ${user.token}` } : {}) };
    get(cluster.server + path, { ...tls, headers }, (m) => {
      let text = '';
      m.on('data', (d) => (text += d));
      m.on('end', () => resolve(m.statusCode === 200 ? JSON.parse(text) : `HTTP ${m.statusCode}: ${text.slice(0, 200)}`));
    }).on('error', reject);
  });
}

const UNORDERED = new Set(['verbs', 'shortNames', 'categories', 'paths']);
const IGNORED = new Set(['serverAddressByClientCIDRs']);
const label = (v, i) => v?.name ?? v?.metadata?.name ?? v?.resource ?? v?.subresource ?? v?.version ?? i;

function* differences(want, got, path) {
  if (Array.isArray(want) && Array.isArray(got)) {
    const name = path.split('.').at(-1);
    const [a, b] = UNORDERED.has(name) ? [[...want].sort(), [...got].sort()] : [want, got];
    if (!UNORDERED.has(name) && a.some((v) => typeof v === 'object')) {
      const byLabel = new Map(b.map((v, i) => [label(v, i), v]));
      for (const [i, v] of a.entries()) {
        const l = label(v, i);
        if (!byLabel.has(l)) yield `${path}: no ${l}`;
        else yield* differences(v, byLabel.get(l), `${path}.${l}`);
        byLabel.delete(l);
      }
      for (const l of byLabel.keys()) yield `${path}: ${l} is too much`;
      const order = (list) => list.map(label).filter((l) => a.map(label).includes(l) && b.map(label).includes(l)).join(' ');
      if (order(a) !== order(b)) yield `${path}: order is ${order(b)} instead of ${order(a)}`;
    } else if (JSON.stringify(a) !== JSON.stringify(b)) yield `${path}: ${JSON.stringify(b)} instead of ${JSON.stringify(a)}`;
  } else if (want && got && typeof want === 'object' && typeof got === 'object') {
    for (const k of new Set([...Object.keys(want), ...Object.keys(got)])) if (!IGNORED.has(k)) yield* differences(want[k], got[k], `${path}.${k}`);
  } else if (want !== got) yield `${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`;
}

const read = (name) => JSON.parse(readFileSync(join(dir, name), 'utf8'));
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
let count = 0;
const report = (lines) => {
  for (const l of lines) {
    console.log(l);
    count++;
  }
};
for (const [path, want] of Object.entries(read('legacy.json'))) if (path !== '/') report(differences(want, await fetchJson(path), path));
report(differences(read('aggregated-api.json'), await fetchJson('/api', AGGREGATED), 'aggregated /api'));
report(differences(read('aggregated-apis.json'), await fetchJson('/apis', AGGREGATED), 'aggregated /apis'));
console.log(count ? `${count} differences` : 'no differences');
process.exit(count ? 1 : 0);
