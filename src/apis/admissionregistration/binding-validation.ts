import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { nameIsDnsSubdomain } from '../shared/names';
import { validateParamRef } from './param-validation';
import { validateMatchResources, validateMutatingOperations } from './rule-validation';

const ACTIONS = ['Audit', 'Deny', 'Warn'];
const DENY_AND_WARN =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';

/** Complaints about a binding of either kind of policy. */
export function validateBinding(o: KubeObject, mutating: boolean): FieldError[] {
  const spec = o.spec ?? {};
  const errors: FieldError[] = [];
  const policy = (spec.policyName ?? '') as string;
  if (!policy) errors.push(required('spec.policyName'));
  else for (const m of nameIsDnsSubdomain(policy, false)) errors.push(invalidValue('spec.policyName', policy, m));
  errors.push(...validateParamRef(spec.paramRef), ...validateMatchResources(spec.matchResources, 'spec.matchResources'));
  if (mutating) errors.push(...validateMutatingOperations(spec.matchResources, 'spec.matchResources'));
  else errors.push(...validateActions(spec.validationActions ?? []));
  return errors;
}

function validateActions(actions: string[]): FieldError[] {
  const path = 'spec.validationActions';
  const errors: FieldError[] = [];
  actions.forEach((a, i) => {
    if (!ACTIONS.includes(a)) errors.push(notSupported(`${path}[${i}]`, a, ACTIONS));
    if (actions.indexOf(a) < i) errors.push(duplicate(`${path}[${i}]`, a));
  });
  if (actions.includes('Deny') && actions.includes('Warn')) errors.push(invalidValue(path, actions, DENY_AND_WARN));
  if (!actions.length) errors.push(required(path, 'at least one validation action is required'));
  return errors;
}
