import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../util/clock';
import type { Lookup, UserInfo } from '../registry/strategy';
import { authenticated } from './authenticator';
import type { Authentication, Authenticator } from './authenticator';
import { bearerToken } from './bearer-token';
import { LEGACY_ISSUER, legacyAccount } from './legacy-token';
import type { LegacyClaims } from './legacy-token';

/** Issuer and audience of the tokens of every cluster, as kubeadm sets it up. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

interface Claims {
  iss?: string;
  aud?: string | readonly string[];
  sub?: string;
  exp?: number;
  nbf?: number;
  jti?: string;
  'kubernetes.io'?: {
    namespace?: string;
    serviceaccount?: { name: string; uid?: string };
    pod?: { name: string; uid?: string };
    node?: { name: string; uid?: string };
    secret?: { name: string; uid?: string };
  };
}

const core = (resource: string) => ({ group: '', version: 'v1', resource });
const encode = (o: object): string => Buffer.from(JSON.stringify(o)).toString('base64url');

/** Signs and checks the tokens of service accounts: JSON web tokens with ES256. The key is given once it is known. */
export class ServiceAccountTokens implements Authenticator {
  readonly audiences: readonly string[] = [ISSUER];
  private key!: KeyObject;
  private publicKey!: KeyObject;
  private header!: string;
  private lookup!: Lookup;

  constructor(private readonly clock: Clock) {}

  /** `pem`: a P-256 key, PKCS#8 and SPKI. */
  useKey(pem: { key: string; publicKey: string }): void {
    this.key = createPrivateKey(pem.key);
    this.publicKey = createPublicKey(pem.publicKey);
    this.header = encode({ alg: 'ES256', kid: this.keyId() });
  }

  /** Where the accounts and what tokens are bound to are looked up. */
  useLookup(lookup: Lookup): void {
    this.lookup = lookup;
  }

  /** A signed token with the issuer added to `claims`. */
  issue(claims: object): string {
    const signed = `${this.header}.${encode({ iss: ISSUER, ...claims })}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), { key: this.key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  authenticate(c: { authorization: string }): Authentication {
    const token = bearerToken(c.authorization);
    if (token === undefined || token.split('.').length !== 3) return undefined;
    const found = this.verify(token, this.audiences);
    return 'user' in found ? found.user : 'invalid';
  }

  /** Whose token it is and for whom; or why it is refused. `audiences` empty: those of the API server. */
  verify(token: string, audiences: readonly string[]): { user: UserInfo; audiences: readonly string[] } | { error: string } {
    const claims = this.claimsOf(token);
    if (!claims) return { error: 'invalid bearer token' };
    const now = this.clock.now() / 1000;
    if (claims.iss === LEGACY_ISSUER) {
      const found = legacyAccount(claims as LegacyClaims, token, this.lookup);
      return 'error' in found ? { error: `[invalid bearer token, ${found.error}]` } : { user: found, audiences: audiences.length ? this.audiences.filter((a) => audiences.includes(a)) : this.audiences };
    }
    if (claims.iss !== ISSUER) return { error: 'invalid bearer token' };
    if (claims.exp === undefined || claims.exp <= now) return { error: '[invalid bearer token, service account token has expired]' };
    if (claims.nbf !== undefined && claims.nbf > now) return { error: '[invalid bearer token, service account token is not valid yet]' };
    const has = typeof claims.aud === 'string' ? [claims.aud] : (claims.aud ?? []);
    const wanted = audiences.length ? audiences : this.audiences;
    const common = wanted.filter((a) => has.includes(a));
    if (!common.length) return { error: `[invalid bearer token, token audiences ${JSON.stringify(has)} is invalid for the target audiences ${JSON.stringify(wanted)}]` };
    const why = this.stillBound(claims);
    return why ? { error: `[invalid bearer token, ${why}]` } : { user: userOf(claims), audiences: common };
  }

  /** The documents by which others find and check the tokens. */
  documents(address: () => string): Map<string, () => { contentType: string; body: string }> {
    const jwk = { use: 'sig', ...this.publicKey.export({ format: 'jwk' }), kid: this.keyId(), alg: 'ES256' };
    return new Map([
      [
        '/.well-known/openid-configuration',
        () => ({
          contentType: 'application/json',
          body: JSON.stringify({
            issuer: ISSUER,
            jwks_uri: `https://${address()}/openid/v1/jwks`,
            response_types_supported: ['id_token'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['ES256'],
          }),
        }),
      ],
      ['/openid/v1/jwks', () => ({ contentType: 'application/jwk-set+json', body: JSON.stringify({ keys: [jwk] }) })],
    ]);
  }

  private keyId(): string {
    return createHash('sha256').update(this.publicKey.export({ type: 'spki', format: 'der' })).digest('base64url');
  }

  private claimsOf(token: string): Claims | undefined {
    const [header, payload, signature, ...more] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined || more.length) return undefined;
    const ok = verify('sha256', Buffer.from(`${header}.${payload}`), { key: this.publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
    return ok ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims) : undefined;
  }

  /** Why the token is void by now: what it stands for or is bound to is gone; undefined when it holds. */
  private stillBound(claims: Claims): string | undefined {
    const k = claims['kubernetes.io'];
    const checks = [
      ['serviceaccounts', k?.namespace, k?.serviceaccount],
      ['pods', k?.namespace, k?.pod],
      ['secrets', k?.namespace, k?.secret],
      ['nodes', undefined, k?.node],
    ] as const;
    if (!k?.serviceaccount) return 'Token could not be validated.';
    for (const [resource, namespace, ref] of checks) {
      // A token bound to a pod outlives the node's object.
      if (!ref || (resource === 'nodes' && k.pod)) continue;
      const found = this.lookup.get(core(resource), namespace, ref.name);
      if (!found || (ref.uid && found.metadata.uid !== ref.uid)) return `${resource.slice(0, -1)} ${JSON.stringify(ref.name)} not found`;
    }
    return undefined;
  }
}

function userOf(claims: Claims): UserInfo {
  const k = claims['kubernetes.io']!;
  const extra: Record<string, string[]> = {};
  if (claims.jti) extra['authentication.kubernetes.io/credential-id'] = [`JTI=${claims.jti}`];
  for (const [what, ref] of [['pod', k.pod], ['node', k.node]] as const) {
    if (!ref) continue;
    extra[`authentication.kubernetes.io/${what}-name`] = [ref.name];
    if (ref.uid) extra[`authentication.kubernetes.io/${what}-uid`] = [ref.uid];
  }
  return authenticated({
    name: claims.sub!,
    uid: k.serviceaccount!.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${k.namespace}`],
    extra,
  });
}
