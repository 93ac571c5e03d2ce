import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './api.mjs';

/**
 * Starts a server by a command that keeps running and writes `kubeconfig`, and waits until it is ready and has its default namespace.
 * The process leads a group of its own; `onError` gets what it writes to stderr. @throws Error with the end of its stderr when it ends or is not ready after 30 s
 */
export async function startServer(command, kubeconfig, sockets = 16, onError = undefined) {
  rmSync(kubeconfig, { force: true });
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let errors = '';
  child.stderr.on('data', (d) => {
    errors = (errors + d).slice(-4000);
    onError?.(d.toString());
  });
  let outcome;
  const ended = new Promise((resolve) => {
    const end = (what) => resolve((outcome ??= `the server ended with ${what}`));
    child.once('exit', (code, signal) => end(code ?? signal));
    child.once('error', (e) => end(e.message));
  });
  const until = performance.now() + 30_000;
  while (outcome === undefined && performance.now() < until) {
    const api = await connect(kubeconfig, sockets);
    if (api) return new Server(child, ended, api);
    await sleep(20);
  }
  if (outcome === undefined) process.kill(-child.pid, 'SIGKILL');
  throw new Error(`${outcome ?? 'the server was not ready after 30 s'}:\n${errors}`);
}

async function connect(kubeconfig, sockets) {
  if (!existsSync(kubeconfig)) return undefined;
  let api;
  try {
    api = new Api(kubeconfig, sockets);
    const [ready, namespace] = [await api.request('GET', '/readyz'), await api.request('GET', '/api/v1/namespaces/default')];
    if (ready.code === 200 && namespace.code === 200) return api;
  } catch {
    // Not listening yet, or the file is only half written: the caller asks again.
  }
  api?.close();
  return undefined;
}

class Server {
  constructor(child, ended, api) {
    this.child = child;
    this.ended = ended;
    this.api = api;
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The process and all it started, at once. */
  async kill() {
    process.kill(-this.child.pid, 'SIGKILL');
    await this.ended;
    this.api.close();
  }

  /** As Ctrl-C does. */
  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
    this.api.close();
  }
}
