import { invalidEnum, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { compareQuantity } from '../../api/quantity';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { nameIsDnsSubdomain } from '../shared/names';
import type { Raw, ResourceList } from '../shared/raw';
import { defaultResourceList } from '../shared/resource-defaults';
import { isStandardQuotaResource, validateQuotaResourceName, validateResourceQuantity } from '../shared/resource-names';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';

const POD_COUNT = new Set(['pods']);
const POD_COMPUTE = new Set(['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']);
const CLAIMS = new Set(['persistentvolumeclaims', 'requests.storage']);
/** What each scope can be applied to. */
const SCOPES: ReadonlyMap<string, ReadonlySet<string>> = new Map(Object.entries({
  Terminating: POD_COMPUTE,
  NotTerminating: POD_COMPUTE,
  BestEffort: POD_COUNT,
  NotBestEffort: POD_COMPUTE,
  PriorityClass: POD_COMPUTE,
  CrossNamespacePodAffinity: POD_COMPUTE,
  VolumeAttributesClass: CLAIMS,
}));
const EXISTS_ONLY = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

function validateAmounts(list: ResourceList | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name in list) {
    const at = `${path}[${name}]`;
    errors.push(...validateQuotaResourceName(name, at), ...validateResourceQuantity(name, list[name]!, at));
  }
  return errors;
}

function scopeFits(scope: string, resource: string): boolean {
  const allowed = SCOPES.get(scope);
  return !allowed || !isStandardQuotaResource(resource) || allowed.has(resource);
}

function validateScopes(spec: Raw): FieldError[] {
  const scopes = (spec.scopes ?? []) as string[];
  const errors: FieldError[] = [];
  if (!scopes.length) return errors;
  for (const scope of scopes) {
    if (!SCOPES.get(scope)) errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope'));
    for (const r of Object.keys((spec.hard ?? {}) as object).sort()) {
      if (!scopeFits(scope, r)) errors.push(invalidValue('spec.scopes', scopes, 'unsupported scope applied to resource'));
    }
  }
  for (const [a, b] of CONFLICTS) {
    if (scopes.includes(a) && scopes.includes(b)) errors.push(invalidValue('spec.scopes', scopes, 'conflicting scopes'));
  }
  return errors;
}

/** A scope selector as upstream prints it: by its internal Go names. */
function goSelector(selector: Raw): object {
  const list = (selector.matchExpressions as Raw[] | undefined)?.map((e) => ({ ScopeName: e.scopeName ?? '', Operator: e.operator ?? '', Values: (e.values as string[] | undefined) ?? null }));
  return { MatchExpressions: list ?? null };
}

function validateScopeSelector(spec: Raw): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec.scopeSelector) return errors;
  const path = 'spec.scopeSelector.matchExpressions';
  const seen = new Set<string>();
  for (const e of (spec.scopeSelector.matchExpressions ?? []) as Raw[]) {
    const scope = (e.scopeName ?? '') as string;
    const operator = (e.operator ?? '') as string;
    const values = (e.values ?? []) as string[];
    if (!SCOPES.get(scope)) errors.push(invalidValue(`${path}.scopeName`, scope, 'unsupported scope'));
    for (const r of Object.keys((spec.hard ?? {}) as object).sort()) {
      if (!scopeFits(scope, r)) errors.push(invalidValue(path, goSelector(spec.scopeSelector), 'unsupported scope applied to resource'));
    }
    if (EXISTS_ONLY.includes(scope) && operator !== 'Exists') {
      errors.push(
        invalidValue(
          `${path}.operator`,
          operator,
          "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
        ),
      );
    }
    if (operator === 'In' || operator === 'NotIn') {
      if (!values.length) errors.push(required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length) errors.push(invalidValue(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
    } else errors.push(invalidEnum(`${path}.operator`, operator, 'not a valid selector operator'));
    seen.add(scope);
  }
  for (const [a, b] of CONFLICTS) {
    if (seen.has(a) && seen.has(b)) errors.push(invalidValue('spec.scopes', (spec.scopes as string[] | undefined) ?? null, 'conflicting scopes'));
  }
  return errors;
}

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = (o.spec ?? {}) as Raw;
  const errors = [...validateAmounts(spec.hard, 'spec.hard'), ...validateScopes(spec), ...validateScopeSelector(spec)];
  if (old) {
    const set = (q: KubeObject): string => JSON.stringify([...new Set((q.spec?.scopes ?? []) as string[])].sort());
    if (set(o) !== set(old)) errors.push(invalidValue('spec.scopes', (spec.scopes as string[] | undefined) ?? null, 'field is immutable'));
  }
  return errors;
}

function setDefaults(o: KubeObject): void {
  defaultResourceList(o.spec?.hard);
  defaultResourceList(o.status?.hard);
  defaultResourceList(o.status?.used);
}

/** Requests that exceed the limits of the same resource can never be used up. */
function warnings(o: KubeObject): string[] {
  const hard = (o.spec?.hard ?? {}) as ResourceList;
  const found: string[] = [];
  for (const r of ['cpu', 'memory', 'storage', 'ephemeral-storage']) {
    let name = `requests.${r}`;
    if (hard[name] === undefined && (r === 'cpu' || r === 'memory')) name = r;
    const request = hard[name];
    const limit = hard[`limits.${r}`];
    if (request !== undefined && limit !== undefined && compareQuantity(request, limit) > 0) {
      found.push(`ResourceQuota ${name} (${request}) should be less than limits.${r} (${limit})`);
    }
  }
  return found;
}

const strategy: Strategy = {
  default: setDefaults,
  prepareForCreate(_c, o) {
    o.status = {};
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
  },
  validate: (_c, o, old) => validate(o, old),
  warnings: (_c, o, old) => (old ? [] : warnings(o)),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate(_c, o) {
    const errors: FieldError[] = o.metadata.resourceVersion ? [] : [required('resourceVersion')];
    errors.push(...validateAmounts(o.status?.hard, 'status.hard'), ...validateAmounts(o.status?.used, 'status.used'));
    return errors;
  },
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_SPEC,
};

/** 'cpu: 1/2, pods: 0/3' of one half of the quota. */
function usage(o: KubeObject, limits: boolean): string {
  const hard = (o.status?.hard ?? {}) as ResourceList;
  const used = (o.status?.used ?? {}) as ResourceList;
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ');
}

export const resourceQuota: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'ResourceQuota' },
  plural: 'resourcequotas',
  shortNames: ['quota'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.ResourceQuota',
  strategy,
  columns: [
    nameColumn,
    { name: 'Request', type: 'string', cell: (o) => usage(o, false) },
    { name: 'Limit', type: 'string', cell: (o) => usage(o, true) },
    ageColumn,
  ],
  subresources: { status: viewOf(statusStrategy) },
  returnsDeletedObject: true,
};
