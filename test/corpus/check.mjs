#!/usr/bin/env node
// Replays the recorded behaviour of kube-apiserver against the build: starts a bare cluster in memory and runs the corpus' own checker.
//
//   node test/corpus/check.mjs [--corpus ../shared/corpus] [--area AREA] [--only REGEX] [--kubectl PATH] [--report FILE] [--separate] [-v]
//
// --separate: the controllers, the scheduler and the nodes run in processes of their own, over HTTPS.
// Code 0 when every area reaches its floor in floors.json (steps alike): what was reached once may not be lost. Ends with `N passed, N failed` (areas).
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
    separate: { type: 'boolean', default: false },
    verbose: { type: 'boolean', short: 'v', default: false },
    // Unpacked there by the tests with a real kubectl.
    kubectl: { type: 'string', default: join(root, 'node_modules/.cache/kubernest/kubectl') },
  },
});

const dir = mkdtempSync(join(tmpdir(), 'kubernest-corpus-'));
const kubeconfig = join(dir, 'kubeconfig');
const kubernest = [process.execPath, join(root, 'dist/main.js')];
const command = [...kubernest, 'up', '--port', '0', '--nodes', '3', '--addons', 'none', '--kubeconfig', kubeconfig];
// The keys of a cluster that keeps nothing cannot be given to others.
command.push(...(values.separate ? ['--data-dir', join(dir, 'data'), '--components', 'none'] : ['--ephemeral']));
const report = values.report ?? join(dir, 'report.json');
const args = [join(values.corpus, 'run.mjs'), 'check', '--kubeconfig', kubeconfig];
if (existsSync(values.kubectl)) args.push('--kubectl', values.kubectl);
if (values.only) args.push('--only', values.only);
args.push('--report', report);
if (values.verbose) args.push('-v');
args.push(join(values.corpus, values.area));

const server = await startServer(command, kubeconfig);
const parts = [];
try {
  if (values.separate) for (const name of ['controllers', 'scheduler', 'kubelet']) parts.push(await startPart(name));
  const checker = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  await new Promise((resolve) => checker.once('exit', resolve));
  process.exitCode = judge(JSON.parse(readFileSync(report, 'utf8')).area);
} finally {
  for (const p of parts) p.kill('SIGTERM');
  if (server.running) await server.stop();
  rmSync(dir, { recursive: true, force: true });
}

/** Components in a process of their own, once they work. */
async function startPart(name) {
  const child = spawn(kubernest[0], [kubernest[1], 'run', '--components', name, '--addons', 'none', '--kubeconfig', kubeconfig, '--keys', join(dir, 'data', 'pki.json')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (d) => (said += d).includes('Running for') && resolve());
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${said}`)));
  });
  return child;
}

/** Compares the steps alike of each area with its floor; 1 when one falls short. */
function judge(areas) {
  const floors = JSON.parse(readFileSync(join(import.meta.dirname, 'floors.json'), 'utf8'));
  const short = Object.entries(areas).filter(([area, { loose }]) => !values.only && loose < (floors[area] ?? 0));
  for (const [area, { loose }] of short) console.log(`${area}: ${loose} steps alike, at least ${floors[area]} were wanted`);
  console.log(`${Object.keys(areas).length - short.length} passed, ${short.length} failed`);
  return short.length ? 1 : 0;
}
