import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import type { KeyPair } from './pki';

type CryptoKey = webcrypto.CryptoKey;

/** A certificate authority that can issue. */
export interface Authority {
  pair: KeyPair;
  certificate: x509.X509Certificate;
  key: CryptoKey;
}

export interface CertificateRequest {
  subject: { CN: string; O?: string };
  usage: 'server' | 'client';
  names?: readonly string[];
  addresses?: readonly string[];
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const USAGE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };

/** A new self-signed authority on a P-256 key. Times in milliseconds since the epoch. */
export async function makeAuthority(name: string, notBefore: number, notAfter: number): Promise<Authority> {
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: `CN=${name}`,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      keys: keys as never,
      signingAlgorithm: CURVE,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true)],
    },
    webcrypto as never,
  );
  return { pair: { cert: certificate.toString('pem'), key: await privatePem(keys.privateKey) }, certificate, key: keys.privateKey };
}

/** An authority that was made before. */
export async function readAuthority(pair: KeyPair): Promise<Authority> {
  const key = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pair.key), CURVE, false, ['sign']);
  return { pair, certificate: new x509.X509Certificate(pair.cert), key };
}

/** Issues a certificate for a new key. */
export async function issue(authority: Authority, r: CertificateRequest): Promise<KeyPair> {
  const keys = await generate();
  const subject = [{ ...(r.subject.O === undefined ? {} : { O: [r.subject.O] }) }, { CN: [r.subject.CN] }].filter((part) => Object.keys(part).length);
  const alternatives = [...(r.names ?? []).map((value) => ({ type: 'dns' as const, value })), ...(r.addresses ?? []).map((value) => ({ type: 'ip' as const, value }))];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial(),
      subject: subject as never,
      issuer: authority.certificate.subject,
      notBefore: new Date(r.notBefore),
      notAfter: new Date(r.notAfter),
      publicKey: keys.publicKey as never,
      signingKey: authority.key as never,
      signingAlgorithm: CURVE,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([USAGE[r.usage]]),
        ...(alternatives.length ? [new x509.SubjectAlternativeNameExtension(alternatives)] : []),
      ],
    },
    webcrypto as never,
  );
  return { cert: certificate.toString('pem'), key: await privatePem(keys.privateKey) };
}

/** PKCS#8 in PEM. */
export async function privatePem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** SubjectPublicKeyInfo in PEM. */
export async function publicPem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('spki', key), 'PUBLIC KEY');
}

function generate(): Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }> {
  return webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']) as Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }>;
}

/** A positive random serial number, hexadecimal. */
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x01;
  return Buffer.from(bytes).toString('hex');
}
