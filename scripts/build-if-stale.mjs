// Builds when there is no build, or when the sources are newer than it.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What `npm run build` makes. */
export const main = join(root, 'dist', 'main.js');

function newest(path) {
  const s = statSync(path);
  if (!s.isDirectory()) return s.mtimeMs;
  return readdirSync(path).reduce((latest, f) => Math.max(latest, newest(join(path, f))), 0);
}

/** True when there is no whole build of the sources as they are now. */
export function stale() {
  const marker = join(root, 'dist', '.built');
  if (!existsSync(main) || !existsSync(marker)) return true;
  const built = statSync(marker).mtimeMs;
  return ['src', 'openapi', 'package.json', 'tsconfig.json'].some((p) => newest(join(root, p)) > built);
}

/** Builds. @returns how it ended, and what it said: `signal` when it was broken off */
export function build() {
  return new Promise((resolve) => {
    const child = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (d) => (output += d));
    child.stderr.on('data', (d) => (output += d));
    child.on('error', (e) => resolve({ code: 1, output: e.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, output }));
  });
}
