import { invalidValue, notSupported, required, tooLong, tooMany, type FieldError } from '../../api/errors/field-error';
import { validateNonNegative } from '../apps/counts';
import { validateDomainPrefixedPath } from '../shared/formats';
import { goValue } from '../shared/go-value';
import { longerThan } from '../shared/names';
import { validatePodTemplate } from '../shared/pod-template-validation';
import type { Raw } from '../shared/raw';
import { countIndexes } from './indexes';
import { validateFailurePolicy } from './pod-failure-policy';

const MAX_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
const MANY_COMPLETIONS = 100_000;
const MAX_WITH_MANY = 10_000;
const MANAGED_BY_MAX = 63;
const SUCCESS_RULES_MAX = 20;
const SUCCESS_INDEXES_MAX = 64 * 1024;

/** Complaints about a JobSpec at `path` without its selector, as jobs and templates of jobs share them. */
export function validateJobBody(spec: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const f of ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes']) {
    errors.push(...validateNonNegative(spec[f], `${path}.${f}`));
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  if (spec.managedBy !== undefined) {
    errors.push(...validateDomainPrefixedPath(spec.managedBy, `${path}.managedBy`));
    if (longerThan(spec.managedBy, MANAGED_BY_MAX)) errors.push(tooLong(`${path}.managedBy`, MANAGED_BY_MAX));
  }
  pushCompletionModeErrors(errors, spec, path);
  if (spec.podFailurePolicy) errors.push(...validateFailurePolicy(spec, `${path}.podFailurePolicy`));
  if (spec.successPolicy) errors.push(...validateSuccessPolicy(spec, `${path}.successPolicy`));
  pushReplacementErrors(errors, spec, `${path}.podReplacementPolicy`);
  errors.push(...validatePodTemplate(spec.template ?? {}, `${path}.template`));
  pushRestartPolicyErrors(errors, spec, `${path}.template.spec.restartPolicy`);
  return errors;
}

function pushCompletionModeErrors(errors: FieldError[], spec: Raw, path: string): void {
  const mode = spec.completionMode as string | undefined;
  const { completions, parallelism, maxFailedIndexes: maxFailed, backoffLimitPerIndex: perIndex } = spec as Record<string, number | undefined>;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') errors.push(notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']));
  const atMost = (field: string, n: number | undefined, max: number, when = ''): void => {
    if (n !== undefined && n > max) errors.push(invalidValue(`${path}.${field}`, n, `must be less than or equal to ${max}${when}`));
  };
  if (mode === 'Indexed') {
    if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
    atMost('parallelism', parallelism, MAX_PARALLELISM, ' when completion mode is Indexed');
    if (completions !== undefined && maxFailed !== undefined && maxFailed > completions) {
      errors.push(invalidValue(`${path}.maxFailedIndexes`, maxFailed, 'must be less than or equal to completions'));
    }
    atMost('maxFailedIndexes', maxFailed, MAX_FAILED_INDEXES);
    if (completions !== undefined && completions > MANY_COMPLETIONS && perIndex !== undefined) {
      if (maxFailed === undefined) errors.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`));
      const when = ` when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
      atMost('parallelism', parallelism, MAX_WITH_MANY, when);
      atMost('maxFailedIndexes', maxFailed, MAX_WITH_MANY, when);
    }
  }
  if (mode !== undefined && mode !== 'NonIndexed') return;
  if (perIndex !== undefined) errors.push(invalidValue(`${path}.backoffLimitPerIndex`, perIndex, 'requires indexed completion mode'));
  if (maxFailed !== undefined) errors.push(invalidValue(`${path}.maxFailedIndexes`, maxFailed, 'requires indexed completion mode'));
}

function validateSuccessPolicy(spec: Raw, path: string): FieldError[] {
  const rules = (spec.successPolicy.rules ?? []) as Raw[];
  if (spec.completionMode !== 'Indexed') {
    return [invalidValue(path, goValue('SuccessPolicy', spec.successPolicy), 'requires indexed completion mode')];
  }
  const errors: FieldError[] = [];
  if (!rules.length) errors.push(required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > SUCCESS_RULES_MAX) errors.push(tooMany(`${path}.rules`, rules.length, SUCCESS_RULES_MAX));
  rules.forEach((r, i) => pushSuccessRuleErrors(errors, r, (spec.completions ?? 0) as number, `${path}.rules[${i}]`));
  return errors;
}

function pushSuccessRuleErrors(errors: FieldError[], rule: Raw, completions: number, path: string): void {
  const indexes = rule.succeededIndexes as string | undefined;
  const count = rule.succeededCount as number | undefined;
  if (count === undefined && indexes === undefined) errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  let total = 0;
  if (indexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (longerThan(indexes, SUCCESS_INDEXES_MAX)) errors.push(tooLong(at, SUCCESS_INDEXES_MAX));
    try {
      total = countIndexes(indexes, completions);
    } catch (e) {
      errors.push(invalidValue(at, indexes, `error parsing succeededIndexes: ${(e as Error).message}`));
    }
  }
  if (count === undefined) return;
  const at = `${path}.succeededCount`;
  errors.push(...validateNonNegative(count, at));
  if (count > completions) errors.push(invalidValue(at, count, `must be less than or equal to ${completions} (the number of specified completions)`));
  if (indexes !== undefined && count > total) {
    errors.push(invalidValue(at, count, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`));
  }
}

function pushReplacementErrors(errors: FieldError[], spec: Raw, path: string): void {
  const policy = spec.podReplacementPolicy as string | undefined;
  if (policy === undefined || policy === 'Failed') return;
  if (spec.podFailurePolicy) errors.push(notSupported(path, policy, ['Failed']));
  else if (policy !== 'TerminatingOrFailed') errors.push(notSupported(path, policy, ['Failed', 'TerminatingOrFailed']));
}

function pushRestartPolicyErrors(errors: FieldError[], spec: Raw, path: string): void {
  const policy = spec.template?.spec?.restartPolicy as string | undefined;
  if (!policy || policy === 'Always') errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(notSupported(path, policy, ['OnFailure', 'Never']));
  else if (spec.podFailurePolicy && policy !== 'Never') {
    errors.push(invalidValue(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
}
