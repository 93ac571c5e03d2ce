import { timingSafeEqual } from 'node:crypto';
import type { UserInfo } from '../registry/strategy';
import type { Authenticator } from './authenticator';
import { authenticated } from './authenticator';

/** The token of an Authorization header, or undefined when it holds no bearer token. */
export function bearerToken(authorization: string): string | undefined {
  if (authorization === '') return undefined;
  const text = authorization.trim();
  const space = text.indexOf(' ');
  if (space < 0 || text.slice(0, space).toLowerCase() !== 'bearer') return undefined;
  const end = text.indexOf(' ', space + 1);
  const token = end < 0 ? text.slice(space + 1) : text.slice(space + 1, end);
  return token === '' ? undefined : token;
}

/** Knows users by fixed tokens. Every token is compared in constant time, so that answers do not tell how much of a guess was right. */
export class StaticTokens implements Authenticator {
  private readonly entries: { token: Buffer; user: UserInfo }[];

  constructor(tokens: Iterable<readonly [token: string, user: UserInfo]>) {
    this.entries = Array.from(tokens, ([token, user]) => ({ token: Buffer.from(token), user: authenticated(user) }));
  }

  authenticate(c: { authorization: string }): UserInfo | 'invalid' | undefined {
    const token = bearerToken(c.authorization);
    if (token === undefined) return undefined;
    const given = Buffer.from(token);
    let found: UserInfo | undefined;
    for (const e of this.entries) {
      if (e.token.length === given.length && timingSafeEqual(e.token, given)) found = e.user;
    }
    return found ?? 'invalid';
  }
}
