import { invalidValue, type FieldError } from '../../api/errors/field-error';
import { badRequest, conflict, invalid, notFound } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import { goQuote } from '../../api/patch/go-format';
import type { ActionContext, ActionSubresource } from '../../apiserver/registry/strategy';
import { isPathSegmentName } from '../shared/names';
import type { Raw } from '../shared/raw';

const GVK = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/** What kubelets ask for when they mount a token; such tokens live for a year, and their use is warned of after an hour. */
const MOUNTED_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;

export interface TokenReference {
  name: string;
  uid?: string;
}

/** What a service account token says, apart from who issued it. Times in seconds since the epoch. */
export interface TokenClaims {
  aud: readonly string[];
  exp: number;
  iat: number;
  jti: string;
  'kubernetes.io': {
    namespace: string;
    node?: TokenReference;
    pod?: TokenReference;
    secret?: TokenReference;
    serviceaccount: TokenReference;
    warnafter?: number;
  };
  nbf: number;
  sub: string;
}

/** Signs the tokens of service accounts. */
export interface TokenIssuer {
  /** Audiences of the API server: those of tokens for which none were asked. */
  audiences: readonly string[];
  /** @returns the signed token, with the issuer added to `claims` */
  issue(claims: TokenClaims): string;
}

function validate(spec: Raw): FieldError[] {
  const path = 'spec.expirationSeconds';
  const seconds = spec.expirationSeconds as number;
  const errors: FieldError[] = [];
  if (seconds < MIN_SECONDS) errors.push(invalidValue(path, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_SECONDS) errors.push(invalidValue(path, seconds, 'may not specify a duration larger than 2^32 seconds'));
  return errors;
}

function reference(o: KubeObject): TokenReference {
  return { name: o.metadata.name!, uid: o.metadata.uid };
}

type Bound = Pick<TokenClaims['kubernetes.io'], 'node' | 'pod' | 'secret'>;

/** Names of what is looked up must be able to stand in a path. @throws BadRequest */
function checkParameter(name: string): void {
  if (name === '') throw badRequest('Name parameter required.');
  const wrong = isPathSegmentName(name).join(';');
  if (wrong) throw badRequest(`Name parameter invalid: ${goQuote(name)}: ${wrong}`);
}

function find(c: ActionContext, resource: string, namespace: string | undefined, name: string): KubeObject {
  checkParameter(name);
  const found = c.lookup.get({ group: '', version: 'v1', resource }, namespace, name);
  if (!found) throw notFound({ group: '', resource }, name);
  return found;
}

/** What the token is bound to: with it the token ends. @throws NotFound, BadRequest, Conflict */
function bind(c: ActionContext, ref: Raw): Bound {
  const apiVersion = (ref.apiVersion ?? '') as string;
  const kind = (ref.kind ?? '') as string;
  const name = (ref.name ?? '') as string;
  const [bound, uid] = boundTo(c, apiVersion, kind, name);
  if (ref.uid && ref.uid !== uid) {
    throw conflict(
      { group: '', resource: kind },
      name,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  return bound;
}

function boundTo(c: ActionContext, apiVersion: string, kind: string, name: string): [Bound, string | undefined] {
  switch (apiVersion.includes('/') ? '' : kind) {
    case 'Pod': {
      const pod = find(c, 'pods', c.namespace, name);
      if (pod.spec?.serviceAccountName !== c.name) {
        throw badRequest(`cannot bind token for serviceaccount ${JSON.stringify(c.name)} to pod running with different serviceaccount name.`);
      }
      return [{ ...nodeOf(c, pod), pod: reference(pod) }, pod.metadata.uid];
    }
    case 'Node': {
      const node = find(c, 'nodes', undefined, name);
      return [{ node: reference(node) }, node.metadata.uid];
    }
    case 'Secret': {
      const secret = find(c, 'secrets', c.namespace, name);
      return [{ secret: reference(secret) }, secret.metadata.uid];
    }
    default: {
      const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
      throw badRequest(`cannot bind token to object of type ${version}, Kind=${kind}`);
    }
  }
}

/** The node of a pod, by name alone when there is no such node (any more). */
function nodeOf(c: ActionContext, pod: KubeObject): Bound {
  const name = pod.spec?.nodeName as string | undefined;
  if (!name) return {};
  const node = c.lookup.get({ group: '', version: 'v1', resource: 'nodes' }, undefined, name);
  return { node: node ? reference(node) : { name } };
}

function checkNames(c: ActionContext, m: KubeObject['metadata']): void {
  const fail = (field: string, value: string): void => {
    throw invalid(GVK, c.name, [invalidValue(`metadata.${field}`, value, `must match the service account ${field} if specified`)]);
  };
  if (m.name && m.name !== c.name) fail('name', m.name);
  if (m.namespace && m.namespace !== c.namespace) fail('namespace', m.namespace);
}

function checkUid(c: ActionContext, asked: string | undefined, account: KubeObject): void {
  if (!asked || asked === account.metadata.uid) return;
  throw conflict(
    { group: GVK.group, resource: GVK.kind },
    c.name,
    `the UID in the token request (${asked}) does not match the UID of the service account (${account.metadata.uid})`,
  );
}

/** serviceaccounts/token: a new token for the account, for the audiences and the time asked for. */
export function serviceAccountToken(issuer: TokenIssuer): ActionSubresource {
  return {
    type: 'action',
    gvk: GVK,
    schema: 'io.k8s.api.authentication.v1.TokenRequest',
    default(request) {
      request.spec ??= {};
      request.spec.expirationSeconds ??= DEFAULT_SECONDS;
    },
    async create(c, request) {
      const asked = (request.spec ?? {}) as Raw;
      checkNames(c, request.metadata);
      const account = c.target();
      checkUid(c, request.metadata.uid, account);
      const audiences = (asked.audiences as string[] | undefined)?.length ? (asked.audiences as string[]) : [...issuer.audiences];
      const spec = { audiences, expirationSeconds: asked.expirationSeconds as number, boundObjectRef: (asked.boundObjectRef ?? null) as Raw | null };
      const errors = validate(spec);
      if (errors.length) throw invalid(GVK, '', errors);

      const bound = spec.boundObjectRef ? bind(c, spec.boundObjectRef) : {};
      const now = c.clock.now();
      const iat = Math.floor(now / 1000);
      const extended = bound.pod && spec.expirationSeconds === MOUNTED_SECONDS && audiences.every((a) => issuer.audiences.includes(a));
      const { name, namespace, uid } = account.metadata;
      const token = issuer.issue({
        aud: audiences,
        exp: iat + (extended ? EXTENDED_SECONDS : spec.expirationSeconds),
        iat,
        jti: c.random.uuid(),
        'kubernetes.io': {
          namespace: namespace!,
          ...bound,
          serviceaccount: { name: name!, uid },
          ...(extended ? { warnafter: iat + spec.expirationSeconds } : {}),
        },
        nbf: iat,
        sub: `system:serviceaccount:${namespace}:${name}`,
      });
      return {
        kind: GVK.kind,
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { name, namespace, uid, creationTimestamp: formatTime(now), managedFields: request.metadata.managedFields },
        spec,
        status: { token, expirationTimestamp: formatTime(now + spec.expirationSeconds * 1000) },
      };
    },
  };
}
