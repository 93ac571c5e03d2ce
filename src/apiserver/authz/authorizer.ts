import type { UserInfo } from '../registry/strategy';

/** What is asked to be allowed: one verb on one resource or path. */
export interface Attributes {
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

export interface Decision {
  allowed: boolean;
  /** Why (not); appended to the message of a refusal. */
  reason?: string;
}

/** Decides who may do what. Answers at once where it can. */
export interface Authorizer {
  authorize(a: Attributes): Decision | Promise<Decision>;
}

const ALLOWED: Decision = { allowed: true };

/** Everybody may do everything (--authorization-mode=AlwaysAllow upstream). */
export const alwaysAllow: Authorizer = { authorize: () => ALLOWED };
