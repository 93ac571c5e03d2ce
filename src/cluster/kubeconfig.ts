import { createPrivateKey } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Clock } from '../util/clock';
import { homeDir } from './data-dir';
import type { Pki } from './pki';

/** How long to wait for others that change the same kubeconfig, and how often to look, in milliseconds. */
const LOCK_PATIENCE = 5000;
const LOCK_POLL = 20;

interface Named<T> {
  name: string;
  [field: string]: T | string;
}

/** A kubeconfig as kubectl reads it; what we do not know of it is kept. */
interface KubeConfig {
  apiVersion: 'v1';
  kind: 'Config';
  clusters: Named<object>[];
  users: Named<object>[];
  contexts: Named<object>[];
  'current-context'?: string;
  [field: string]: unknown;
}

const PARTS = ['clusters', 'users', 'contexts'] as const;

/** The name under which a cluster stands in a kubeconfig. */
export function contextName(cluster: string): string {
  return `kubernest-${cluster}`;
}

/** A kubeconfig with this cluster alone: context with the client certificate, and a second user with the bearer token. */
export function makeKubeconfig(cluster: string, server: string, pki: Pki): KubeConfig {
  const name = contextName(cluster);
  const b64 = (s: string): string => Buffer.from(s).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { 'certificate-authority-data': b64(pki.ca.cert), server } }],
    users: [
      { name, user: { 'client-certificate-data': b64(pki.admin.cert), 'client-key-data': b64(sec1(pki.admin.key)) } },
      { name: `${name}-token`, user: { token: pki.adminToken } },
    ],
    contexts: [
      { name, context: { cluster: name, user: name } },
      { name: `${name}-token`, context: { cluster: name, user: `${name}-token` } },
    ],
    'current-context': name,
  };
}

/** An EC key as kubeadm writes it: clients without a parser of their own go by the label (fabric8 takes PKCS#8 for RSA). */
function sec1(pem: string): string {
  return createPrivateKey(pem).export({ type: 'sec1', format: 'pem' }).toString();
}

/** The user's own kubeconfig: the first file of $KUBECONFIG, else ~/.kube/config. */
export function defaultKubeconfigPath(env: NodeJS.ProcessEnv): string {
  const first = (env['KUBECONFIG'] ?? '').split(delimiter).find((p) => p !== '');
  return first ?? join(homeDir(env), '.kube', 'config');
}

/** Writes a kubeconfig of its own (0600), whole or not at all. A link is followed. @throws Error that names the file */
export function writeKubeconfig(path: string, config: KubeConfig): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    replace(existsSync(path) ? realpathSync(path) : path, config);
  } catch (e) {
    throw cannotWrite(path, e);
  }
}

function cannotWrite(file: string, e: unknown): Error {
  return new Error(`cannot write the kubeconfig ${file} (${(e as Error).message}): write it elsewhere with --kubeconfig FILE, or not at all with --no-kubeconfig`, { cause: e });
}

function replace(file: string, config: KubeConfig): void {
  const temporary = `${file}.kubernest-${process.pid}`;
  writeFileSync(temporary, stringify(config), { mode: 0o600 });
  renameSync(temporary, file);
}

/**
 * Puts the cluster's entries into an existing kubeconfig, replacing its own of before and keeping everything else, and makes
 * it the current context. @throws Error when the file is no kubeconfig; it is then left as it is
 */
export function mergeKubeconfig(file: string, config: KubeConfig, clock: Clock): Promise<void> {
  return locked(file, clock, () => {
    const existing = read(file);
    for (const part of PARTS) {
      const names = new Set(config[part].map((e) => e.name));
      existing[part] = [...existing[part].filter((e) => !names.has(e.name)), ...config[part]];
    }
    existing['current-context'] = config['current-context'];
    writeKubeconfig(file, existing);
  });
}

/**
 * Takes the cluster's entries out of a kubeconfig; true when there were some. `server`: only when they point there.
 * @throws Error when the file is no kubeconfig
 */
export async function removeFromKubeconfig(file: string, cluster: string, clock: Clock, server?: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  return locked(file, clock, () => {
    const existing = read(file);
    const name = contextName(cluster);
    const ours = (e: { name: string }): boolean => e.name === name || e.name === `${name}-token`;
    if (!PARTS.some((part) => existing[part].some(ours))) return false;
    const at = existing.clusters.find(ours)?.['cluster'] as { server?: string } | undefined;
    if (server !== undefined && at?.server !== server) return false;
    for (const part of PARTS) existing[part] = existing[part].filter((e) => !ours(e));
    if (existing['current-context'] === name || existing['current-context'] === `${name}-token`) delete existing['current-context'];
    writeKubeconfig(file, existing);
    return true;
  });
}

/** Runs `change` while holding the lock that kubectl takes, too, when it changes a kubeconfig: the file beside it with .lock at its end. */
async function locked<T>(file: string, clock: Clock, change: () => T): Promise<T> {
  const lock = `${file}.lock`;
  const until = clock.monotonic() + LOCK_PATIENCE;
  for (;;) {
    try {
      mkdirSync(dirname(file), { recursive: true });
      closeSync(openSync(lock, 'wx', 0o600));
      break;
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(file, e);
      if (clock.monotonic() > until) throw new Error(`${file} is locked: if no kubectl is changing it, delete ${lock}`, { cause: e });
      await clock.sleep(LOCK_POLL);
    }
  }
  try {
    return change();
  } finally {
    rmSync(lock, { force: true });
  }
}

function read(file: string): KubeConfig {
  const empty: KubeConfig = { apiVersion: 'v1', kind: 'Config', clusters: [], users: [], contexts: [] };
  if (!existsSync(file)) return empty;
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (e) {
    if ((e as NodeJS.ErrnoException).syscall) throw new Error(`cannot read the kubeconfig ${file} (${(e as Error).message}): write it elsewhere with --kubeconfig FILE`, { cause: e });
    throw new Error(`${file} is no valid YAML (${(e as Error).message.split('\n')[0]}): mend it, or write the kubeconfig elsewhere with --kubeconfig FILE`);
  }
  if (value === null || value === undefined) return empty;
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${file} is no kubeconfig: mend it, or write the kubeconfig elsewhere with --kubeconfig FILE`);
  const config = value as KubeConfig;
  config.clusters ??= [];
  config.users ??= [];
  config.contexts ??= [];
  return config;
}
