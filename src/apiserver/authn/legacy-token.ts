import type { Lookup, UserInfo } from '../registry/strategy';
import { authenticated } from './authenticator';

/** Issuer of the tokens that live in Secrets and never expire. */
export const LEGACY_ISSUER = 'kubernetes/serviceaccount';

const CLAIM = 'kubernetes.io/serviceaccount/';

/** What such a token says. */
export interface LegacyClaims {
  sub?: string;
  [`kubernetes.io/serviceaccount/namespace`]?: string;
  [`kubernetes.io/serviceaccount/secret.name`]?: string;
  [`kubernetes.io/serviceaccount/service-account.name`]?: string;
  [`kubernetes.io/serviceaccount/service-account.uid`]?: string;
}

const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
const core = (resource: string) => ({ group: '', version: 'v1', resource });

/** Whose token it is, its signature being right; or why it holds no more. It is as good as the Secret it lives in. */
export function legacyAccount(claims: LegacyClaims, token: string, lookup: Lookup): UserInfo | { error: string } {
  const namespace = claims[`${CLAIM}namespace`];
  const name = claims[`${CLAIM}service-account.name`];
  const uid = claims[`${CLAIM}service-account.uid`];
  const secretName = claims[`${CLAIM}secret.name`];
  if (!namespace || !name || !uid || !secretName || claims.sub !== `system:serviceaccount:${namespace}:${name}`) return { error: 'sub claim is invalid' };
  const secret = lookup.get(core('secrets'), namespace, secretName);
  if (!secret || secret.metadata.deletionTimestamp) return { error: 'Token has been invalidated' };
  if (secret['data']?.token !== Buffer.from(token).toString('base64')) return { error: "Token does not match server's copy" };
  const account = lookup.get(core('serviceaccounts'), namespace, name);
  if (!account) return { error: `serviceaccounts "${name}" not found` };
  if (account.metadata.deletionTimestamp) return { error: `ServiceAccount ${namespace}/${name} has been deleted` };
  if (account.metadata.uid !== uid) return { error: `ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})` };
  if (secret.metadata.labels?.[INVALID_SINCE]) return { error: `the token in secret ${namespace}/${secretName} for service account ${namespace}/${name} has been marked invalid` };
  return authenticated({ name: claims.sub, uid, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] });
}
