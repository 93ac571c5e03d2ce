#!/usr/bin/env node
// Packs the project as npm would publish it, installs the package into an empty folder, and runs it from there.
//
//   node test/package/pack.mjs
//
// Code 0 when the package holds what it should and nothing else, and a cluster out of it starts, answers and stops at Ctrl-C.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, stale } from '../../scripts/build-if-stale.mjs';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const START = 60_000;

function check(what, ok, detail = '') {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${ok || !detail ? '' : `: ${detail}`}`);
  if (!ok) process.exitCode = 1;
}

const npm = (args, cwd) => execFileSync('npm', [...args, '--silent'], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

if (stale()) {
  const { code, output } = await build();
  if (code !== 0) throw new Error(`the build failed:\n${output}`);
}
const dir = mkdtempSync(join(tmpdir(), 'kubernest-package-'));
try {
  // It has just been built: no need to do it again.
  const [{ filename, files, size }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', dir], root));
  const paths = files.map((f) => f.path);
  for (const wanted of ['package.json', 'README.md', 'LICENSE', 'bin/kubernest.js', 'dist/main.js', 'dist/storage/sqlite/worker.js']) check(`holds ${wanted}`, paths.includes(wanted));
  const facts = readdirSync(join(root, 'openapi')).filter((f) => f.endsWith('.json'));
  check('holds openapi/', facts.every((f) => paths.includes(`openapi/${f}`)));
  const strange = paths.filter((p) => /^(src|test|scripts|\.ci)\/|\.(map|ts|tsbuildinfo|spec\.js)$|^dist\/\./.test(p));
  check('holds no sources, tests or maps', strange.length === 0, strange.slice(0, 5).join(', '));
  console.log(`     ${paths.length} files, ${(size / 1e6).toFixed(1)} MB`);

  const user = join(dir, 'user');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{"private":true}');
  npm(['install', '--no-audit', '--no-fund', join(dir, filename)], user);
  const installed = new Set(readdirSync(join(user, 'node_modules')));
  const dev = Object.keys(manifest.devDependencies).filter((d) => installed.has(d) && !(d in manifest.dependencies));
  check('brings only what runs', dev.length === 0, dev.join(', '));
  await runIt(user);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** `npx kubernest up` in the folder it was installed into, until it is ready; then Ctrl-C, as a terminal sends it: to the whole group. */
async function runIt(cwd) {
  const child = spawn('npx', ['--no-install', 'kubernest', 'up', '--ephemeral', '--port', '0', '--no-kubeconfig'], { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise((resolve) => child.once('close', resolve));
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (output += d).includes('is ready after') && resolve(true));
    void ended.then(() => resolve(false));
  });
  const tooLate = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), START);
  check('starts from the package', await ready, output);
  const server = /is ready after .*: (https:\S+)/.exec(output)?.[1];
  if (server) {
    const { request } = await import('node:https');
    const code = await new Promise((resolve, reject) => {
      request(`${server}/readyz`, { rejectUnauthorized: false, agent: false }, (res) => resolve(res.resume().statusCode)).on('error', reject).end();
    });
    check('answers', code === 200, `${code}`);
    process.kill(-child.pid, 'SIGINT');
  }
  await ended;
  clearTimeout(tooLate);
  check('stops at Ctrl-C', /stopping +\d+ ms/.test(output), output);
}
