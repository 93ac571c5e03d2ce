import type { ApiGroup } from '../../apiserver/registry/strategy';
import { selfSubjectReview } from './self-subject-review';
import { noTokens, tokenReview, type TokenVerifier } from './token-review';

/** authentication.k8s.io with TokenReviews answered by `verifier`. */
export function createAuthenticationGroup(verifier: TokenVerifier): ApiGroup {
  return { name: 'authentication.k8s.io', versions: ['v1'], resources: [selfSubjectReview, tokenReview(verifier)] };
}

/** authentication.k8s.io: who somebody is. */
export const authenticationGroup: ApiGroup = createAuthenticationGroup(noTokens);
