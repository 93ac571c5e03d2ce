import type { ApiGroup } from '../../apiserver/registry/strategy';
import { everythingAllowed, type AccessDecider } from './access';
import { localSubjectAccessReview, selfSubjectAccessReview, selfSubjectRulesReview, subjectAccessReview } from './subject-access-reviews';

/** authorization.k8s.io with reviews answered by `decider`. */
export function createAuthorizationGroup(decider: AccessDecider): ApiGroup {
  return {
    name: 'authorization.k8s.io',
    versions: ['v1'],
    resources: [localSubjectAccessReview(decider), selfSubjectAccessReview(decider), selfSubjectRulesReview(decider), subjectAccessReview(decider)],
  };
}

/** authorization.k8s.io: what somebody may do. */
export const authorizationGroup: ApiGroup = createAuthorizationGroup(everythingAllowed);
