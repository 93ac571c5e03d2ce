#!/usr/bin/env node
// npm start: builds when there is no build or the sources are newer, then runs `kubernest up` with what was given after `--`.
import { spawn } from 'node:child_process';
import { build, main, stale } from './build-if-stale.mjs';

if (stale()) {
  const since = performance.now();
  process.stderr.write(process.stderr.isTTY ? '⠿ building …' : 'building …\n');
  const { code, output } = await build();
  if (code !== 0) {
    process.stderr.write(`\nthe build failed:\n${output}\n`);
    process.exit(code);
  }
  process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}✓ built ${`${Math.round((performance.now() - since) / 1000)} s`.padStart(25)}\n`);
}

const child = spawn(process.execPath, [main, 'up', ...process.argv.slice(2)], { stdio: 'inherit' });
// Ctrl-C reaches the whole group: the child ends by itself, and this process after it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (e) => {
  process.stderr.write(`${e.message}\n`);
  process.exitCode = 1;
});
child.on('exit', (code) => (process.exitCode = code ?? 1));
