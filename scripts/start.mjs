#!/usr/bin/env node
// npm start: builds when there is no build or the sources are newer, then runs `kubernest up` with what was given after `--`.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const main = join(root, 'dist', 'main.js');
const marker = join(root, 'dist', '.built');

function newest(path) {
  const s = statSync(path);
  if (!s.isDirectory()) return s.mtimeMs;
  return readdirSync(path).reduce((latest, f) => Math.max(latest, newest(join(path, f))), 0);
}

function stale() {
  if (!existsSync(main) || !existsSync(marker)) return true;
  const built = statSync(marker).mtimeMs;
  return ['src', 'openapi', 'package.json', 'tsconfig.json'].some((p) => newest(join(root, p)) > built);
}

/** Runs a command to its end; its output is shown only when it fails, unless `inherit`. */
function run(command, args, inherit) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: inherit ? process.cwd() : root, stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (d) => (output += d));
    child.stderr?.on('data', (d) => (output += d));
    // Ctrl-C reaches the whole group: the child ends by itself, and this process after it.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
    child.on('error', (e) => resolve({ code: 1, output: e.message }));
    child.on('exit', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }));
  });
}

if (stale()) {
  const since = performance.now();
  process.stderr.write(process.stderr.isTTY ? '⠿ building …' : 'building …\n');
  const { code, output } = await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['run', '--silent', 'build'], false);
  if (code !== 0) {
    process.stderr.write(`\nthe build failed:\n${output}\n`);
    process.exit(code);
  }
  process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}✓ built ${`${Math.round((performance.now() - since) / 1000)} s`.padStart(25)}\n`);
}
const { code } = await run(process.execPath, [main, 'up', ...process.argv.slice(2)], true);
process.exit(code);
