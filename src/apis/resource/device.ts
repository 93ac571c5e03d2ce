import { forbiddenField, invalidValue, required, tooLong, type FieldError } from '../../api/errors/field-error';
import { semanticEqual } from '../shared/equality';
import { goValue } from '../shared/go-value';
import { longerThan, nameIsDnsSubdomain } from '../shared/names';
import { validateNodeSelector } from '../shared/node-selector-validation';
import type { Raw } from '../shared/raw';
import { validateBindingConditions } from './binding-conditions';
import { validateRequestPolicy } from './capacity-policy';
import { validateDeviceTaint } from './device-taints';
import { validateItems, validateMap, validateSet } from './lists';
import { QUALIFIED_NAME_MAX, validateLabelName, validateQualifiedName } from './names';

const PROPERTIES_MAX = 32;
const VALUES_MAX = 48;
const VALUE_LENGTH_MAX = 64;
const TAINTS_MAX = 16;
const CONSUMPTIONS_MAX = 2;
const LABEL_MAX = 63;
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

function validateAttribute(a: Raw, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (a.string !== undefined && longerThan(a.string, VALUE_LENGTH_MAX)) errors.push(tooLong(`${path}.string`, VALUE_LENGTH_MAX));
  if (a.version !== undefined) {
    if (!SEMVER.test(a.version)) errors.push(invalidValue(`${path}.version`, a.version, 'must be a string compatible with semver.org spec 2.0.0'));
    if (longerThan(a.version, VALUE_LENGTH_MAX)) errors.push(tooLong(`${path}.version`, VALUE_LENGTH_MAX));
  }
  const values = [a.bool, a.int, a.string, a.version].filter((v) => v !== undefined).length;
  if (values !== 1) errors.push(invalidValue(path, values ? goValue('DeviceAttribute', a) : '', 'exactly one value must be specified'));
  return errors;
}

function validateCapacity(c: Raw, path: string, shared: boolean): FieldError[] {
  if (!c.requestPolicy) return [];
  return shared
    ? validateRequestPolicy(c.value ?? '0', c.requestPolicy, `${path}.requestPolicy`)
    : [forbiddenField(`${path}.requestPolicy`, 'allowMultipleAllocations must be true')];
}

/** Complaints about named counters (of a counter set, or consumed from one). */
export function validateCounters(counters: Raw | undefined, max: number, path: string): FieldError[] {
  if (!counters || !Object.keys(counters).length) return [required(path)];
  return validateMap(counters, { entries: max, keyLength: LABEL_MAX }, validateLabelName, () => [], path);
}

function validateConsumption(c: Raw, path: string): FieldError[] {
  const at = `${path}.counterSet`;
  return [...(c.counterSet ? validateLabelName(c.counterSet, at) : [required(at)]), ...validateCounters(c.counters, PROPERTIES_MAX, `${path}.counters`)];
}

export function validateNodeName(name: string, path: string): FieldError[] {
  return nameIsDnsSubdomain(name, false).map((m) => invalidValue(path, name, m));
}

/** Where the device is, when every device says so for itself. */
function validatePlace(d: Raw, path: string, perDevice: boolean): FieldError[] {
  if (!perDevice) {
    if (d.nodeName === undefined && !d.nodeSelector && d.allNodes === undefined) return [];
    return [invalidValue(path, null, '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec')];
  }
  const errors: FieldError[] = [];
  const set: string[] = [];
  if (d.nodeName) {
    set.push('`nodeName`');
    errors.push(...validateNodeName(d.nodeName, `${path}.nodeName`));
  } else if (d.nodeName !== undefined) errors.push(invalidValue(`${path}.nodeName`, '', 'must not be empty'));
  if (d.nodeSelector) {
    set.push('`nodeSelector`');
    errors.push(...validateNodeSelector(d.nodeSelector, `${path}.nodeSelector`));
  }
  if (d.allNodes) set.push('`allNodes`');
  else if (d.allNodes !== undefined) errors.push(invalidValue(`${path}.allNodes`, d.allNodes, 'must be either unset or set to true'));
  const rule = 'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (!set.length) errors.push(required(path, rule));
  else if (set.length > 1) errors.push(invalidValue(path, `{${set.join(', ')}}`, rule));
  return errors;
}

/** Complaints about a device of a slice; `old` is the one of the same name in the stored slice. */
export function validateDevice(d: Raw, old: Raw | undefined, path: string, perDevice: boolean): FieldError[] {
  const errors = validateLabelName(d.name, `${path}.name`);
  const attributes = Object.keys(d.attributes ?? {}).length;
  const properties = attributes + Object.keys(d.capacity ?? {}).length;
  if (properties > PROPERTIES_MAX) {
    errors.push(invalidValue(path, properties, `the total number of attributes and capacities must not exceed ${PROPERTIES_MAX}`));
  }
  if (attributes > VALUES_MAX) errors.push(invalidValue(path, attributes, `the total number of attribute values must not exceed ${VALUES_MAX}`));
  const limits = { entries: -1, keyLength: QUALIFIED_NAME_MAX };
  const shared = d.allowMultipleAllocations === true;
  errors.push(...validateMap<Raw>(d.attributes, limits, validateQualifiedName, validateAttribute, `${path}.attributes`));
  errors.push(...validateMap<Raw>(d.capacity, limits, validateQualifiedName, (c, at) => validateCapacity(c, at, shared), `${path}.capacity`));
  if (!old || !semanticEqual(old.taints, d.taints)) errors.push(...validateItems<Raw>(d.taints, TAINTS_MAX, validateDeviceTaint, `${path}.taints`));
  errors.push(...validateSet<Raw>(d.consumesCounters, CONSUMPTIONS_MAX, validateConsumption, (c) => c.counterSet ?? '', `${path}.consumesCounters`));
  errors.push(...validatePlace(d, path, perDevice));
  errors.push(...validateBindingConditions(d, path));
  return errors;
}
