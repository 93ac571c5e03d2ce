#!/usr/bin/env node
// Compares what the build serves with what kube-apiserver serves: starts a bare cluster in memory and runs the comparing scripts on it.
//
//   node test/reference/check.mjs [--reference ../shared/reference]
//
// Code 0 when no document of OpenAPI or discovery differs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../durability/server.mjs';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { reference: { type: 'string', default: join(root, '../shared/reference') } } });
const dir = mkdtempSync(join(tmpdir(), 'kubernest-reference-'));
const kubeconfig = join(dir, 'kubeconfig');

function passes(script, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', script), ...args, '--kubeconfig', kubeconfig], { stdio: 'inherit' });
  return status === 0;
}

const server = await startServer([process.execPath, join(root, 'dist/main.js'), 'up', '--ephemeral', '--port', '0', '--kubeconfig', kubeconfig], kubeconfig);
try {
  const same = [
    passes('openapi-compare.mjs', join(values.reference, 'openapi-v3'), join(values.reference, 'openapi-v2.json')),
    passes('discovery-compare.mjs', join(values.reference, 'discovery')),
  ];
  process.exitCode = same.every(Boolean) ? 0 : 1;
} finally {
  if (server.running) await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
