import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Clock } from '../util/clock';
import { HttpClient } from './http-client';
import type { HttpClientOptions } from './http-transport';

interface Kubeconfig {
  'current-context'?: string;
  contexts?: { name: string; context: { cluster: string; user?: string; namespace?: string } }[];
  clusters?: { name: string; cluster: Record<string, string | boolean | undefined> }[];
  users?: { name: string; user: Record<string, unknown> | null }[];
}

/**
 * Connection options from a kubeconfig's text. `dir`: what relative file names in it are relative to. `context`: default the current one.
 * @throws Error naming what is missing or not supported (exec and auth-provider plugins)
 */
export function optionsFromKubeconfig(text: string, dir: string, context?: string): Omit<HttpClientOptions, 'clock'> & { namespace?: string } {
  const config = (parse(text) ?? {}) as Kubeconfig;
  const name = context ?? config['current-context'];
  if (!name) throw new Error('kubeconfig has no current-context: name a context');
  const ctx = named(config.contexts, name, 'context').context;
  const cluster = named(config.clusters, ctx.cluster, 'cluster').cluster;
  const user = ctx.user ? (named(config.users, ctx.user, 'user').user ?? {}) : {};
  if (user['exec'] || user['auth-provider']) throw new Error(`kubeconfig user "${ctx.user}" uses a credential plugin, which is not supported: use a certificate or a token`);
  const server = str(cluster['server']);
  if (!server) throw new Error(`kubeconfig cluster "${ctx.cluster}" has no server`);
  const tokenFile = str(user['tokenFile']);
  const token = str(user['token']) ?? (tokenFile ? () => readFileSync(resolve(dir, tokenFile), 'utf8').trim() : undefined);
  return {
    server,
    ca: material(cluster, 'certificate-authority', dir),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    serverName: str(cluster['tls-server-name']),
    cert: material(user, 'client-certificate', dir),
    key: material(user, 'client-key', dir),
    token,
    username: str(user['username']),
    password: str(user['password']),
    namespace: ctx.namespace,
  };
}

/** A client for the (current) context of a kubeconfig file. @throws Error when the file cannot be used */
export function clientFromKubeconfig(file: string, x: { clock: Clock; context?: string; userAgent?: string }): HttpClient {
  const { namespace: _, ...options } = optionsFromKubeconfig(readFileSync(file, 'utf8'), dirname(file), x.context);
  return new HttpClient({ ...options, clock: x.clock, userAgent: x.userAgent });
}

function named<T extends { name: string }>(list: T[] | undefined, name: string, what: string): T {
  const found = list?.find((e) => e.name === name);
  if (!found) throw new Error(`kubeconfig has no ${what} "${name}"`);
  return found;
}

/** Inline base64 (`key`-data) before the file (`key`). */
function material(o: Record<string, unknown>, key: string, dir: string): string | undefined {
  const data = str(o[`${key}-data`]);
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  const file = str(o[key]);
  return file ? readFileSync(resolve(dir, file), 'utf8') : undefined;
}

function str(v: unknown): string | undefined {
  return typeof v === 'string' && v !== '' ? v : undefined;
}
