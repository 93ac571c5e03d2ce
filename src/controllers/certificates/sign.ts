import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import type { Asked, KeyPair } from './signer-policy';
import { keyUsages } from './usages';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Clocks of others may be behind. */
const BACKDATE = 300_000;
/** Certificates that live shorter lose nothing of their time by that. */
const SHORT = 8 * 3600_000;

const crypto = webcrypto as never;

/** A request as it was made. @throws Error when it is none */
export function parseRequest(pem: string): { request: x509.Pkcs10CertificateRequest; asked: Asked } {
  if (!/^-----BEGIN CERTIFICATE REQUEST-----$/m.test(pem)) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const request = new x509.Pkcs10CertificateRequest(x509.PemConverter.decodeFirst(pem));
  const names = alternatives(request)?.names.items ?? [];
  const of = (type: string): string[] => names.filter((n) => n.type === type).map((n) => n.value);
  const field = (name: string): string[] => request.subjectName.getField(name);
  return { request, asked: { commonName: field('CN')[0] ?? '', organizations: field('O'), dns: of('dns'), ips: of('ip'), emails: of('email'), uris: of('url') } };
}

function alternatives(request: x509.Pkcs10CertificateRequest): x509.SubjectAlternativeNameExtension | undefined {
  return request.extensions.find((e) => e instanceof x509.SubjectAlternativeNameExtension);
}

export interface Terms {
  usages: readonly string[];
  /** How long it is valid, and what time it is: milliseconds. */
  ttl: number;
  now: number;
  /** Positive, hexadecimal. */
  serial: string;
}

/** The certificate for a request, PEM. Subject, alternative names and key are taken over, other extensions are not. @throws Error */
export async function sign(authority: KeyPair, request: x509.Pkcs10CertificateRequest, t: Terms): Promise<string> {
  if (!(await request.verify(crypto))) throw new Error('unable to verify certificate request signature');
  const issuer = new x509.X509Certificate(authority.cert);
  const last = issuer.notAfter.getTime();
  if (t.now >= last) throw new Error(`refusing to sign a certificate that expired in the past: NotAfter=${issuer.notAfter.toISOString()}`);
  const { bits, extended } = keyUsages(t.usages);
  const names = alternatives(request);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: t.serial,
      subject: request.subjectName,
      issuer: issuer.subjectName,
      notBefore: new Date(t.now - BACKDATE),
      notAfter: new Date(Math.min(last, t.now + t.ttl - (t.ttl < SHORT ? 0 : BACKDATE))),
      publicKey: request.publicKey,
      signingKey: (await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(authority.key), CURVE, false, ['sign'])) as never,
      signingAlgorithm: CURVE,
      extensions: [
        ...(bits ? [new x509.KeyUsagesExtension(bits, true)] : []),
        ...(extended.length ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
        new x509.BasicConstraintsExtension(false, undefined, true),
        ...(names ? [names] : []),
      ],
    },
    crypto,
  );
  return `${certificate.toString('pem')}\n`;
}
