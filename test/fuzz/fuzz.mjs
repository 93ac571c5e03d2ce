#!/usr/bin/env node
// Asks a server of its own for trouble, and says where it fails:
//
//   npm run test:fuzz -- [--minutes N] [--seed N] [--only mutations|schemathesis] [--kind KIND] [--report FILE]
//
// Half of the time goes to mutations of valid objects of every kind (requests.mjs), half to schemathesis over the served OpenAPI documents,
// which is left out where there is no Python that can install it. Demanded: no 5xx but those kube-apiserver gives, every refusal a
// well-formed Status, every answer in time, nothing in the server's log, and a server that is alive in the end. Code 1 otherwise.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { residentMiB } from '../bench/load-client.mjs';
import { startServer } from '../durability/server.mjs';
import { fuzzMutations } from './mutations.mjs';
import { fuzzSchemas } from './schemathesis.mjs';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    only: { type: 'string', default: '' },
    kind: { type: 'string' },
    report: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes} must be a number above 0`);
const parts = ['mutations', 'schemathesis'].filter((p) => !values.only || p === values.only);
if (!parts.length) throw new Error(`--only ${values.only} must be mutations or schemathesis`);

const dir = mkdtempSync(join(tmpdir(), 'kubernest-fuzz-'));
const kubeconfig = join(dir, 'kubeconfig');
const log = [];
const server = await startServer([process.execPath, join(root, 'dist/main.js'), 'up', '--ephemeral', '--port', '0', '--log-format', 'json', '--kubeconfig', kubeconfig], kubeconfig, 16, (text) => log.push(text));
const faults = [];
try {
  for (const part of parts) await { mutations: fuzzMutations, schemathesis: fuzzSchemas }[part]({ kubeconfig, seed: Number(values.seed), kind: values.kind, faults, root, time: (minutes * 60_000) / parts.length });
  if (!server.running) faults.push({ what: 'the server has ended' });
  else console.log(`server: ${residentMiB(server.child.pid).toFixed(0)} MiB resident in the end`);
} finally {
  if (server.running) await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
for (const line of new Set(log.join('').split('\n').filter(isFault).map(withoutCircumstance))) faults.push({ what: `in the log: ${line}` });

if (values.report) writeFileSync(values.report, JSON.stringify(faults, null, 1));
for (const { what, request } of faults.slice(0, 40)) console.log(`FAULT ${what}${request ? `\n  ${JSON.stringify(request).slice(0, 1500)}` : ''}`);
console.log(`seed ${values.seed}: ${faults.length ? `${faults.length} faults` : 'no faults'}`);
process.exitCode = faults.length ? 1 : 0;

/** Errors are faults of ours, and so are warnings that tell of an exception of the language. */
function isFault(line) {
  return line !== '' && (/"level":"?(50|60|error|fatal)/.test(line) || /\b(TypeError|RangeError|ReferenceError|SyntaxError|UnhandledPromiseRejection)\b/.test(line) || line.startsWith('FATAL') || /^\s+at \S/.test(line));
}

/** The same fault on other objects counts once. */
function withoutCircumstance(line) {
  return line.replace(/"(time|auditId|path|pid|hostname)":("[^"]*"|\d+),?/g, '').slice(0, 1500);
}
