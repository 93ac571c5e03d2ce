import { duplicate, invalidValue, notSupported, required, tooMany, type FieldError } from '../../api/errors/field-error';
import { givenEmpty } from '../../api/schema/empties';
import { isQualifiedName } from '../shared/names';
import type { Raw } from '../shared/raw';

const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;
const PATTERNS_MAX = 20;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

/** A complaint that shows no value. */
export function invalidWithoutValue(field: string, why: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: `Invalid value: ${why}` };
}

function missing(path: string, allowed: readonly string[]): FieldError {
  return required(path, `valid values: [${allowed.map((v) => JSON.stringify(v)).join(' ')}]`);
}

/** Complaints about spec.podFailurePolicy of a JobSpec. */
export function validateFailurePolicy(spec: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const rules = (spec.podFailurePolicy.rules ?? []) as Raw[];
  if (rules.length > RULES_MAX) errors.push(tooMany(`${path}.rules`, rules.length, RULES_MAX));
  const pod = (spec.template?.spec ?? {}) as Raw;
  const containers = new Set([...((pod.containers ?? []) as Raw[]), ...((pod.initContainers ?? []) as Raw[])].map((c) => c.name as string));
  rules.forEach((r, i) => pushRuleErrors(errors, r, spec, containers, `${path}.rules[${i}]`));
  return errors;
}

function pushRuleErrors(errors: FieldError[], rule: Raw, spec: Raw, containers: ReadonlySet<string>, path: string): void {
  const action = rule.action as string;
  const at = `${path}.action`;
  if (!action) errors.push(missing(at, ACTIONS));
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) errors.push(invalidValue(at, action, 'requires the backoffLimitPerIndex to be set'));
  } else if (!ACTIONS.includes(action)) errors.push(notSupported(at, action, ACTIONS));
  const conditions = (rule.onPodConditions ?? []) as Raw[];
  if (rule.onExitCodes) pushExitCodeErrors(errors, rule.onExitCodes, containers, `${path}.onExitCodes`);
  if (conditions.length) pushConditionErrors(errors, conditions, `${path}.onPodConditions`);
  if (rule.onExitCodes && conditions.length) errors.push(invalidWithoutValue(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!rule.onExitCodes && !conditions.length) errors.push(invalidWithoutValue(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
}

function pushConditionErrors(errors: FieldError[], patterns: Raw[], path: string): void {
  if (patterns.length > PATTERNS_MAX) errors.push(tooMany(path, patterns.length, PATTERNS_MAX));
  patterns.forEach((p, i) => {
    const type = (p.type ?? '') as string;
    for (const m of isQualifiedName(type)) errors.push(invalidValue(`${path}[${i}].type`, type, m));
    if (!p.status) errors.push(missing(`${path}[${i}].status`, STATUSES));
    else if (!STATUSES.includes(p.status)) errors.push(notSupported(`${path}[${i}].status`, p.status, STATUSES));
  });
}

function pushExitCodeErrors(errors: FieldError[], codes: Raw, containers: ReadonlySet<string>, path: string): void {
  const operator = codes.operator as string;
  if (!operator) errors.push(missing(`${path}.operator`, OPERATORS));
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, OPERATORS));
  const container = codes.containerName as string | undefined;
  if (container !== undefined && !containers.has(container)) {
    errors.push(invalidValue(`${path}.containerName`, container, 'must be one of the container or initContainer names in the pod template'));
  }
  const values = (codes.values ?? []) as number[];
  const at = `${path}.values`;
  if (!values.length) errors.push(invalidValue(at, codes.values ?? givenEmpty(codes, 'values') ?? null, 'at least one value is required'));
  else if (values.length > EXIT_CODES_MAX) errors.push(tooMany(at, values.length, EXIT_CODES_MAX));
  const seen = new Set<number>();
  let ordered = true;
  values.forEach((v, i) => {
    if (operator === 'In' && v === 0) errors.push(invalidValue(`${at}[${i}]`, v, 'must not be 0 for the In operator'));
    if (seen.has(v)) errors.push(duplicate(`${at}[${i}]`, v));
    seen.add(v);
    if (i > 0 && values[i - 1]! > v) ordered = false;
  });
  if (!ordered) errors.push(invalidValue(at, values, 'must be ordered'));
}
