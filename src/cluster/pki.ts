import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { randomBytes, webcrypto } from 'node:crypto';
import { join } from 'node:path';

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
const FILE = 'pki.json';

/**
 * Reads the cluster's keys and certificates from `dir`, or makes and keeps them (0600, in a folder of 0700).
 * `dir` undefined: nothing is kept (ephemeral). `names`: further DNS names and addresses of the serving certificate.
 * @throws Error when the file is damaged
 */
export async function loadPki(dir: string | undefined, now: number, names: readonly string[] = []): Promise<Pki> {
  const file = dir && join(dir, FILE);
  if (file && existsSync(file)) {
    try {
      const pki = JSON.parse(readFileSync(file, 'utf8')) as Pki;
      if (pki.ca?.cert && pki.server?.key && pki.admin?.key && pki.adminToken && pki.serviceAccount?.key) return pki;
    } catch (e) {
      throw new Error(`${file} is damaged (${(e as Error).message}): delete the file to have new keys made; kubeconfigs written before will no longer be accepted`);
    }
    throw new Error(`${file} lacks keys: delete the file to have new ones made; kubeconfigs written before will no longer be accepted`);
  }
  const pki = await makePki(now, names);
  if (file) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(pki, null, 1), { mode: 0o600, flag: 'wx' });
  }
  return pki;
}

async function makePki(now: number, names: readonly string[]): Promise<Pki> {
  const x509 = await import('./x509.js');
  const issuer = await x509.makeAuthority('kubernest-ca', now - DAY, now + TEN_YEARS);
  const server = await x509.issue(issuer, {
    subject: { CN: 'kube-apiserver' },
    usage: 'server',
    names: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', ...names],
    addresses: ['127.0.0.1', '::1', '10.96.0.1'],
    notBefore: now - DAY,
    notAfter: now + TEN_YEARS,
  });
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
