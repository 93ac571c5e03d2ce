import type { UserInfo } from '../../apiserver/registry/strategy';
import type { Raw } from '../shared/raw';

/** One question of access: a verb on a resource, or on a path. */
export interface AccessAttributes {
  user: UserInfo;
  verb: string;
  /** False: `path` says what; true: group to name do. */
  isResource: boolean;
  path: string;
  group: string;
  version: string;
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
}

export interface AccessDecision {
  allowed: boolean;
  /** Refused for good, whatever others would say. */
  denied?: boolean;
  reason?: string;
  /** What went wrong while deciding. */
  error?: string;
}

export interface ResourceAccess {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
}

export interface PathAccess {
  verbs: readonly string[];
  nonResourceURLs?: readonly string[];
}

/** Everything somebody may do in a namespace, as far as it can be told. */
export interface AccessRules {
  resourceRules: readonly ResourceAccess[];
  nonResourceRules: readonly PathAccess[];
  incomplete: boolean;
  error?: string;
}

/** Answers access reviews; the authorizer of the server fits. */
export interface AccessDecider {
  authorize(a: AccessAttributes): AccessDecision | Promise<AccessDecision>;
  rulesFor?(user: UserInfo, namespace: string): AccessRules | Promise<AccessRules>;
}

const ALL = ['*'];
const EVERYTHING: AccessRules = {
  resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL }],
  nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
  incomplete: false,
};

/** What stands in until the server has an authorizer to ask: everybody may do everything, and is told why. */
export const everythingAllowed: AccessDecider = {
  authorize: () => ({ allowed: true, reason: 'access control is off: every authenticated user may do everything' }),
  rulesFor: () => EVERYTHING,
};

/** The attributes that the spec of a review asks about. */
export function attributesOf(user: UserInfo, spec: Raw): AccessAttributes {
  const r = spec.resourceAttributes as Raw | undefined;
  const p = (spec.nonResourceAttributes ?? {}) as Raw;
  return {
    user,
    verb: (r ?? p).verb ?? '',
    isResource: !!r,
    path: p.path ?? '',
    group: r?.group ?? '',
    version: r?.version || '*',
    namespace: r?.namespace ?? '',
    resource: r?.resource ?? '',
    subresource: r?.subresource ?? '',
    name: r?.name ?? '',
  };
}
