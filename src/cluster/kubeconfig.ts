import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Pki } from './pki';

/** Copy of the kubeconfig in the data folder. */
export const KUBECONFIG_FILE = 'kubeconfig';

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
      { name, user: { 'client-certificate-data': b64(pki.admin.cert), 'client-key-data': b64(pki.admin.key) } },
      { name: `${name}-token`, user: { token: pki.adminToken } },
    ],
    contexts: [
      { name, context: { cluster: name, user: name } },
      { name: `${name}-token`, context: { cluster: name, user: `${name}-token` } },
    ],
    'current-context': name,
  };
}

/** The user's own kubeconfig: the first file of $KUBECONFIG, else ~/.kube/config. */
export function defaultKubeconfigPath(env: NodeJS.ProcessEnv): string {
  const first = (env['KUBECONFIG'] ?? '').split(delimiter).find((p) => p !== '');
  return first ?? join(env['HOME'] ?? homedir(), '.kube', 'config');
}

/** Writes a kubeconfig of its own (0600). */
export function writeKubeconfig(file: string, config: KubeConfig): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.kubernest-${process.pid}`;
  writeFileSync(temporary, stringify(config), { mode: 0o600 });
  renameSync(temporary, file);
}

/**
 * Puts the cluster's entries into an existing kubeconfig, replacing its own of before and keeping everything else, and makes
 * it the current context. @throws Error when the file is no kubeconfig; it is then left as it is
 */
export function mergeKubeconfig(file: string, config: KubeConfig): void {
  const existing = read(file);
  for (const part of ['clusters', 'users', 'contexts'] as const) {
    const names = new Set(config[part].map((e) => e.name));
    existing[part] = [...(existing[part] ?? []).filter((e) => !names.has(e.name)), ...config[part]];
  }
  existing['current-context'] = config['current-context'];
  writeKubeconfig(file, existing);
}

/** Takes the cluster's entries out of a kubeconfig; true when there were some. */
export function removeFromKubeconfig(file: string, cluster: string): boolean {
  if (!existsSync(file)) return false;
  const existing = read(file);
  const name = contextName(cluster);
  const ours = (e: { name: string }): boolean => e.name === name || e.name === `${name}-token`;
  if (![...existing.clusters, ...existing.users, ...existing.contexts].some(ours)) return false;
  for (const part of ['clusters', 'users', 'contexts'] as const) existing[part] = existing[part].filter((e) => !ours(e));
  if (existing['current-context'] === name || existing['current-context'] === `${name}-token`) delete existing['current-context'];
  writeKubeconfig(file, existing);
  return true;
}

function read(file: string): KubeConfig {
  const empty: KubeConfig = { apiVersion: 'v1', kind: 'Config', clusters: [], users: [], contexts: [] };
  if (!existsSync(file)) return empty;
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (e) {
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
