import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto, X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { formatTime } from '../../src/api/meta/time';
import { CERTIFICATE_SIGNING_REQUESTS, SECRETS, SERVICE_ACCOUNTS } from '../../src/client/resources';
import { createCsrCleanerController } from '../../src/controllers/certificates/csr-cleaner-controller';
import { createCsrSigningController } from '../../src/controllers/certificates/csr-signing-controller';
import type { KeyPair } from '../../src/controllers/certificates/signer-policy';
import { SIGNERS } from '../../src/controllers/certificates/signer-policy';
import type { SigningRequest } from '../../src/controllers/certificates/types';
import { createServiceAccountTokenController } from '../../src/controllers/serviceaccounttoken/service-account-token-controller';
import { World } from '../client/world';

describe('service account token controller', () => {
  let w: World;
  beforeEach(async () => {
    w = new World();
    await w.start((x) => createServiceAccountTokenController(x, { rootCa: 'PEM', signToken: (claims) => `signed ${JSON.stringify(claims)}` }));
  });
  afterEach(() => w.stop());
  const text = (s: KubeObject, key: string) => Buffer.from(s['data'][key] as string, 'base64').toString();
  const secret = async (name: string, account: string, type = 'kubernetes.io/service-account-token') => {
    await w.client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'a', annotations: { 'kubernetes.io/service-account.name': account } }, type });
    await w.settle();
  };
  const account = (name: string, o: object = {}) => w.client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'a' }, ...o });

  it('fills the Secret, again when it is emptied, and deletes it with its account', async () => {
    const robot = await account('robot', { secrets: [{ name: 'tok' }, { name: 'other' }] });
    await secret('tok', 'robot');
    await secret('plain', 'robot', 'Opaque');
    let s = await w.client.get(SECRETS, 'a', 'tok');
    expect(s.metadata.annotations).toEqual({ 'kubernetes.io/service-account.name': 'robot', 'kubernetes.io/service-account.uid': robot.metadata.uid });
    expect([text(s, 'ca.crt'), text(s, 'namespace')]).toEqual(['PEM', 'a']);
    const token = text(s, 'token');
    expect(JSON.parse(token.slice('signed '.length))).toEqual({
      iss: 'kubernetes/serviceaccount',
      'kubernetes.io/serviceaccount/namespace': 'a',
      'kubernetes.io/serviceaccount/secret.name': 'tok',
      'kubernetes.io/serviceaccount/service-account.name': 'robot',
      'kubernetes.io/serviceaccount/service-account.uid': robot.metadata.uid,
      sub: 'system:serviceaccount:a:robot',
    });
    const { namespace: _, ...data } = s['data'] as Record<string, string>;
    await w.client.update(SECRETS, { ...s, data } as KubeObject);
    await w.settle();
    s = await w.client.get(SECRETS, 'a', 'tok');
    expect([text(s, 'namespace'), text(s, 'token')]).toEqual(['a', token]);
    expect((await w.client.get(SECRETS, 'a', 'plain'))['data']).toBeUndefined();
    await w.client.delete(SERVICE_ACCOUNTS, 'a', 'robot');
    await w.settle();
    expect(w.client.all(SECRETS).map((o) => o.metadata.name)).toEqual(['plain']);
    expect(w.problems).toEqual([]);
  });

  it('deletes what has no account, and forgets what is gone', async () => {
    await secret('lost', 'nosuch');
    expect(w.client.all(SECRETS)).toEqual([]);
    await account('robot', { secrets: [{ name: 'tok' }, { name: 'other' }] });
    await secret('tok', 'robot');
    await w.client.delete(SECRETS, 'a', 'tok');
    await w.settle();
    expect((await w.client.get(SERVICE_ACCOUNTS, 'a', 'robot'))['secrets']).toEqual([{ name: 'other' }]);
  });
});

const crypto = webcrypto as never;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };

describe('certificate signing requests', () => {
  let w: World;
  let authority: KeyPair;
  beforeAll(async () => {
    const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
    const dates = { notBefore: new Date('2025-01-01'), notAfter: new Date('2030-01-01') };
    const ca = await x509.X509CertificateGenerator.createSelfSigned({ serialNumber: '01', name: 'CN=test-ca', ...dates, keys: keys as never, signingAlgorithm: EC, extensions: [new x509.BasicConstraintsExtension(true, undefined, true)] }, crypto);
    authority = { cert: ca.toString('pem'), key: x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY') };
  });
  beforeEach(async () => {
    w = new World();
    await w.start((x) => createCsrSigningController(x, authority), createCsrCleanerController);
  });
  afterEach(() => w.stop());

  const request = async (name: string, algorithm: typeof EC | typeof RSA, spec: object, extensions: x509.Extension[] = []) => {
    const keys = (await webcrypto.subtle.generateKey(algorithm as never, true, ['sign', 'verify'])) as never;
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'O=team, CN=jane', keys, signingAlgorithm: algorithm as never, extensions }, crypto);
    const o = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec: { request: Buffer.from(`${csr.toString('pem')}\n`).toString('base64'), signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...spec } };
    return w.client.create<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS, o);
  };
  /** Certificates are made by other threads. */
  const decide = async (o: SigningRequest, type: string, until: (s: SigningRequest['status']) => unknown) => {
    const condition = { type, status: 'True', reason: 'Because', message: 'm', lastUpdateTime: formatTime(w.clock.now()), lastTransitionTime: formatTime(w.clock.now()) };
    await w.client.update(CERTIFICATE_SIGNING_REQUESTS, { ...o, status: { conditions: [condition] } }, { subresource: 'status' });
    for (let i = 0; i < 500; i++) {
      const now = await w.client.get<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS, undefined, o.metadata.name!);
      if (until(now.status)) return now;
      await new Promise((r) => setTimeout(r, 10));
    }
    throw new Error(`${o.metadata.name} stays as it is; ${w.problems.join()}`);
  };
  const certificate = (o: SigningRequest) => new X509Certificate(Buffer.from(o.status.certificate!, 'base64'));

  it.each([['EC', EC], ['RSA', RSA]] as const)('issues certificates for %s keys to approved requests', async (name, algorithm) => {
    const o = await request(name.toLowerCase(), algorithm, { expirationSeconds: 3600 }, [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'jane.example.com' }])]);
    const c = certificate(await decide(o, 'Approved', (s) => s.certificate));
    expect(c.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
    expect(c.subject).toBe('O=team\nCN=jane');
    expect(c.issuer).toBe('CN=test-ca');
    expect([c.validFrom, c.validTo].map((t) => new Date(t).toISOString())).toEqual(['2025-12-31T23:55:00.000Z', '2026-01-01T01:00:00.000Z']);
    expect(c.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(c.subjectAltName).toBe('DNS:jane.example.com');
    expect(c.ca).toBe(false);
    expect(w.problems).toEqual([]);
  });

  it('refuses usages that the signer does not have', async () => {
    const failed = await decide(await request('bad', EC, { usages: ['server auth'] }), 'Approved', (s) => s.conditions!.length > 1);
    expect(failed.status.conditions![1]).toEqual({
      type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: 'invalid usage for client certificate: server auth',
      lastUpdateTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    expect(failed.status.certificate).toBeUndefined();
  });

  it('leaves other signers and other decisions alone, and cleans up in time', async () => {
    await decide(await request('other', EC, { signerName: 'example.com/own' }), 'Approved', (s) => s.conditions);
    await decide(await request('denied', EC, {}), 'Denied', (s) => s.conditions);
    await request('pending', EC, {});
    await w.settle();
    const names = () => w.client.all(CERTIFICATE_SIGNING_REQUESTS).map((o) => o.metadata.name);
    await w.pass(3599_000);
    expect(names()).toEqual(['denied', 'other', 'pending']);
    expect(w.client.all<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS).some((o) => o.status.certificate)).toBe(false);
    await w.pass(1_000);
    expect(names()).toEqual(['other', 'pending']);
    await w.pass(23 * 3600_000);
    expect(names()).toEqual([]);
  });

  it('knows what kubelets may ask for', () => {
    const node = { commonName: 'system:node:n1', organizations: ['system:nodes'], dns: [], ips: [], emails: [], uris: [] };
    const client = SIGNERS.get('kubernetes.io/kube-apiserver-client-kubelet')!;
    expect(client(node, ['client auth', 'digital signature'])).toBeUndefined();
    expect(client(node, ['client auth'])).toBe('usages did not match [client auth digital signature key encipherment]');
    expect(client({ ...node, organizations: [] }, [])).toBe('subject organization is not system:nodes');
    expect(client({ ...node, ips: ['10.0.0.1'] }, [])).toBe('IP subjectAltNames are not allowed');
    const serving = SIGNERS.get('kubernetes.io/kubelet-serving')!;
    expect(serving({ ...node, ips: ['10.0.0.1'] }, ['server auth', 'digital signature', 'key encipherment'])).toBeUndefined();
    expect(serving(node, [])).toBe('DNS or IP subjectAltName is required');
  });
});
