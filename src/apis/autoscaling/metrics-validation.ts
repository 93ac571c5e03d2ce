import { own } from '../shared/own';
import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { compareQuantity } from '../../api/quantity';
import { isDns1123Label, isPathSegmentName } from '../shared/names';
import type { Raw } from '../shared/raw';
import { validateContainerResourceName } from '../shared/resource-names';

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
/** Where the source of each type stands, in the order in which upstream looks for them. */
const FIELDS: Readonly<Record<string, string>> = { Object: 'object', External: 'external', Pods: 'pods', Resource: 'resource', ContainerResource: 'containerResource' };

/** How far a reference's apiVersion is checked. */
export interface ReferenceOptions {
  allowEmptyGroup?: boolean;
  allowInvalid?: boolean;
}

/** What is wrong with a reference's apiVersion; undefined: nothing. */
export function apiVersionProblem(apiVersion: string, o: ReferenceOptions): string | undefined {
  if (o.allowInvalid) return undefined;
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`;
  return !o.allowEmptyGroup && (slashes === 0 || apiVersion.startsWith('/')) ? 'apiVersion must specify API group' : undefined;
}

/** Complaints about kind, name and apiVersion of an object that is scaled or measured. */
export function validateReference(ref: Raw, path: string, o: ReferenceOptions): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['kind', 'name']) {
    const value = (ref[field] ?? '') as string;
    if (!value) errors.push(required(`${path}.${field}`));
    else for (const m of isPathSegmentName(value)) errors.push(invalidValue(`${path}.${field}`, value, m));
  }
  const apiVersion = (ref.apiVersion ?? '') as string;
  const problem = apiVersionProblem(apiVersion, o);
  if (problem) errors.push(invalidValue(`${path}.apiVersion`, apiVersion, problem));
  return errors;
}

/** Complaints about spec.metrics of an autoscaler. */
export function validateMetrics(metrics: readonly Raw[], minReplicas: number | undefined, described: ReferenceOptions): FieldError[] {
  const errors = metrics.flatMap((m, i) => validateMetric(m, `spec.metrics[${i}]`, described));
  if (minReplicas === 0 && !metrics.some((m) => m.type === 'Object' || m.type === 'External')) {
    errors.push(forbiddenField('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'));
  }
  return errors;
}

function validateMetric(m: Raw, path: string, described: ReferenceOptions): FieldError[] {
  const errors: FieldError[] = [];
  const type = (m.type ?? '') as string;
  if (!type) errors.push(required(`${path}.type`, 'must specify a metric source type'));
  const unknown = notSupported(`${path}.type`, type, TYPES);
  if (!TYPES.includes(type)) errors.push(unknown);
  const present = Object.values(FIELDS).filter((f) => m[f]);
  if (present[0]) errors.push(...validateSource(present[0], m[present[0]], `${path}.${present[0]}`, described));
  const expected = own(FIELDS, type);
  if (expected === undefined) errors.push(unknown);
  else if (!m[expected]) errors.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  if (present.length > 1) {
    for (const f of present) if (f !== expected) errors.push(forbiddenField(`${path}.${f}`, 'must populate the given metric source only'));
  }
  return errors;
}

function validateSource(field: string, source: Raw, path: string, described: ReferenceOptions): FieldError[] {
  const target = (source.target ?? {}) as Raw;
  const at = `${path}.target`;
  const none = target.value === undefined && target.averageValue === undefined;
  switch (field) {
    case 'object': {
      const errors = [...validateReference(source.describedObject ?? {}, `${path}.describedObject`, described), ...validateIdentifier(source, path), ...validateTarget(target, at)];
      if (none) errors.push(required(`${at}.averageValue`, 'must set either a target value or averageValue'));
      return errors;
    }
    case 'external': {
      const errors = [...validateIdentifier(source, path), ...validateTarget(target, at)];
      if (none) errors.push(required(`${at}.averageValue`, 'must set either a target value for metric or a per-pod target'));
      if (target.value !== undefined && target.averageValue !== undefined) {
        errors.push(forbiddenField(`${at}.value`, 'may not set both a target value for metric and a per-pod target'));
      }
      return errors;
    }
    case 'pods': {
      const errors = [...validateIdentifier(source, path), ...validateTarget(target, at)];
      if (target.averageValue === undefined) errors.push(required(`${at}.averageValue`, 'must specify a positive target averageValue'));
      return errors;
    }
    default:
      return validateResourceSource(field, source, path);
  }
}

function validateResourceSource(field: string, source: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const inContainer = field === 'containerResource';
  if (!source.name) errors.push(required(`${path}.name`, 'must specify a resource name'));
  else if (inContainer) errors.push(...validateContainerResourceName(source.name, `${path}.name`));
  if (inContainer) {
    const container = (source.container ?? '') as string;
    if (!container) errors.push(required(`${path}.container`, 'must specify a container'));
    else for (const m of isDns1123Label(container)) errors.push(invalidValue(`${path}.container`, container, m));
  }
  const target = (source.target ?? {}) as Raw;
  const at = `${path}.target`;
  errors.push(...validateTarget(target, at));
  if (target.averageUtilization === undefined && target.averageValue === undefined) {
    errors.push(required(`${at}.averageUtilization`, 'must set either a target raw value or a target utilization'));
  }
  if (target.averageUtilization !== undefined && target.averageValue !== undefined) {
    errors.push(forbiddenField(`${at}.averageValue`, 'may not set both a target raw value and a target utilization'));
  }
  return errors;
}

function validateTarget(target: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = (target.type ?? '') as string;
  if (!type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(invalidValue(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const field of ['value', 'averageValue']) {
    const q = target[field] as string | undefined;
    if (q !== undefined && compareQuantity(q, '0') <= 0) errors.push(invalidValue(`${path}.${field}`, q, 'must be positive'));
  }
  const utilization = target.averageUtilization as number | undefined;
  if (utilization !== undefined && utilization < 1) errors.push(invalidValue(`${path}.averageUtilization`, utilization, 'must be greater than 0'));
  return errors;
}

function validateIdentifier(source: Raw, path: string): FieldError[] {
  const name = (source.metric?.name ?? '') as string;
  const at = `${path}.metric.name`;
  return name ? isPathSegmentName(name).map((m) => invalidValue(at, name, m)) : [required(at, 'must specify a metric name')];
}
