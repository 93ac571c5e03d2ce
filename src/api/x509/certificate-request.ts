import { createPublicKey, verify } from 'node:crypto';
import { BIT_STRING, OID, readDer, readOid, SEQUENCE, type DerElement } from './der';
import { decodePem } from './pem';

/** Names of a PKCS #10 request that matter here. */
export interface CertificateRequest {
  commonName?: string;
  organizations: readonly string[];
}

interface SignatureScheme {
  /** Digest for node:crypto; null: the key's own. */
  hash: string | null;
}

const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.11': { hash: 'sha256' },
  '1.2.840.113549.1.1.12': { hash: 'sha384' },
  '1.2.840.113549.1.1.13': { hash: 'sha512' },
  '1.2.840.10045.4.3.2': { hash: 'sha256' },
  '1.2.840.10045.4.3.3': { hash: 'sha384' },
  '1.2.840.10045.4.3.4': { hash: 'sha512' },
  '1.3.101.112': { hash: null },
};
const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';

/**
 * Reads the PEM certificate request that a CertificateSigningRequest carries (base64) and checks its signature.
 * @throws Error that says what is wrong
 */
export function readCertificateRequest(base64: string | undefined): CertificateRequest {
  const block = decodePem(Buffer.from(base64 ?? '', 'base64').toString('latin1'))[0];
  if (block?.type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [outer, extra] = readDer(block.bytes);
  if (outer?.tag !== SEQUENCE || extra) throw new Error('asn1: structure error: no certificate request');
  const [info, algorithm, signature] = readDer(outer.content);
  if (info?.tag !== SEQUENCE || algorithm?.tag !== SEQUENCE || signature?.tag !== BIT_STRING) throw new Error('asn1: structure error: no certificate request');
  const [, subject, publicKey] = readDer(info.content);
  if (subject?.tag !== SEQUENCE || publicKey?.tag !== SEQUENCE) throw new Error('asn1: structure error: no subject or public key');
  checkSignature(info, algorithm, signature, publicKey);
  return readSubject(subject);
}

function checkSignature(info: DerElement, algorithm: DerElement, signature: DerElement, publicKey: DerElement): void {
  const oid = readDer(algorithm.content)[0];
  const scheme = oid?.tag === OID ? SCHEMES[readOid(oid.content)] : undefined;
  if (!scheme) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  const key = createPublicKey({ key: publicKey.whole, format: 'der', type: 'spki' });
  // a bit string begins with the number of unused bits
  if (!verify(scheme.hash, info.whole, key, signature.content.subarray(1))) throw new Error('x509: signature over certificate request does not fit its public key');
}

function readSubject(subject: DerElement): CertificateRequest {
  const organizations: string[] = [];
  let commonName: string | undefined;
  for (const set of readDer(subject.content)) {
    for (const attribute of readDer(set.content)) {
      const [type, value] = readDer(attribute.content);
      if (type?.tag !== OID || !value) continue;
      const text = value.content.toString('utf8');
      const oid = readOid(type.content);
      if (oid === COMMON_NAME) commonName = text;
      else if (oid === ORGANIZATION) organizations.push(text);
    }
  }
  return { commonName, organizations };
}
