import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta/object';
import { ISSUER, ServiceAccountTokens } from '../../../src/apiserver/authn/service-account-tokens';
import { FakeClock } from '../../../src/util/fake-clock';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });

describe('tokens that live in Secrets', () => {
  const objects: Record<string, KubeObject | undefined> = {};
  const tokens = new ServiceAccountTokens(new FakeClock());
  tokens.useKey({ key: pair.privateKey, publicKey: pair.publicKey });
  tokens.useLookup({ get: (r, ns, name) => objects[`${r.resource}/${ns}/${name}`], list: () => [] });
  const claims = {
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'ns',
    'kubernetes.io/serviceaccount/secret.name': 's',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': 'u',
    sub: 'system:serviceaccount:ns:robot',
  };
  const token = tokens.issue(claims);
  const secret = (data: string, metadata: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', ...metadata }, data: { token: Buffer.from(data).toString('base64') } });
  const account = (uid: string): KubeObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', uid } });

  it('hold while the Secret and the account are there as they were', () => {
    expect(tokens.verify(token, [])).toEqual({ error: '[invalid bearer token, Token has been invalidated]' });
    objects['secrets/ns/s'] = secret(token);
    objects['serviceaccounts/ns/robot'] = account('u');
    expect(tokens.authenticate({ authorization: `Bearer ${token}` })).toMatchObject({ name: 'system:serviceaccount:ns:robot', uid: 'u', groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'] });
    expect(tokens.verify(token, [])).toMatchObject({ audiences: [ISSUER] });
    objects['serviceaccounts/ns/robot'] = account('another');
    expect(tokens.verify(token, [])).toHaveProperty('error', '[invalid bearer token, ServiceAccount UID (another) does not match claim (u)]');
    objects['serviceaccounts/ns/robot'] = account('u');
    objects['secrets/ns/s'] = secret('another token');
    expect(tokens.authenticate({ authorization: `Bearer ${token}` })).toBe('invalid');
    objects['secrets/ns/s'] = secret(token, { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } });
    expect(tokens.authenticate({ authorization: `Bearer ${token}` })).toBe('invalid');
  });

  it('are nothing without a right signature', () => {
    objects['secrets/ns/s'] = secret(token);
    const [h, p] = token.split('.');
    expect(tokens.verify(`${h}.${p}.AAAA`, [])).toEqual({ error: 'invalid bearer token' });
    expect(tokens.verify(tokens.issue({ ...claims, sub: 'system:serviceaccount:ns:admin' }), [])).toHaveProperty('error');
  });
});
