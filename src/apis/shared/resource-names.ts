import { invalidValue, type FieldError } from '../../api/errors/field-error';
import { compareQuantity, quantityMilliValue, quantityValue } from '../../api/quantity';
import { isQualifiedName } from './names';

const HUGEPAGES = 'hugepages-';
const REQUESTS = 'requests.';

const CONTAINER = new Set(['cpu', 'memory', 'ephemeral-storage']);
const COUNTS = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const QUOTA = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  ...COUNTS,
]);
const STANDARD = new Set([...QUOTA, 'storage']);
const INTEGER = new Set(COUNTS);

export function isHugePages(name: string): boolean {
  return name.startsWith(HUGEPAGES);
}

function isQuotaHugePages(name: string): boolean {
  return name.startsWith(HUGEPAGES) || name.startsWith('requests.hugepages-');
}

/** True for names without a domain or in kubernetes.io. */
export function isNativeResource(name: string): boolean {
  return name.indexOf('/') < 0 || name.includes('kubernetes.io/');
}

/** A device or other resource outside kubernetes.io that can be counted by a quota. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith(REQUESTS)) return false;
  return isQualifiedName(REQUESTS + name).length === 0;
}

/** Requests may be smaller than limits. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

export function isStandardQuotaResource(name: string): boolean {
  return QUOTA.has(name) || isQuotaHugePages(name);
}

/** Resources that are counted in whole numbers. */
export function isIntegerResource(name: string): boolean {
  return INTEGER.has(name) || isExtendedResource(name);
}

/** Complaints about any resource name (validateResourceName upstream). */
export function validateResourceName(name: string, path: string): FieldError[] {
  const messages = isQualifiedName(name);
  if (messages.length) return messages.map((m) => invalidValue(path, name, m));
  if (name.indexOf('/') < 0 && !STANDARD.has(name) && !isQuotaHugePages(name)) {
    return [invalidValue(path, name, 'must be a standard resource type or fully qualified')];
  }
  return [];
}

/** Complaints about the name of a resource that a container may ask for. */
export function validateContainerResourceName(name: string, path: string): FieldError[] {
  if (CONTAINER.has(name)) return [];
  const errors = validateResourceName(name, path);
  if (name.indexOf('/') < 0) {
    if (!isHugePages(name)) errors.push(invalidValue(path, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalidValue(path, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

/** Complaints about the name of a resource that a quota may limit. */
export function validateQuotaResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (name.indexOf('/') < 0 && !isStandardQuotaResource(name)) errors.push(invalidValue(path, name, 'must be a standard resource for quota'));
  return errors;
}

/** Complaints about the amount of a resource: not negative, and whole where only whole ones exist. */
export function validateResourceQuantity(name: string, quantity: string, path: string): FieldError[] {
  const errors = validateNonNegativeQuantity(quantity, path);
  if (isIntegerResource(name) && quantityMilliValue(quantity) % 1000 !== 0) errors.push(invalidValue(path, quantity, 'must be an integer'));
  return errors;
}

export function validateNonNegativeQuantity(quantity: string, path: string): FieldError[] {
  return quantity.charCodeAt(0) === 45 && compareQuantity(quantity, '0') < 0 ? [invalidValue(path, quantity, 'must be greater than or equal to 0')] : [];
}

export function validatePositiveQuantity(quantity: string, path: string): FieldError[] {
  return compareQuantity(quantity, '0') <= 0 ? [invalidValue(path, quantity, 'must be greater than zero')] : [];
}

/** Text of the complaint when a huge page amount is no multiple of the page size in its name. */
export function hugePagesProblem(name: string, quantity: string): string | undefined {
  const problem = `${quantity} is not positive integer multiple of ${name}`;
  try {
    const size = name.slice(HUGEPAGES.length);
    if (compareQuantity(size, '0') <= 0 || quantityMilliValue(size) % 1000 !== 0) return problem;
    return quantityValue(quantity) % quantityValue(size) === 0 ? undefined : problem;
  } catch {
    return problem; // the name's tail is no quantity
  }
}
