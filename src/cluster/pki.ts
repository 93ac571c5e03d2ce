import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { PKI_FILE } from './files';
import type { Authority } from './x509';

/** A certificate and its private key, PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** Everything secret or certified that a cluster has. Made once, kept in the data folder. */
export interface Pki {
  ca: KeyPair;
  server: KeyPair;
  /** CN=kubernetes-admin, O=system:masters */
  admin: KeyPair;
  /** Bearer token of the same administrator. */
  adminToken: string;
  /** Key by which service account tokens are signed. */
  serviceAccount: { key: string; publicKey: string };
}

/** One day and ten years, in milliseconds. */
const DAY = 24 * 60 * 60 * 1000;
const TEN_YEARS = 3650 * DAY;

/**
 * Reads the cluster's keys and certificates from `dir`, or makes and keeps them (0600, in a folder of 0700).
 * `dir` undefined: nothing is kept (ephemeral). `hosts`: further names and addresses the server is reached at; a kept serving certificate
 * without one of them is issued anew, by the same authority. @throws Error when the file is damaged
 */
export async function loadPki(dir: string | undefined, now: number, hosts: readonly string[] = []): Promise<Pki> {
  const reachedAt = hosts.flatMap((h) => (h === '0.0.0.0' || h === '::' ? ownAddresses() : [h]));
  const file = dir && join(dir, PKI_FILE);
  if (!file) return makePki(now, reachedAt);
  if (!existsSync(file)) {
    const pki = await makePki(now, reachedAt);
    keep(file, pki);
    return pki;
  }
  const pki = readPki(file);
  if (reachedAt.every((h) => covers(pki.server.cert, h))) return pki;
  const x509 = await import('./x509.js');
  const renewed = { ...pki, server: await issueServer(await x509.readAuthority(pki.ca), now, reachedAt) };
  keep(file, renewed);
  return renewed;
}

/** Loads what it takes to make keys, unless they are there already: about as long as a store takes to open, in another thread. */
export async function preparePki(dir: string | undefined): Promise<void> {
  if (dir === undefined || !existsSync(join(dir, PKI_FILE))) await import('./x509.js');
}

/** Reads keys and certificates that were kept. @throws Error when the file is missing or damaged */
export function readPki(file: string): Pki {
  const remedy = 'delete the file to have new keys made; kubeconfigs written before will no longer be accepted';
  let pki: Pki;
  try {
    pki = JSON.parse(readFileSync(file, 'utf8')) as Pki;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code) throw new Error(`cannot read the keys of the cluster: ${(e as Error).message}`, { cause: e });
    throw new Error(`${file} is damaged (${(e as Error).message}): ${remedy}`, { cause: e });
  }
  if (pki?.ca?.cert && pki.ca.key && pki.server?.cert && pki.server.key && pki.admin?.cert && pki.admin.key && pki.adminToken && pki.serviceAccount?.key) return pki;
  throw new Error(`${file} lacks keys: ${remedy}`);
}

/** Writes a cluster's keys into its data folder. */
export function keepPki(dir: string, pki: Pki): void {
  keep(join(dir, PKI_FILE), pki);
}

function keep(file: string, pki: Pki): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify(pki, null, 1), { mode: 0o600 });
  renameSync(temporary, file);
}

/** Every address of this machine, for a server that listens on all of them. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((a) => a.address)).filter((a) => !a.startsWith('fe80:'));
}

function covers(cert: string, host: string): boolean {
  const c = new X509Certificate(cert);
  return (isIP(host) ? c.checkIP(host) : c.checkHost(host)) !== undefined;
}

function issueServer(issuer: Authority, now: number, hosts: readonly string[]): Promise<KeyPair> {
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
  const addresses = ['127.0.0.1', '::1', '10.96.0.1'];
  return import('./x509.js').then((x509) =>
    x509.issue(issuer, {
      subject: { CN: 'kube-apiserver' },
      usage: 'server',
      names: [...new Set([...names, ...hosts.filter((h) => !isIP(h))])],
      addresses: [...new Set([...addresses, ...hosts.filter((h) => isIP(h))])],
      notBefore: now - DAY,
      notAfter: now + TEN_YEARS,
    }),
  );
}

async function makePki(now: number, hosts: readonly string[]): Promise<Pki> {
  const x509 = await import('./x509.js');
  const issuer = await x509.makeAuthority('kubernest-ca', now - DAY, now + TEN_YEARS);
  const server = await issueServer(issuer, now, hosts);
  const admin = await x509.issue(issuer, { subject: { CN: 'kubernetes-admin', O: 'system:masters' }, usage: 'client', notBefore: now - DAY, notAfter: now + TEN_YEARS });
  const account = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  return {
    ca: issuer.pair,
    server,
    admin,
    adminToken: randomBytes(24).toString('base64url'),
    serviceAccount: { key: await x509.privatePem(account.privateKey), publicKey: await x509.publicPem(account.publicKey) },
  };
}
