import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { givenEmpty } from '../../api/schema/empties';
import { goValue } from '../shared/go-value';
import { validateNodeSelector } from '../shared/node-selector-validation';
import type { Raw } from '../shared/raw';
import { validateCounters, validateDevice, validateNodeName } from './device';
import { validateSet } from './lists';
import { validateDriverName, validateLabelName, validatePoolName } from './names';

const DEVICES_MAX = 128;
const FANCY_DEVICES_MAX = 64;
const COUNTER_SETS_MAX = 8;
const COUNTERS_MAX = 32;

const ONE_PLACE = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

function validatePool(pool: Raw, path: string): FieldError[] {
  const errors = validatePoolName(pool.name, `${path}.name`);
  const slices: number = pool.resourceSliceCount ?? 0;
  if (slices <= 0) errors.push(invalidValue(`${path}.resourceSliceCount`, slices, 'must be greater than zero'));
  if (pool.generation < 0) errors.push(invalidValue(`${path}.generation`, pool.generation, 'must be greater than or equal to zero'));
  return errors;
}

function validateKept(spec: Raw, old: Raw): FieldError[] {
  const fields: [string, unknown, unknown][] = [
    ['spec.pool.name', spec.pool?.name, old.pool?.name],
    ['spec.driver', spec.driver, old.driver],
    ['spec.nodeName', spec.nodeName, old.nodeName],
  ];
  return fields.flatMap(([path, now, before]) => (now === before ? [] : [invalidValue(path, now, 'field is immutable')]));
}

function validatePlace(spec: Raw): FieldError[] {
  const errors: FieldError[] = [];
  const set: string[] = [];
  if (spec.nodeName) {
    set.push('`nodeName`');
    errors.push(...validateNodeName(spec.nodeName, 'spec.nodeName'));
  } else if (spec.nodeName !== undefined) errors.push(invalidValue('spec.nodeName', '', 'must be either unset or set to a non-empty string'));
  if (spec.nodeSelector) {
    set.push('`nodeSelector`');
    errors.push(...validateNodeSelector(spec.nodeSelector, 'spec.nodeSelector'));
    const terms = spec.nodeSelector.nodeSelectorTerms ?? [];
    if (terms.length !== 1) {
      errors.push(invalidValue('spec.nodeSelector.nodeSelectorTerms', (goValue('NodeSelector', spec.nodeSelector) as Raw).NodeSelectorTerms, 'must have exactly one node selector term'));
    }
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection']) {
    if (spec[field]) set.push(`\`${field}\``);
    else if (spec[field] !== undefined) errors.push(invalidValue(`spec.${field}`, spec[field], 'must be either unset or set to true'));
  }
  if (!set.length) errors.push(required('spec', ONE_PLACE));
  else if (set.length > 1) errors.push(invalidValue('spec', `{${set.join(', ')}}`, `${ONE_PLACE}, but multiple fields are set`));
  return errors;
}

function validateCounterSet(s: Raw, path: string): FieldError[] {
  return [
    ...(s.name ? validateLabelName(s.name, `${path}.name`) : [required(`${path}.name`)]),
    ...validateCounters(s.counters, COUNTERS_MAX, `${path}.counters`),
  ];
}

/** True when the list is there, if only as an empty one in this request. */
function isGiven(spec: Raw, field: string): boolean {
  return spec[field] !== undefined || givenEmpty(spec, field) !== undefined;
}

/** Complaints about a ResourceSliceSpec, given the stored one on update. */
export function validateSliceSpec(spec: Raw, old: Raw | undefined): FieldError[] {
  const errors = [...validateDriverName(spec.driver, 'spec.driver'), ...validatePool(spec.pool ?? {}, 'spec.pool')];
  if (old) errors.push(...validateKept(spec, old));
  errors.push(...validatePlace(spec));
  if (isGiven(spec, 'sharedCounters') && isGiven(spec, 'devices')) errors.push(invalidValue('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  const devices = (spec.devices ?? []) as Raw[];
  const before = new Map(((old?.devices ?? []) as Raw[]).map((d) => [d.name, d]));
  const max = devices.some((d) => d.taints?.length || d.consumesCounters?.length) ? FANCY_DEVICES_MAX : DEVICES_MAX;
  const check = (d: Raw, at: string): FieldError[] => validateDevice(d, before.get(d.name), at, spec.perDeviceNodeSelection === true);
  errors.push(...validateSet(devices, max, check, (d) => d.name ?? '', 'spec.devices'));
  errors.push(...validateSet<Raw>(spec.sharedCounters, COUNTER_SETS_MAX, validateCounterSet, (s) => s.name ?? '', 'spec.sharedCounters'));
  return errors;
}
