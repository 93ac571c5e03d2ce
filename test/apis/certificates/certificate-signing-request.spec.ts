import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateSigningRequest } from '../../../src/apis/certificates/certificate-signing-request';
import { KindUnderTest } from '../kind-under-test';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function requestFor(name: string): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({ name, keys: keys as never, signingAlgorithm: ALGORITHM }, webcrypto as never);
  return Buffer.from(made.toString('pem')).toString('base64');
}

const kind = new KindUnderTest(certificateSigningRequest);
const csr = (request: string, more = 'usages: [client auth]', signer = 'example.org/s'): string => `spec: {request: ${request}, signerName: ${signer}, ${more}}`;

describe('CertificateSigningRequest', () => {
  let good: string;
  beforeAll(async () => {
    good = await requestFor('CN=ann,O=dev');
  });

  it('is asked for by whoever sent it, whatever it says', () => {
    const { object, errors } = kind.create(csr(good, 'usages: [client auth], username: someone, groups: [x]'));
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject({ username: 'ann', groups: ['system:authenticated'] });
    expect(kind.cells(object)).toMatchObject({ SignerName: 'example.org/s', Requestor: 'ann', RequestedDuration: '<none>', Condition: 'Pending' });
  });

  it('holds a request that is signed by its own key', () => {
    const pem = Buffer.from(good, 'base64').toString();
    const lines = pem.split('\n');
    lines[1] = lines[1]!.replace(/.{4}$/, 'AAAA');
    const broken = Buffer.from(lines.join('\n')).toString('base64');
    expect(kind.create(csr(broken)).errors[0]).toMatch(/^spec.request: Invalid value: /);
    expect(kind.create(csr(Buffer.from('no').toString('base64'))).errors[0]).toMatch(/PEM block type must be CERTIFICATE REQUEST$/);
  });

  it('names a signer and usages', () => {
    expect(kind.create(csr(good, 'usages: []')).errors).toEqual(['spec.usages: Required value']);
    expect(kind.create(csr(good, 'usages: [client auth, flying]')).errors[0]).toMatch(/^spec.usages\[1\]: Unsupported value: "flying": supported values: /);
    expect(kind.create(csr(good, 'usages: [client auth]', 'nowhere')).errors[0]).toContain('must be a fully qualified domain and path of the form');
    expect(kind.create(csr(good, 'usages: [client auth], expirationSeconds: 599')).errors).toEqual(['spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)']);
  });

  it('makes nobody an administrator', async () => {
    const masters = await requestFor('CN=ann,O=system:masters');
    expect(() => kind.create(csr(masters, 'usages: [client auth]', 'kubernetes.io/kube-apiserver-client'))).toThrow(
      'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
    expect(kind.create(csr(masters)).errors).toEqual([]);
  });

  it('is approved through one view and signed through another', () => {
    const { object } = kind.create(csr(good));
    const approve = (o: typeof object): void => {
      o.status = { conditions: [{ type: 'Approved', status: 'True', reason: 'R' }], certificate: 'eA==' };
    };
    const approved = kind.update(object, approve, 'approval');
    expect(approved.errors).toEqual([]);
    expect(approved.object.status.certificate).toBeUndefined();
    expect(approved.object.status.conditions[0]).toMatchObject({ type: 'Approved', lastUpdateTime: '2024-05-01T10:00:00Z', lastTransitionTime: '2024-05-01T10:00:00Z' });
    expect(kind.update(object, approve).object.status).toEqual({});
    expect(kind.update(approved.object, (o) => void (o.status.certificate = 'eA=='), 'status').errors).toEqual([
      'status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block',
    ]);
    expect(kind.update(approved.object, (o) => void o.status.conditions.push({ type: 'Denied', status: 'True' }), 'approval').errors).toContain(
      'status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
    );
  });
});
