#!/usr/bin/env node
// npm run bench [-- NAME …]: the load on the API server, or the benchmark named; options are told at the head of each file.
const BENCHMARKS = {
  api: './bench.mjs', scheduler: './scheduler.mjs', scale: './scale.mjs', soak: './soak.mjs', latency: './latency.mjs',
  flames: './flames.mjs', watchers: './watchers.mjs', clusters: './clusters.mjs',
};

const [name = ''] = process.argv.slice(2);
const chosen = name === '' || name.startsWith('-') ? 'api' : name;
if (!Object.hasOwn(BENCHMARKS, chosen)) {
  console.error(`there is no benchmark ${chosen}; there are: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}
await import(BENCHMARKS[chosen]);
