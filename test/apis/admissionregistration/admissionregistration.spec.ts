import { describe, expect, it } from 'vitest';
import { admissionregistrationGroup } from '../../../src/apis/admissionregistration/admissionregistration.group';
import { KindUnderTest } from '../kind-under-test';

function kindOf(name: string): KindUnderTest {
  return new KindUnderTest(admissionregistrationGroup.resources.find((r) => r.gvk.kind === name)!);
}

const HOOK = 'name: a.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {service: {namespace: n, name: s}}';
const RULES = 'rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]';

describe('webhook configurations', () => {
  const validating = kindOf('ValidatingWebhookConfiguration');
  const mutating = kindOf('MutatingWebhookConfiguration');

  it('are completed with their defaults', () => {
    const { object, errors } = mutating.create(`webhooks: [{${HOOK}, ${RULES}}]`);
    expect(errors).toEqual([]);
    expect(object.metadata.generation).toBe(1);
    expect(object.webhooks[0]).toMatchObject({
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      reinvocationPolicy: 'Never',
      clientConfig: { service: { port: 443 } },
    });
    expect(object.webhooks[0].rules[0].scope).toBe('*');
  });

  it('say what they do besides', () => {
    expect(validating.create(`webhooks: [{${HOOK.replace('sideEffects: None, ', '')}}]`).errors).toEqual(['webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun']);
    expect(validating.create(`webhooks: [{${HOOK.replace('None', 'Some')}}]`).errors).toEqual(['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"']);
  });

  it('have names of three parts, each once', () => {
    expect(validating.create(`webhooks: [{${HOOK.replace('a.example.com', 'short')}}]`).errors[0]).toContain('should be a domain with at least three segments separated by dots');
    expect(validating.create(`webhooks: [{${HOOK}}, {${HOOK}}]`).errors).toEqual(['webhooks[1].name: Duplicate value: "a.example.com"']);
  });

  it('speak a version that the server knows', () => {
    expect(validating.create(`webhooks: [{${HOOK.replace('[v1]', '[v9]')}}]`).errors).toEqual([
      'webhooks[0].admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1',
    ]);
  });

  it.each([
    ['operations: [CREATE, "*"]', 'operations', "if '*' is present, must not specify other operations"],
    ['resources: ["*/*", pods]', 'resources', "if '*/*' is present, must not specify other resources"],
  ])('have rules that do not repeat themselves: %s', (change, field, why) => {
    const rules = RULES.replace(new RegExp(`${field}: \\[[^\\]]*\\]`), change);
    expect(validating.create(`webhooks: [{${HOOK}, ${rules}}]`).errors).toEqual([expect.stringMatching(new RegExp(`^webhooks\\[0\\].rules\\[0\\].${field}: Invalid value: .*${why.replace(/[*/]/g, '\\$&')}`))]);
  });
});

describe('admission policies', () => {
  const policy = kindOf('ValidatingAdmissionPolicy');
  const MATCH = 'matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}';

  it('are completed with their defaults', () => {
    const { object, errors } = policy.create(`spec: {${MATCH}, validations: [{expression: "true"}]}`);
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject({ failurePolicy: 'Fail', matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} } });
  });

  it('check or record something', () => {
    expect(policy.create(`spec: {${MATCH}}`).errors).toEqual([
      'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
      'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
    ]);
  });
});

describe('bindings of policies', () => {
  const binding = kindOf('ValidatingAdmissionPolicyBinding');

  it('say what becomes of a failure', () => {
    expect(binding.create('spec: {policyName: p, validationActions: [Deny, Audit]}').errors).toEqual([]);
    expect(binding.create('spec: {policyName: p}').errors).toEqual(['spec.validationActions: Required value: at least one validation action is required']);
    expect(binding.create('spec: {policyName: p, validationActions: [Deny, Warn]}').errors).toEqual([
      'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ]);
  });
});
