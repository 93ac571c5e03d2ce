import { badRequest } from '../../api/errors/status-error';
import type { ResourceDefinition, UserInfo } from '../../apiserver/registry/strategy';
import { shownUser } from './user-info';

/** What a token says: whose it is and for whom, or why it is refused. */
export type TokenVerdict = { user: UserInfo; audiences?: readonly string[] } | { error: string };

/** Judges bearer tokens for TokenReviews. `audiences` empty: those of the API server. */
export interface TokenVerifier {
  verify(token: string, audiences: readonly string[]): TokenVerdict | Promise<TokenVerdict>;
}

/** What stands in until the server has an authenticator to ask: it knows no token. */
export const noTokens: TokenVerifier = { verify: () => ({ error: 'invalid bearer token' }) };

/** TokenReview, answered by `verifier`. */
export function tokenReview(verifier: TokenVerifier): ResourceDefinition {
  return {
    gvk: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview' },
    plural: 'tokenreviews',
    namespaced: false,
    verbs: ['create'],
    schema: 'io.k8s.api.authentication.v1.TokenReview',
    strategy: {},
    columns: [],
    async virtualCreate(_c, body) {
      const { token, audiences = [] } = (body.spec ?? {}) as { token?: string; audiences?: string[] };
      if (!token) throw badRequest('token is required for TokenReview in authentication');
      const verdict = await verifier.verify(token, audiences);
      const status =
        'error' in verdict
          ? { user: {}, error: verdict.error }
          : { authenticated: true, user: shownUser(verdict.user), ...(verdict.audiences?.length ? { audiences: verdict.audiences } : {}) };
      return { ...body, status };
    },
  };
}
