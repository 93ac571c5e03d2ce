import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { validateLabelSelector } from '../shared/labels';
import { isPathSegmentName } from '../shared/names';
import type { Raw } from '../shared/raw';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const MUTATING_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];

/** A rule without a scope is for all. */
export function defaultRule(rule: Raw): void {
  rule.scope ??= '*';
}

/** Fills what webhooks and match resources have in common. */
export function defaultMatching(m: Raw | undefined): void {
  if (!m) return;
  m.matchPolicy ??= 'Equivalent';
  m.namespaceSelector ??= {};
  m.objectSelector ??= {};
  for (const field of ['resourceRules', 'excludeResourceRules']) for (const rule of (m[field] ?? []) as Raw[]) defaultRule(rule);
}

/** Complaints about operations, groups, versions and resources of a rule. */
export function validateRule(rule: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const operations = (rule.operations ?? []) as string[];
  if (!operations.length) errors.push(required(`${path}.operations`));
  pushLoneStarErrors(errors, operations, `${path}.operations`, 'operations');
  operations.forEach((o, i) => {
    if (!OPERATIONS.includes(o)) errors.push(notSupported(`${path}.operations[${i}]`, o, OPERATIONS));
  });
  const groups = (rule.apiGroups ?? []) as string[];
  if (!groups.length) errors.push(required(`${path}.apiGroups`));
  pushLoneStarErrors(errors, groups, `${path}.apiGroups`, 'API groups');
  const versions = (rule.apiVersions ?? []) as string[];
  if (!versions.length) errors.push(required(`${path}.apiVersions`));
  pushLoneStarErrors(errors, versions, `${path}.apiVersions`, 'API versions');
  versions.forEach((v, i) => {
    if (!v) errors.push(required(`${path}.apiVersions[${i}]`));
  });
  pushResourceErrors(errors, (rule.resources ?? []) as string[], `${path}.resources`);
  const scope = rule.scope as string | undefined;
  if (scope !== undefined && !SCOPES.includes(scope)) errors.push(notSupported(`${path}.scope`, scope, SCOPES));
  return errors;
}

function pushLoneStarErrors(errors: FieldError[], list: readonly string[], path: string, what: string): void {
  if (list.length > 1 && list.includes('*')) errors.push(invalidValue(path, list, `if '*' is present, must not specify other ${what}`));
}

function pushResourceErrors(errors: FieldError[], resources: readonly string[], path: string): void {
  if (!resources.length) errors.push(required(path));
  const allSubresourcesOf = new Set<string>();
  const ofAllResources = new Set<string>();
  let lastIsPlain = false; // upstream looks at the last entry without a subresource only
  resources.forEach((r, i) => {
    const at = `${path}[${i}]`;
    if (!r) {
      errors.push(required(at));
      return;
    }
    const slash = r.indexOf('/');
    if (slash < 0) {
      lastIsPlain = r !== '*';
      return;
    }
    const resource = r.slice(0, slash);
    const sub = r.slice(slash + 1);
    if (allSubresourcesOf.has(resource)) errors.push(invalidValue(at, r, `if '${resource}/*' is present, must not specify ${r}`));
    if (ofAllResources.has(sub)) errors.push(invalidValue(at, r, `if '*/${sub}' is present, must not specify ${r}`));
    if (sub === '*') allSubresourcesOf.add(resource);
    if (resource === '*') ofAllResources.add(sub);
  });
  if (resources.length > 1 && resources.includes('*/*')) errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && lastIsPlain) {
    errors.push(invalidValue(path, resources, "if '*' is present, must not specify other resources without subresources"));
  }
}

/** Complaints about the MatchResources of a policy or binding. */
export function validateMatchResources(m: Raw | undefined, path: string): FieldError[] {
  if (!m) return [];
  const errors: FieldError[] = [];
  if (m.matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`));
  else if (!MATCH_POLICIES.includes(m.matchPolicy)) errors.push(notSupported(`${path}.matchPolicy`, m.matchPolicy, MATCH_POLICIES));
  for (const field of ['namespaceSelector', 'objectSelector']) {
    if (m[field] === undefined) errors.push(required(`${path}.${field}`));
    else errors.push(...validateLabelSelector(m[field], `${path}.${field}`));
  }
  for (const field of ['resourceRules', 'excludeResourceRules']) {
    ((m[field] ?? []) as Raw[]).forEach((rule, i) => errors.push(...validateNamedRule(rule, `${path}.${field}[${i}]`)));
  }
  return errors;
}

/** Complaints about operations that a mutating policy cannot answer. */
export function validateMutatingOperations(m: Raw | undefined, path: string): FieldError[] {
  return ((m?.resourceRules ?? []) as Raw[]).flatMap((rule) =>
    ((rule.operations ?? []) as string[]).flatMap((o) =>
      MUTATING_OPERATIONS.includes(o) ? [] : [notSupported(`${path}.resourceRules.operations`, o, MUTATING_OPERATIONS)],
    ),
  );
}

function validateNamedRule(rule: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  ((rule.resourceNames ?? []) as string[]).forEach((name, i) => {
    const at = `${path}.resourceNames[${i}]`;
    for (const m of isPathSegmentName(name)) errors.push(invalidValue(at, name, m));
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
  return [...errors, ...validateRule(rule, path)];
}
