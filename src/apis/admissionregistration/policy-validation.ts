import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { semanticEqual } from '../shared/equality';
import { goValue } from '../shared/go-value';
import { isQualifiedName } from '../shared/names';
import type { Raw } from '../shared/raw';
import type { AdmissionVariables } from '../../api/cel/admission-environment';
import { expressionErrors, requiredExpressionErrors } from './expressions';
import { validateMatchConditions } from './match-conditions';
import { validateParamKind } from './param-validation';
import { validateMatchResources, validateMutatingOperations } from './rule-validation';
import { FAILURE_POLICIES, REINVOCATION_POLICIES } from './webhook-validation';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const AUDIT_ANNOTATIONS_MAX = 20;
const VALUE_EXPRESSION_MAX = 5 * 1024;
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];
const CEL_IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
// prettier-ignore
const CEL_RESERVED = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop',
  'package', 'namespace', 'return', 'var', 'void', 'while']);

/** Complaints that both kinds of policy have in common: all before variables. */
function validateCommon(o: KubeObject, old: KubeObject | undefined, mutating: boolean): FieldError[] {
  const spec = (o.spec ?? {}) as Raw;
  const errors: FieldError[] = [];
  if (spec.failurePolicy === undefined) errors.push(required('spec.failurePolicy'));
  else if (!FAILURE_POLICIES.includes(spec.failurePolicy)) errors.push(notSupported('spec.failurePolicy', spec.failurePolicy, FAILURE_POLICIES));
  errors.push(...validateParamKind(spec.paramKind));
  const constraints = spec.matchConstraints as Raw | undefined;
  if (!constraints) errors.push(required('spec.matchConstraints'));
  else {
    errors.push(...validateMatchResources(constraints, 'spec.matchConstraints'));
    if (!constraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
    if (mutating) errors.push(...validateMutatingOperations(constraints, 'spec.matchConstraints'));
  }
  const unchanged = old && semanticEqual(spec.paramKind, old.spec?.paramKind) && semanticEqual(spec.matchConditions, old.spec?.matchConditions);
  if (!unchanged) errors.push(...validateMatchConditions(spec.matchConditions ?? [], 'spec.matchConditions', { params: !!spec.paramKind }));
  const about = variablesOf(o);
  ((spec.variables ?? []) as Raw[]).forEach((v, i) => pushVariableErrors(errors, v, `spec.variables[${i}]`, about));
  return errors;
}

/** What a policy's expressions may speak of. */
function variablesOf(o: KubeObject): AdmissionVariables {
  return { params: !!o.spec?.paramKind, variables: true };
}

function pushVariableErrors(errors: FieldError[], v: Raw, path: string, about: AdmissionVariables): void {
  const name = (v.name ?? '') as string;
  if (!name.trim()) errors.push(required(`${path}.name`, 'name is not specified'));
  else if (!CEL_IDENTIFIER.test(name) || CEL_RESERVED.has(name)) errors.push(invalidValue(`${path}.name`, name, 'must be a valid CEL identifier'));
  const expression = (v.expression ?? '') as string;
  errors.push(...requiredExpressionErrors(`${path}.expression`, expression, [], about, 'expression is not specified'));
}

/** Complaints about a ValidatingAdmissionPolicy. */
export function validateValidatingPolicy(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors = validateCommon(o, old, false);
  const validations = (o.spec?.validations ?? []) as Raw[];
  const annotations = (o.spec?.auditAnnotations ?? []) as Raw[];
  if (!validations.length && !annotations.length) {
    const why = 'validations or auditAnnotations must contain at least one item';
    return [...errors, required('spec.validations', why), required('spec.auditAnnotations', why)];
  }
  const about = variablesOf(o);
  validations.forEach((v, i) => pushValidationErrors(errors, v, `spec.validations[${i}]`, about));
  if (annotations.length > AUDIT_ANNOTATIONS_MAX) {
    errors.push(invalidValue('spec.auditAnnotations', goValue('[]AuditAnnotation', annotations), `must not have more than ${AUDIT_ANNOTATIONS_MAX} auditAnnotations`));
  }
  const keys = new Set<string>();
  annotations.forEach((a, i) => {
    const path = `spec.auditAnnotations[${i}]`;
    const key = (a.key ?? '') as string;
    pushAnnotationErrors(errors, a, key, o.metadata.name, path, about);
    if (keys.has(key)) errors.push(duplicate(`${path}.key`, key));
    keys.add(key);
  });
  return errors;
}

function pushValidationErrors(errors: FieldError[], v: Raw, path: string, about: AdmissionVariables): void {
  const { expression = '', message = '', messageExpression = '', reason } = v as Record<string, string | undefined>;
  errors.push(...requiredExpressionErrors(`${path}.expression`, expression, ['bool'], about, 'expression is not specified'));
  const blank = (field: string, value: string): unknown => errors.push(invalidValue(`${path}.${field}`, value, 'must be non-empty if specified'));
  if (messageExpression && !messageExpression.trim()) blank('messageExpression', messageExpression);
  else if (messageExpression) errors.push(...expressionErrors(`${path}.messageExpression`, messageExpression, ['string'], about));
  if (message && !message.trim()) blank('message', message);
  else if (/[\n\r]/.test(message.trim())) errors.push(invalidValue(`${path}.message`, message, 'must not contain line breaks'));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
}

function pushAnnotationErrors(errors: FieldError[], a: Raw, key: string, policy: string | undefined, path: string, about: AdmissionVariables): void {
  if (policy) {
    const whole = `${policy}/${key}`;
    for (const m of isQualifiedName(whole)) errors.push(invalidValue(`${path}.key`, whole, m));
  } else errors.push(invalidValue(`${path}.key`, key, 'requires metadata.name be non-empty'));
  const expression = ((a.valueExpression ?? '') as string).trim();
  if (Buffer.byteLength(expression) > VALUE_EXPRESSION_MAX) {
    errors.push(required(`${path}.valueExpression`, `must not exceed ${VALUE_EXPRESSION_MAX} bytes in length`));
  } else errors.push(...requiredExpressionErrors(`${path}.valueExpression`, expression, ['string', 'null'], about, 'valueExpression is not specified'));
}

/** Complaints about a MutatingAdmissionPolicy, but for what only a CEL compiler can tell. */
export function validateMutatingPolicy(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors = validateCommon(o, old, true);
  const mutations = (o.spec?.mutations ?? []) as Raw[];
  if (!mutations.length) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  mutations.forEach((m, i) => pushMutationErrors(errors, m, `spec.mutations[${i}]`));
  const policy = (o.spec?.reinvocationPolicy ?? '') as string;
  if (!policy) errors.push(required('spec.reinvocationPolicy'));
  else if (!REINVOCATION_POLICIES.includes(policy)) errors.push(notSupported('spec.reinvocationPolicy', policy, REINVOCATION_POLICIES));
  return errors;
}

function pushMutationErrors(errors: FieldError[], m: Raw, path: string): void {
  const type = (m.patchType ?? '') as string;
  if (!type) errors.push(required(`${path}.patchType`));
  else if (!PATCH_TYPES.includes(type)) errors.push(notSupported(`${path}.patchType`, type, PATCH_TYPES));
  else {
    const [own, other] = type === 'JSONPatch' ? ['jsonPatch', 'applyConfiguration'] : ['applyConfiguration', 'jsonPatch'];
    if (!m[own!]) errors.push(required(`${path}.${own}`, `must be specified when patchType is ${type}`));
    else if (!((m[own!].expression ?? '') as string).trim()) errors.push(required(`${path}.${own}.expression`));
    if (m[other!]) errors.push(invalidValue(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${type}`));
  }
}
