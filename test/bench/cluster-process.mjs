// A cluster of the build in a process of its own, for benchmarks, and a client of it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { LoadClient } from './load-client.mjs';

const { parse } = createRequire(import.meta.url)('yaml');
const MAIN = path.join(import.meta.dirname, '..', '..', 'dist', 'main.js');

/** A client by the bearer token in a kubeconfig of `kubernest up`: a file, or what is in it. */
export function clientOf(kubeconfig, concurrency) {
  const config = typeof kubeconfig === 'string' ? parse(fs.readFileSync(kubeconfig, 'utf8')) : kubeconfig;
  const { cluster } = config.clusters[0];
  const token = config.users.find((u) => u.user.token).user.token;
  return new LoadClient({ port: Number(new URL(cluster.server).port), token, ca: Buffer.from(cluster['certificate-authority-data'], 'base64'), concurrency });
}

/**
 * Starts `kubernest up` with its data and kubeconfig in `dir` and waits until it is ready. `ready`: milliseconds that took; `stop()` ends
 * it as Ctrl-C does. `node`: flags of Node, `env`: variables beyond this process' own. @throws Error with what it said when it ends instead
 */
export async function startCluster(dir, args, concurrency, { node = [], env = {} } = {}) {
  const kubeconfig = path.join(dir, 'kubeconfig');
  const data = path.join(dir, 'data');
  const since = performance.now();
  const child = spawn(process.execPath, [...node, MAIN, 'up', '--data-dir', data, '--port', '0', '--kubeconfig', kubeconfig, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let log = '';
  child.stderr.on('data', (d) => (log = (log + d).slice(-4000)));
  while (!log.includes('is ready after')) {
    if (child.exitCode !== null) throw new Error(`the cluster ended: ${log}`);
    await new Promise((r) => setTimeout(r, 5));
  }
  return {
    child,
    data,
    kubeconfig,
    ready: performance.now() - since,
    client: clientOf(kubeconfig, concurrency),
    /** The end of what it has said. */
    log: () => log,
    async stop() {
      if (child.exitCode !== null || child.signalCode) return;
      const ended = new Promise((r) => child.once('exit', r));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
