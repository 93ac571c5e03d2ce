import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { semanticEqual } from '../shared/equality';
import { validateFullyQualifiedName } from '../shared/formats';
import { selectorHasInvalidValue, validateLabelSelector } from '../shared/labels';
import { isDns1035Label } from '../shared/names';
import type { Raw } from '../shared/raw';
import { validateMatchConditions } from './match-conditions';
import { defaultMatching, defaultRule, validateRule } from './rule-validation';
import { defaultWebhookService, validateClientConfig } from '../shared/webhook-client';

const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const REVIEW_VERSIONS = ['v1', 'v1beta1'];
export const FAILURE_POLICIES = ['Fail', 'Ignore'];
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];

export function webhooksOf(o: KubeObject | undefined): Raw[] {
  return (o?.webhooks ?? []) as Raw[];
}

/** Fills the webhooks of both kinds of configuration. */
export function defaultWebhooks(o: KubeObject, mutating: boolean): void {
  for (const hook of webhooksOf(o)) {
    hook.failurePolicy ??= 'Fail';
    defaultMatching(hook);
    hook.timeoutSeconds ??= 10;
    if (mutating) hook.reinvocationPolicy ??= 'Never';
    for (const rule of (hook.rules ?? []) as Raw[]) defaultRule(rule);
    defaultWebhookService(hook.clientConfig?.service);
  }
}

/** What the old configuration already did and the new one may therefore do. */
interface Allowances {
  sideEffects: boolean;
  unknownVersions: boolean;
  sameNames: boolean;
  invalidSelectorValues: boolean;
  matchConditions: boolean;
}

function allowancesOf(hooks: readonly Raw[], old: KubeObject | undefined): Allowances {
  const before = webhooksOf(old);
  const names = before.map((h) => h.name as string);
  return {
    sideEffects: before.some((h) => !NO_SIDE_EFFECTS.includes(h.sideEffects)),
    unknownVersions: before.some((h) => h.admissionReviewVersions?.length && !knowsVersion(h)),
    sameNames: new Set(names).size < names.length,
    invalidSelectorValues: before.some((h) => selectorHasInvalidValue(h.namespaceSelector) || selectorHasInvalidValue(h.objectSelector)),
    matchConditions: !!old && hooks.length === before.length && hooks.every((h, i) => semanticEqual(h.matchConditions, before[i]!.matchConditions)),
  };
}

function knowsVersion(hook: Raw): boolean {
  return ((hook.admissionReviewVersions ?? []) as string[]).some((v) => REVIEW_VERSIONS.includes(v));
}

/** Complaints about the webhooks of a configuration. */
export function validateWebhooks(o: KubeObject, old?: KubeObject): FieldError[] {
  const hooks = webhooksOf(o);
  const allowed = allowancesOf(hooks, old);
  const names = new Set<string>();
  return hooks.flatMap((hook, i) => {
    const path = `webhooks[${i}]`;
    const errors = [...validateWebhook(hook, path, allowed), ...validateReviewVersions(hook, `${path}.admissionReviewVersions`, allowed)];
    const name = hook.name as string;
    if (name && !allowed.sameNames) {
      if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
    return errors;
  });
}

function validateWebhook(hook: Raw, path: string, allowed: Allowances): FieldError[] {
  const errors = validateFullyQualifiedName(hook.name ?? '', `${path}.name`);
  ((hook.rules ?? []) as Raw[]).forEach((rule, i) => errors.push(...validateRule(rule, `${path}.rules[${i}]`)));
  const oneOf = (field: string, values: readonly string[]): void => {
    const value = hook[field] as string | undefined;
    if (value != null && !values.includes(value)) errors.push(notSupported(`${path}.${field}`, value, values));
  };
  oneOf('failurePolicy', FAILURE_POLICIES);
  oneOf('matchPolicy', MATCH_POLICIES);
  const sideEffects = allowed.sideEffects ? SIDE_EFFECTS : NO_SIDE_EFFECTS;
  if (hook.sideEffects == null) errors.push(required(`${path}.sideEffects`, `must specify one of ${sideEffects.join(', ')}`));
  oneOf('sideEffects', sideEffects);
  const timeout = hook.timeoutSeconds as number | undefined;
  if (timeout !== undefined && (timeout > 30 || timeout < 1)) {
    errors.push(invalidValue(`${path}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds'));
  }
  const selectors = { allowInvalidValues: allowed.invalidSelectorValues };
  for (const field of ['namespaceSelector', 'objectSelector']) errors.push(...validateLabelSelector(hook[field], `${path}.${field}`, selectors));
  oneOf('reinvocationPolicy', REINVOCATION_POLICIES);
  errors.push(...validateClientConfig(hook.clientConfig ?? {}, `${path}.clientConfig`));
  if (!allowed.matchConditions) errors.push(...validateMatchConditions(hook.matchConditions ?? [], `${path}.matchConditions`, {}));
  return errors;
}

function validateReviewVersions(hook: Raw, path: string, allowed: Allowances): FieldError[] {
  const versions = (hook.admissionReviewVersions ?? []) as string[];
  const known = REVIEW_VERSIONS.join(', ');
  if (!versions.length) return [required(path, `must specify one of ${known}`)];
  const errors: FieldError[] = [];
  versions.forEach((v, i) => {
    if (versions.indexOf(v) < i) errors.push(invalidValue(`${path}[${i}]`, v, 'duplicate version'));
    else for (const m of isDns1035Label(v)) errors.push(invalidValue(`${path}[${i}]`, v, m));
  });
  if (!allowed.unknownVersions && !knowsVersion(hook)) errors.push(invalidValue(path, versions, `must include at least one of ${known}`));
  return errors;
}
