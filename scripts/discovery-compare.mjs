// Compares what a running server says in discovery with recorded documents:
//   npm run discovery:compare -- DIR --kubeconfig FILE
// DIR holds legacy.json (path → document), aggregated-api.json and aggregated-apis.json.
// The order of groups, versions and resources counts; that of verbs, names and paths does not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clusterClient } from './cluster-client.mjs';
import { discoveryDifferences } from './discovery-differences.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { kubeconfig: { type: 'string' } } });
const [dir] = positionals;
if (!dir || !values.kubeconfig) {
  console.error('usage: npm run discovery:compare -- DIR --kubeconfig FILE');
  process.exit(2);
}
const fetchJson = clusterClient(values.kubeconfig);

const read = (name) => JSON.parse(readFileSync(join(dir, name), 'utf8'));
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
let count = 0;
const report = (lines) => {
  for (const l of lines) {
    console.log(l);
    count++;
  }
};
for (const [path, want] of Object.entries(read('legacy.json'))) if (path !== '/') report(discoveryDifferences(want, await fetchJson(path), path));
report(discoveryDifferences(read('aggregated-api.json'), await fetchJson('/api', AGGREGATED), 'aggregated /api'));
report(discoveryDifferences(read('aggregated-apis.json'), await fetchJson('/apis', AGGREGATED), 'aggregated /apis'));
console.log(`${count} differences in discovery`);
process.exitCode = count ? 1 : 0;
