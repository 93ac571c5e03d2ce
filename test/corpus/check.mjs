#!/usr/bin/env node
// Replays the recorded behaviour of kube-apiserver against the build: starts a bare cluster in memory and runs the corpus' own checker.
//
//   node test/corpus/check.mjs [--corpus ../shared/corpus] [--area AREA] [--only REGEX] [--kubectl PATH] [--report FILE] [-v]
//
// Code 0 when every step matches to the letter.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../durability/server.mjs';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: join(root, '../shared/corpus') },
    area: { type: 'string', default: '' },
    only: { type: 'string' },
    report: { type: 'string' },
    verbose: { type: 'boolean', short: 'v', default: false },
    // Unpacked there by the tests with a real kubectl.
    kubectl: { type: 'string', default: join(root, 'node_modules/.cache/kubernest/kubectl') },
  },
});

const dir = mkdtempSync(join(tmpdir(), 'kubernest-corpus-'));
const kubeconfig = join(dir, 'kubeconfig');
const command = [process.execPath, join(root, 'dist/main.js'), 'up', '--ephemeral', '--port', '0', '--nodes', '3', '--addons', 'none', '--kubeconfig', kubeconfig];
const args = [join(values.corpus, 'run.mjs'), 'check', '--kubeconfig', kubeconfig];
if (existsSync(values.kubectl)) args.push('--kubectl', values.kubectl);
if (values.only) args.push('--only', values.only);
if (values.report) args.push('--report', values.report);
if (values.verbose) args.push('-v');
args.push(join(values.corpus, values.area));

let code = 1;
const server = await startServer(command, kubeconfig);
try {
  const checker = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  code = await new Promise((resolve) => checker.once('exit', (c) => resolve(c ?? 1)));
} finally {
  if (server.running) await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
process.exit(code);
