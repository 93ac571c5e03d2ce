import { duplicate, forbiddenField, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { compareQuantity, quantityMilliValue, quantityValue } from '../../api/quantity';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { createdAtColumn, nameColumn } from '../shared/columns';
import { isQualifiedName, nameIsDnsSubdomain } from '../shared/names';
import type { Raw, ResourceList } from '../shared/raw';
import { defaultResourceList } from '../shared/resource-defaults';
import { isOvercommitAllowed, validateContainerResourceName, validateResourceName } from '../shared/resource-names';
import { ALL_VERBS } from '../shared/verbs';
import { WHOLE } from '../shared/metadata-rules';
import { amountOf } from '../shared/resource-list';

const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
/** Above this, milli-values no longer fit 64 bits upstream and whole ones are compared. */
const MAX_MILLI_VALUE = 9223372036854775;

function fillMissing(to: ResourceList, from: ResourceList | undefined): void {
  for (const name in from) to[name] ??= from[name]!;
}

function setDefaults(o: KubeObject): void {
  for (const item of (o.spec?.limits as Raw[] | undefined) ?? []) {
    if (item.type === 'Container') {
      const limits = (item.default ?? {}) as ResourceList;
      const requests = (item.defaultRequest ?? {}) as ResourceList;
      fillMissing(limits, item.max);
      fillMissing(requests, limits);
      fillMissing(requests, item.min);
      if (Object.keys(limits).length) item.default = limits;
      if (Object.keys(requests).length) item.defaultRequest = requests;
    }
    for (const list of LISTS) defaultResourceList(item[list]);
  }
}

function validateType(type: string, path: string): FieldError[] {
  const messages = isQualifiedName(type);
  if (messages.length) return messages.map((m) => invalidValue(path, type, m));
  return type.includes('/') || TYPES.includes(type) ? [] : [invalidValue(path, type, 'must be a standard limit type or fully qualified')];
}

function validateItem(item: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const keys = new Set<string>();
  const checkName = item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName;
  const take = (list: string): void => {
    for (const name in item[list] as ResourceList | undefined) {
      errors.push(...checkName(name, `${path}.${list}[${name}]`));
      keys.add(name);
    }
  };
  take('max');
  take('min');
  if (item.type === 'Pod') {
    for (const list of ['default', 'defaultRequest']) {
      if (item[list] && Object.keys(item[list] as object).length) errors.push(forbiddenField(`${path}.${list}`, "may not be specified when `type` is 'Pod'"));
    }
  } else {
    take('default');
    take('defaultRequest');
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
    errors.push(required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided'));
  }
  take('maxLimitRequestRatio');
  for (const name of keys) compareAmounts(errors, item, name, path);
  return errors;
}

/** min ≤ defaultRequest ≤ default ≤ max, and the ratio possible within them. */
function compareAmounts(errors: FieldError[], item: Raw, name: string, path: string): void {
  const pod = item.type === 'Pod';
  const min = amountOf(item.min as ResourceList | undefined, name);
  const max = amountOf(item.max as ResourceList | undefined, name);
  const limit = pod ? undefined : amountOf(item.default as ResourceList | undefined, name);
  const request = pod ? undefined : amountOf(item.defaultRequest as ResourceList | undefined, name);
  const ratio = amountOf(item.maxLimitRequestRatio as ResourceList | undefined, name);
  const more = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && compareQuantity(a, b) > 0;
  const add = (list: string, value: string, detail: string): void => void errors.push(invalidValue(`${path}.${list}[${name}]`, value, detail));

  if (more(min, max)) add('min', min!, `min value ${min} is greater than max value ${max}`);
  if (more(min, request)) add('defaultRequest', request!, `min value ${min} is greater than default request value ${request}`);
  if (more(request, max)) add('defaultRequest', request!, `default request value ${request} is greater than max value ${max}`);
  if (more(request, limit)) add('defaultRequest', request!, `default request value ${request} is greater than default limit value ${limit}`);
  if (more(min, limit)) add('default', min!, `min value ${min} is greater than default value ${limit}`);
  if (more(limit, max)) add('default', max!, `default value ${limit} is greater than max value ${max}`);
  if (more('1', ratio)) add('maxLimitRequestRatio', ratio!, `ratio ${ratio} is less than 1`);
  if (ratio !== undefined && min !== undefined && max !== undefined) {
    const small = [ratio, min, max].every((q) => quantityValue(q) < MAX_MILLI_VALUE);
    const possible = small ? quantityMilliValue(max) / quantityMilliValue(min) : quantityValue(max) / quantityValue(min);
    const wanted = small ? quantityMilliValue(ratio) / 1000 : quantityValue(ratio);
    if (wanted > possible) add('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${possible.toFixed(6)}`);
  }
  if (!isOvercommitAllowed(name) && limit !== undefined && request !== undefined && compareQuantity(limit, request) !== 0) {
    add('defaultRequest', request, `default value ${limit} must equal to defaultRequest value ${request} in ${name}`);
  }
}

function validate(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  ((o.spec?.limits as Raw[] | undefined) ?? []).forEach((item, i) => {
    const path = `spec.limits[${i}]`;
    const type = (item.type as string | undefined) ?? '';
    errors.push(...validateType(type, `${path}.type`));
    if (seen.has(type)) errors.push(duplicate(`${path}.type`, type));
    seen.add(type);
    errors.push(...validateItem(item, path));
  });
  return errors;
}

const strategy: Strategy = {
  metadata: WHOLE,
  default: setDefaults,
  prepareForCreate(c, o) {
    o.metadata.name ||= c.random.uuid();
  },
  validate: (_c, o) => validate(o),
  validateName: nameIsDnsSubdomain,
  allowCreateOnUpdate: true,
};

export const limitRange: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'LimitRange' },
  plural: 'limitranges',
  shortNames: ['limits'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.LimitRange',
  strategy,
  columns: [nameColumn, createdAtColumn],
};
