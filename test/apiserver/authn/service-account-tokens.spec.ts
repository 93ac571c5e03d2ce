import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ISSUER, ServiceAccountTokens } from '../../../src/apiserver/authn/service-account-tokens';
import type { Lookup } from '../../../src/apiserver/registry/strategy';
import { FakeClock } from '../../../src/util/fake-clock';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });

function setup() {
  const clock = new FakeClock();
  const uids: Record<string, string | undefined> = { 'serviceaccounts/ns/robot': 'sa-uid', 'pods/ns/p': 'pod-uid' };
  const lookup: Lookup = {
    get: (r, ns, name) => {
      const uid = uids[`${r.resource}/${ns}/${name}`];
      return uid ? { apiVersion: 'v1', kind: 'X', metadata: { name, uid } } : undefined;
    },
    list: () => [],
  };
  const tokens = new ServiceAccountTokens(clock);
  tokens.useKey({ key: pair.privateKey, publicKey: pair.publicKey });
  tokens.useLookup(lookup);
  const now = clock.now() / 1000;
  const claims = { aud: [ISSUER], sub: 'system:serviceaccount:ns:robot', exp: now + 600, nbf: now, jti: 'j', 'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'robot', uid: 'sa-uid' }, pod: { name: 'p', uid: 'pod-uid' } } };
  return { clock, uids, tokens, claims };
}

describe('service account tokens', () => {
  it('are believed while they last and what they are bound to is there', () => {
    const { clock, uids, tokens, claims } = setup();
    const authorization = `Bearer ${tokens.issue(claims)}`;
    expect(tokens.authenticate({ authorization })).toMatchObject({
      name: 'system:serviceaccount:ns:robot',
      uid: 'sa-uid',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/pod-name': ['p'] },
    });
    uids['pods/ns/p'] = 'another';
    expect(tokens.authenticate({ authorization })).toBe('invalid');
    uids['pods/ns/p'] = 'pod-uid';
    clock.step(601_000);
    expect(tokens.authenticate({ authorization })).toBe('invalid');
  });

  it('are refused when changed, for another audience, or from another cluster', () => {
    const { tokens, claims } = setup();
    const token = tokens.issue(claims);
    const [h, p, s] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...claims, iss: ISSUER, sub: 'system:admin' })).toString('base64url');
    expect(tokens.authenticate({ authorization: `Bearer ${h}.${forged}.${s}` })).toBe('invalid');
    expect(tokens.verify(token, ['vault'])).toHaveProperty('error');
    expect(tokens.verify(tokens.issue({ ...claims, aud: ['vault'] }), ['vault'])).toMatchObject({ audiences: ['vault'] });
    const other = setup().tokens;
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    other.useKey({ key: foreign.privateKey, publicKey: foreign.publicKey });
    expect(other.authenticate({ authorization: `Bearer ${h}.${p}.${s}` })).toBe('invalid');
  });

  it('leaves other bearer tokens to others', () => {
    expect(setup().tokens.authenticate({ authorization: 'Bearer abc' })).toBeUndefined();
    expect(setup().tokens.verify('garbage', [])).toEqual({ error: 'invalid bearer token' });
  });
});
