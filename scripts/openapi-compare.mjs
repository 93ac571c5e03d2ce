// Compares the OpenAPI documents that a running server serves with recorded ones, descriptions apart:
//   npm run openapi:compare -- DIR [V2-FILE] --kubeconfig FILE
// DIR holds documents as served below /openapi/v3, '/' in their paths written as '_' (apis_apps_v1.json); V2-FILE is /openapi/v2.
// Prints what differs in definitions and in paths, and ends with 1 when anything does.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clusterClient } from './cluster-client.mjs';
import { documentDifferences } from './openapi-differences.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { kubeconfig: { type: 'string' } } });
const [dir, v2File] = positionals;
if (!dir || !values.kubeconfig) {
  console.error('usage: npm run openapi:compare -- DIR [V2-FILE] --kubeconfig FILE');
  process.exit(2);
}
const fetchJson = clusterClient(values.kubeconfig);
const counts = { definitions: 0, paths: 0 };

async function compare(name, want, path) {
  const got = await fetchJson(path);
  if (typeof got === 'string') {
    console.log(`${name}: ${got}`);
    counts.definitions++;
    return;
  }
  for (const part of ['definitions', 'paths']) {
    for (const line of documentDifferences(want, got, part)) {
      counts[part]++;
      console.log(`${name} ${part} ${line}`);
    }
  }
}

/** Documents of groups in the server's index that were not recorded (other documents are in the one of v2). */
async function comparePresence(names) {
  const index = await fetchJson('/openapi/v3');
  for (const name of Object.keys(index.paths ?? {}).filter((p) => !names.includes(p) && /^apis?\//.test(p))) {
    counts.paths++;
    console.log(`${name}: not wanted`);
  }
}

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const names = readdirSync(dir).filter((f) => f.endsWith('.json')).sort().map((file) => file.slice(0, -'.json'.length).replaceAll('_', '/'));
for (const name of names) await compare(name, read(join(dir, `${name.replaceAll('/', '_')}.json`)), `/openapi/v3/${name}`);
await comparePresence(names);
if (v2File) await compare('v2', read(v2File), '/openapi/v2');
console.log(`${counts.definitions} differences in definitions, ${counts.paths} in paths`);
process.exitCode = counts.definitions + counts.paths > 0 ? 1 : 0;
