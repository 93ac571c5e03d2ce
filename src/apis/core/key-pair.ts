import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';

const BLOCK = /-----BEGIN ([^-\r\n]+)-----\r?\n[\s\S]*?-----END \1-----/g;

function blocks(pem: string): { type: string; text: string }[] {
  return [...pem.matchAll(BLOCK)].map((m) => ({ type: m[1]!, text: m[0] }));
}

function isKey(type: string): boolean {
  return type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY');
}

/**
 * Why certificate and key (both PEM) are no pair, in the words of Go's tls.X509KeyPair, or undefined when they are one.
 */
export function keyPairProblem(certificatePem: string, keyPem: string): string | undefined {
  const inCertificate = blocks(certificatePem);
  const chain = inCertificate.filter((b) => b.type === 'CERTIFICATE');
  if (!chain.length) {
    if (!inCertificate.length) return 'tls: failed to find any PEM data in certificate input';
    if (inCertificate.length === 1 && inCertificate[0]!.type.endsWith('PRIVATE KEY')) {
      return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
    }
    return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${inCertificate.map((b) => b.type).join(' ')}]`;
  }
  const inKey = blocks(keyPem);
  const key = inKey.find((b) => isKey(b.type));
  if (!key) {
    if (!inKey.length) return 'tls: failed to find any PEM data in key input';
    if (inKey.length === 1 && inKey[0]!.type === 'CERTIFICATE') return 'tls: found a certificate rather than a key in the PEM for the private key';
    return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${inKey.map((b) => b.type).join(' ')}]`;
  }
  let publicKey: KeyObject;
  try {
    publicKey = new X509Certificate(chain[0]!.text).publicKey;
  } catch {
    return 'x509: malformed certificate';
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key.text);
  } catch {
    return 'tls: failed to parse private key';
  }
  if (privateKey.asymmetricKeyType !== publicKey.asymmetricKeyType) return 'tls: private key type does not match public key type';
  const spki = (k: KeyObject): Buffer => k.export({ type: 'spki', format: 'der' });
  return spki(createPublicKey(privateKey)).equals(spki(publicKey)) ? undefined : 'tls: private key does not match public key';
}
