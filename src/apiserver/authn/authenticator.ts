import type { Socket } from 'node:net';
import type { UserInfo } from '../registry/strategy';

/** What a request brings to say who sends it. */
export interface Credentials {
  /** The Authorization header; '' when there is none. */
  authorization: string;
  /** The connection; a TLSSocket knows the client's certificate. */
  socket: Socket;
}

/** A user; 'invalid' when credentials were given and are wrong; undefined when there are none of the kind this authenticator reads. */
export type Authentication = UserInfo | 'invalid' | undefined;

/** Finds out who sends a request. Answers at once where it can: the hot path awaits nothing then. */
export interface Authenticator {
  authenticate(c: Credentials): Authentication | Promise<Authentication>;
}

export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';

/** Who nobody is, on the paths that are open to everyone. */
export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };

/** `user` as a member of system:authenticated, which every identified user is. */
export function authenticated(user: UserInfo): UserInfo {
  return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };
}

/**
 * Asks each in turn. The first user wins; wrong credentials lose only when no other authenticator knows the sender,
 * and then win over "none" (union authenticators upstream).
 */
export function firstOf(...authenticators: readonly Authenticator[]): Authenticator {
  const from = (c: Credentials, start: number, invalid: boolean): Authentication | Promise<Authentication> => {
    for (let i = start; i < authenticators.length; i++) {
      const result = authenticators[i]!.authenticate(c);
      if (result instanceof Promise) return result.then((r) => (isUser(r) ? r : from(c, i + 1, invalid || r === 'invalid')));
      if (isUser(result)) return result;
      invalid ||= result === 'invalid';
    }
    return invalid ? 'invalid' : undefined;
  };
  return { authenticate: (c) => from(c, 0, false) };
}

/** Wraps `authenticator` so that requests without any credentials come from system:anonymous; wrong credentials stay wrong. */
export function orAnonymous(authenticator: Authenticator): Authenticator {
  const fill = (r: Authentication): Authentication => r ?? ANONYMOUS;
  return {
    authenticate(c) {
      const result = authenticator.authenticate(c);
      return result instanceof Promise ? result.then(fill) : fill(result);
    },
  };
}

function isUser(a: Authentication): a is UserInfo {
  return a !== undefined && a !== 'invalid';
}
