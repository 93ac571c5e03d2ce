#!/usr/bin/env node
// Runs the client programs, each in its language with its library from its registry, against a server of the build.
//
//   node test/clients/run.mjs [--only REGEX] [--strict] [--limit SECONDS] [--total SECONDS] [-v]
//
// A client whose language or registry is missing is skipped, unless --strict. Code 0 when none fails. Ends with `N passed, N failed, N skipped`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../durability/server.mjs';
import { startCutter } from './cutter.mjs';
import { cache } from './places.mjs';
import { PROGRAMS, STEPS } from './programs.mjs';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    strict: { type: 'boolean', default: false },
    // No command of a client may take longer.
    limit: { type: 'string', default: '600' },
    // Clients whose turn comes later are skipped.
    total: { type: 'string', default: '2400' },
    verbose: { type: 'boolean', short: 'v', default: false },
  },
});
const limit = milliseconds('limit');
/** What ends what was started and still runs; every such process leads a group of its own. */
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const stop of running) stop();
    process.exit(1);
  });
}
const over = performance.now() + milliseconds('total');

/** An option that is given in seconds. @throws Error when it is none */
function milliseconds(option) {
  const ms = Number(values[option]) * 1000;
  if (!(ms > 0)) throw new Error(`--${option} ${values[option]}: give seconds, more than 0`);
  return ms;
}

/** Runs a command in a process group of its own, which ends with it or when its time is over: its code and what it printed. */
function command([cwd, program, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let out = '';
    let late = false;
    const stop = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch (e) {
        // All of the group have ended.
        if (e.code !== 'ESRCH') throw e;
      }
    };
    running.add(stop);
    const timer = setTimeout(() => ((late = true), stop()), limit);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => ((out += d), values.verbose && process.stderr.write(d)));
    const end = (code) => {
      clearTimeout(timer);
      running.delete(stop);
      if (child.pid) stop();
      resolve({ code: late ? `nothing after ${values.limit} s` : code, out, late });
    };
    child.once('error', (e) => end(e.message));
    child.once('close', (code, signal) => end(code ?? signal));
  });
}

const last = (out) => out.trim().split('\n').at(-1).slice(0, 200);

/** Takes a client through its stages. `outcome`: passed, failed or skipped, with the reasons. */
async function take(program, env) {
  const missing = program.needs.filter((name) => spawnSync('which', [name]).status !== 0);
  if (performance.now() > over) return { outcome: 'skipped', why: [`the ${values.total} s for all clients are over`] };
  if (missing.length) return { outcome: 'skipped', why: [`no ${missing.join(', ')} on this machine`] };
  for (const c of program.fetch ?? []) {
    const { code, out } = await command(c, env);
    if (code !== 0) return { outcome: 'skipped', why: [`its library could not be had: ${last(out) || code}`] };
  }
  for (const c of program.build ?? []) {
    const { code, out, late } = await command(c, env);
    // How long a compiler takes says nothing about the server.
    if (late) return { outcome: 'skipped', why: [`not built within ${values.limit} s`] };
    if (code !== 0) return { outcome: 'failed', why: [`does not build (${code}):`, ...out.trim().split('\n').slice(-20)] };
  }
  const { code, out } = await command(program.run, env);
  const lines = out.split('\n');
  const ok = lines.filter((l) => l.startsWith('ok ')).map((l) => l.slice(3));
  const why = lines.filter((l) => l.startsWith('not ok ')).map((l) => l.slice(7));
  const left = (program.steps ?? STEPS).filter((s) => !ok.includes(s) && !why.some((w) => w.startsWith(`${s}:`)));
  if (left.length) why.push(`did not get to: ${left.join(', ')}`, ...(why.length ? [] : lines.slice(-12)));
  if (code !== 0 && !why.length) why.push(`ended with ${code}: ${last(out)}`);
  return { outcome: why.length ? 'failed' : 'passed', steps: ok.length, why };
}

/** A server, with more options of `kubernest up`, behind a cutter; `kubeconfig` leads there. */
async function startHost(dir, options) {
  mkdirSync(dir);
  const own = join(dir, 'own');
  const kubeconfig = join(dir, 'kubeconfig');
  const server = await startServer([process.execPath, join(root, 'dist/main.js'), 'up', '--ephemeral', '--port', '0', '--kubeconfig', own, ...options], own);
  const cutter = await startCutter(Number(server.api.server.port));
  writeFileSync(kubeconfig, readFileSync(own, 'utf8').replaceAll(server.api.server.host, `127.0.0.1:${cutter.port}`), { mode: 0o600 });
  const kill = () => {
    if (server.running) process.kill(-server.child.pid, 'SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  };
  running.add(kill);
  const stop = async () => {
    running.delete(kill);
    cutter.close();
    if (server.running) await server.stop();
  };
  return { server, kubeconfig, cutUrl: cutter.cutUrl, stop };
}

/** Takes a client through its stages in a namespace of its own. */
async function takeOn({ server, kubeconfig, cutUrl }, program) {
  const namespace = `client-${program.name.replace(/[^a-z0-9]+/g, '-').replace(/^-/, '')}`;
  const made = await server.api.request('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  if (made.code !== 201) throw new Error(`namespace ${namespace}: ${JSON.stringify(made.body)}`);
  const r = await take(program, { KUBECONFIG: kubeconfig, CLIENT_NAMESPACE: namespace, CLIENT_CUT_URL: cutUrl, CLIENTS_CACHE: cache, CLIENT_ROOT: root });
  if (!server.running) throw new Error(`${program.name}: the server has ended`);
  return r;
}

mkdirSync(cache, { recursive: true });
const dir = mkdtempSync(join(tmpdir(), 'kubernest-clients-'));
const count = { passed: 0, failed: 0, skipped: 0 };
const rows = [];
const shared = await startHost(join(dir, 'shared'), []);
try {
  for (const program of PROGRAMS.filter((p) => new RegExp(values.only).test(p.name))) {
    const start = performance.now();
    const own = program.server && (await startHost(join(dir, program.name), program.server));
    const r = await takeOn(own ?? shared, program).finally(() => own?.stop());
    count[r.outcome]++;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    rows.push([program.name, r.outcome, r.steps ?? '', `${seconds} s`, r.outcome === 'skipped' ? r.why[0] : '']);
    if (r.outcome === 'failed') console.log([`*** ${program.name}`, ...r.why.map((w) => `    ${w}`)].join('\n'));
  }
} finally {
  await shared.stop();
  rmSync(dir, { recursive: true, force: true });
}

const table = [['client', 'outcome', 'steps', 'time', 'why'], ...rows].map((r) => r.map(String));
const widths = table[0].map((_, i) => Math.max(...table.map((r) => r[i].length)));
for (const r of table) console.log(r.map((cell, i) => (i === 2 || i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ').trimEnd());
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
if (!rows.length) console.log(`no client is called like ${values.only}`);
process.exitCode = count.failed || !rows.length || (values.strict && count.skipped) ? 1 : 0;
