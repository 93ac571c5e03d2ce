import { invalidValue } from '../../api/errors/field-error';
import { badRequest } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, UserInfo } from '../../apiserver/registry/strategy';
import type { Raw } from '../shared/raw';
import { attributesOf, type AccessDecider } from './access';
import { refuseReview, shownPath, validateReviewMetadata, validateReviewSpec } from './review-validation';
import { selectorError } from './selector-errors';

const GROUP = 'authorization.k8s.io';

function definition(kind: string, namespaced: boolean, virtualCreate: ResourceDefinition['virtualCreate']): ResourceDefinition {
  return {
    gvk: { group: GROUP, version: 'v1', kind },
    plural: `${kind.toLowerCase()}s`,
    namespaced,
    verbs: ['create'],
    schema: `io.k8s.api.authorization.v1.${kind}`,
    strategy: {},
    columns: [],
    virtualCreate,
  };
}

async function decide(decider: AccessDecider, user: UserInfo, body: KubeObject): Promise<KubeObject> {
  const { allowed, denied, reason, error } = await decider.authorize(attributesOf(user, (body.spec ?? {}) as Raw));
  const status: Raw = { allowed };
  if (denied) status.denied = true;
  if (reason) status.reason = reason;
  const problems = [error, selectorError((body.spec ?? {}) as Raw)].filter(Boolean);
  if (problems.length) status.evaluationError = problems.join('; ');
  return { ...body, status };
}

function subjectOf(spec: Raw): UserInfo {
  return { name: spec.user ?? '', uid: spec.uid, groups: spec.groups ?? [], extra: spec.extra };
}

/** SubjectAccessReview: may this user do that? */
export function subjectAccessReview(decider: AccessDecider): ResourceDefinition {
  return definition('SubjectAccessReview', false, (_c, body) => {
    const spec = (body.spec ?? {}) as Raw;
    refuseReview([...validateReviewSpec(spec, true), ...validateReviewMetadata(body, false)]);
    return decide(decider, subjectOf(spec), body);
  });
}

/** SelfSubjectAccessReview: may I do that? */
export function selfSubjectAccessReview(decider: AccessDecider): ResourceDefinition {
  return definition('SelfSubjectAccessReview', false, (c, body) => {
    refuseReview([...validateReviewSpec((body.spec ?? {}) as Raw, false), ...validateReviewMetadata(body, false)]);
    return decide(decider, c.user, body);
  });
}

/** LocalSubjectAccessReview: the same within one namespace. */
export function localSubjectAccessReview(decider: AccessDecider): ResourceDefinition {
  return definition('LocalSubjectAccessReview', true, (c, body) => {
    const spec = (body.spec ?? {}) as Raw;
    const namespace = body.metadata.namespace ?? '';
    const errors = [...validateReviewSpec(spec, true), ...validateReviewMetadata(body, true)];
    const asked = spec.resourceAttributes && ((spec.resourceAttributes.namespace ?? '') as string);
    if (asked !== undefined && asked !== namespace) {
      errors.push(invalidValue('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace'));
    }
    if (spec.nonResourceAttributes) {
      errors.push(invalidValue('spec.nonResourceAttributes', shownPath(spec.nonResourceAttributes), 'disallowed on this kind of request'));
    }
    refuseReview(errors);
    if (c.namespace !== namespace) throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${c.namespace}`);
    return decide(decider, subjectOf(spec), body);
  });
}

/** SelfSubjectRulesReview: what may I do in a namespace? */
export function selfSubjectRulesReview(decider: AccessDecider): ResourceDefinition {
  return definition('SelfSubjectRulesReview', false, async (c, body) => {
    const namespace = body.spec?.namespace as string | undefined;
    if (!namespace) throw badRequest('no namespace on request');
    const rules = (await decider.rulesFor?.(c.user, namespace)) ?? { resourceRules: [], nonResourceRules: [], incomplete: true, error: 'the authorizer does not list rules' };
    const { resourceRules, nonResourceRules, incomplete, error } = rules;
    const status = { resourceRules, nonResourceRules, incomplete, ...(error ? { evaluationError: error } : {}) };
    return { kind: body.kind, apiVersion: body.apiVersion, metadata: {}, spec: {}, status };
  });
}
