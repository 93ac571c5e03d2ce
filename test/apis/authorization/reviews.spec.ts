import { describe, expect, it } from 'vitest';
import type { AccessAttributes, AccessDecider } from '../../../src/apis/authorization/access';
import { createAuthorizationGroup } from '../../../src/apis/authorization/authorization.group';
import type { KubeObject } from '../../../src/api/meta/object';
import { KindUnderTest } from '../kind-under-test';

const asked: AccessAttributes[] = [];
const decider: AccessDecider = {
  authorize: (a) => {
    asked.push(a);
    return { allowed: a.user.name === 'ann', reason: `asked about ${a.user.name}` };
  },
  rules: () => ({ resources: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }], paths: [], incomplete: false }),
} as AccessDecider;

async function review(kind: string, yaml: string): Promise<KubeObject> {
  const definition = createAuthorizationGroup(decider).resources.find((r) => r.gvk.kind === kind)!;
  const test = new KindUnderTest(definition);
  return definition.virtualCreate!(test.context('create').ctx, test.decode(yaml));
}

describe('access reviews', () => {
  it('ask about the user that the review names', async () => {
    const { status } = await review('SubjectAccessReview', 'spec: {user: bob, groups: [g], resourceAttributes: {verb: get, resource: pods, namespace: ns}}');
    expect(status).toEqual({ allowed: false, reason: 'asked about bob' });
    expect(asked.at(-1)).toMatchObject({ verb: 'get', resource: 'pods', namespace: 'ns', isResource: true });
  });

  it('tell which selectors they could not take into account', async () => {
    const asking = async (selectors: string): Promise<unknown> =>
      (await review('SubjectAccessReview', `spec: {user: bob, resourceAttributes: {verb: list, resource: pods, ${selectors}}}`)).status!.evaluationError;
    expect(await asking('fieldSelector: {requirements: [{key: metadata.name, operator: In, values: [a]}]}')).toBeUndefined();
    expect(await asking('fieldSelector: {requirements: [{key: metadata.name, operator: Near, values: [a]}]}, labelSelector: {rawSelector: "a in b"}')).toBe(
      'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
    );
    expect(await asking('labelSelector: {requirements: [{key: a, operator: Exists}, {key: a, operator: Near}]}')).toBe(
      'spec.resourceAttributes.labelSelector partially ignored due to parse error',
    );
  });

  it('ask about the caller', async () => {
    const { status } = await review('SelfSubjectAccessReview', 'spec: {nonResourceAttributes: {verb: get, path: /metrics}}');
    expect(status).toEqual({ allowed: true, reason: 'asked about ann' });
    expect(asked.at(-1)).toMatchObject({ verb: 'get', path: '/metrics', isResource: false });
  });

  it('ask one thing at a time', async () => {
    const both = 'spec: {resourceAttributes: {verb: get}, nonResourceAttributes: {verb: get, path: /}}';
    await expect(review('SelfSubjectAccessReview', both)).rejects.toThrow('cannot be specified in combination with resourceAttributes');
    await expect(review('SubjectAccessReview', 'spec: {resourceAttributes: {verb: get}}')).rejects.toThrow('at least one of user or group must be specified');
  });

  it('stay in their namespace', async () => {
    await expect(review('LocalSubjectAccessReview', 'spec: {user: ann, resourceAttributes: {verb: get, namespace: other}}')).rejects.toThrow('namespace');
  });
});
