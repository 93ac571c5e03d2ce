import { forbiddenField, invalidValue, notSupported, required, tooLong, tooMany, type FieldError } from '../../api/errors/field-error';
import { validateInterfaceAddress } from '../shared/cidr';
import { validateConditions } from '../shared/conditions';
import { semanticEqual } from '../shared/equality';
import { goValue } from '../shared/go-value';
import { longerThan } from '../shared/names';
import { validateNodeSelector } from '../shared/node-selector-validation';
import type { Raw } from '../shared/raw';
import { validateBindingConditions } from './binding-conditions';
import { CONFIGS_MAX, validateRequestRef, validateRequestRefs, type RequestNames } from './claim-spec';
import { PARAMETERS_MAX, validateDeviceConfiguration, validateRawObject } from './device-config';
import { validateItems, validateSet } from './lists';
import { validateDriverName, validateLabelName, validatePoolName, validateShareId } from './names';

const CONSUMERS_MAX = 256;
const RESULTS_MAX = 32;
const CONDITIONS_MAX = 8;
const ADDRESSES_MAX = 16;
const INTERFACE_NAME_MAX = 256;
const HARDWARE_ADDRESS_MAX = 128;

function resultsOf(allocation: Raw | undefined): Raw[] {
  return (allocation?.devices?.results ?? []) as Raw[];
}

/** Completes the tolerations that an allocation copied from its requests. */
export function defaultClaimStatus(status: Raw | undefined): void {
  for (const r of resultsOf(status?.allocation)) for (const t of (r.tolerations ?? []) as Raw[]) t.operator ||= 'Equal';
}

/** Which device, or which share of it, an allocation result or device status is about. */
function deviceKey(d: Raw): string {
  return `${d.driver ?? ''}/${d.pool ?? ''}/${d.device ?? ''}${d.shareID ? `/${d.shareID}` : ''}`;
}

function shownDevice(d: Raw): object {
  return { Driver: d.driver ?? '', Pool: d.pool ?? '', Device: d.device ?? '', ShareID: d.shareID ?? '' };
}

/** Takes the reports about devices away that the claim has just given back. */
export function dropDeallocatedDevices(status: Raw, old: Raw | undefined): void {
  if (!status.devices) return;
  const given = new Set(resultsOf(old?.allocation).map(deviceKey));
  for (const r of resultsOf(status.allocation)) given.delete(deviceKey(r));
  const left = (status.devices as Raw[]).filter((d) => !given.has(deviceKey(d)));
  if (left.length) status.devices = left;
  else delete status.devices;
}

function validateConsumer(ref: Raw, path: string): FieldError[] {
  return ['resource', 'name', 'uid'].flatMap((f) => (ref[f] ? [] : [required(`${path}.${f}`)]));
}

function validateResult(r: Raw, path: string, names: RequestNames): FieldError[] {
  return [
    ...validateRequestRef(r.request ?? '', `${path}.request`, names),
    ...validateDriverName(r.driver, `${path}.driver`),
    ...validatePoolName(r.pool, `${path}.pool`),
    ...validateLabelName(r.device, `${path}.device`),
    ...validateBindingConditions(r, path),
    ...(r.shareID !== undefined ? validateShareId(r.shareID, `${path}.shareID`) : []),
  ];
}

function validateConfig(c: Raw, path: string, names: RequestNames): FieldError[] {
  const errors: FieldError[] = [];
  if (!c.source) errors.push(required(`${path}.source`));
  else if (c.source !== 'FromClaim' && c.source !== 'FromClass') errors.push(notSupported(`${path}.source`, c.source, ['FromClaim', 'FromClass']));
  errors.push(...validateRequestRefs(c.requests, `${path}.requests`, names), ...validateDeviceConfiguration(c, path));
  return errors;
}

function validateAllocation(a: Raw, path: string, names: RequestNames): FieldError[] {
  const errors = [
    ...validateItems(resultsOf(a), RESULTS_MAX, (r, at) => validateResult(r, at, names), `${path}.devices.results`),
    ...validateItems<Raw>(a.devices?.config, 2 * CONFIGS_MAX, (c, at) => validateConfig(c, at, names), `${path}.devices.config`),
  ];
  if (a.nodeSelector) errors.push(...validateNodeSelector(a.nodeSelector, `${path}.nodeSelector`));
  return errors;
}

function validateNetworkData(d: Raw | undefined, path: string): FieldError[] {
  if (!d) return [];
  const errors: FieldError[] = [];
  if (longerThan(d.interfaceName ?? '', INTERFACE_NAME_MAX)) errors.push(tooLong(`${path}.interfaceName`, INTERFACE_NAME_MAX));
  if (longerThan(d.hardwareAddress ?? '', HARDWARE_ADDRESS_MAX)) errors.push(tooLong(`${path}.hardwareAddress`, HARDWARE_ADDRESS_MAX));
  errors.push(...validateSet<string>(d.ips, ADDRESSES_MAX, (ip, at) => validateInterfaceAddress(ip, at), (ip) => ip, `${path}.ips`));
  return errors;
}

function validateDeviceStatus(d: Raw, path: string, allocated: ReadonlySet<string>): FieldError[] {
  const errors = [
    ...validateDriverName(d.driver, `${path}.driver`),
    ...validatePoolName(d.pool, `${path}.pool`),
    ...validateLabelName(d.device, `${path}.device`),
    ...(d.shareID !== undefined ? validateShareId(d.shareID, `${path}.shareID`) : []),
  ];
  if (!allocated.has(deviceKey(d))) errors.push(invalidValue(path, shownDevice(d), 'must be an allocated device in the claim'));
  const conditions = d.conditions ?? [];
  if (conditions.length > CONDITIONS_MAX) errors.push(tooMany(`${path}.conditions`, conditions.length, CONDITIONS_MAX));
  errors.push(...validateConditions(conditions, `${path}.conditions`));
  if (d.data !== undefined) errors.push(...validateRawObject(d.data, `${path}.data`, PARAMETERS_MAX));
  errors.push(...validateNetworkData(d.networkData, `${path}.networkData`));
  return errors;
}

/** Complaints about a new status of a claim. `names`: the requests of its spec; `deleting`: the claim has a deletionTimestamp. */
export function validateClaimStatus(status: Raw, old: Raw, deleting: boolean, names: RequestNames): FieldError[] {
  const consumers = (status.reservedFor ?? []) as Raw[];
  const allocated = new Set(resultsOf(status.allocation).map(deviceKey));
  const errors = [
    ...validateSet(consumers, CONSUMERS_MAX, validateConsumer, (r) => r.uid ?? '', 'status.reservedFor'),
    ...validateSet<Raw>(status.devices, -1, (d, at) => validateDeviceStatus(d, at, allocated), deviceKey, 'status.devices', shownDevice),
  ];
  if (consumers.length && !status.allocation) {
    errors.push(forbiddenField('status.reservedFor', 'may not be specified when `allocated` is not set'));
  } else if (consumers.length && deleting) {
    const known = (old.reservedFor ?? []) as Raw[];
    if (consumers.some((r) => !known.some((k) => semanticEqual(k, r)))) {
      errors.push(forbiddenField('status.reservedFor', 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'));
    }
  }
  if (!status.allocation) return errors;
  if (!old.allocation) errors.push(...validateAllocation(status.allocation, 'status.allocation', names));
  else if (!semanticEqual(status.allocation, old.allocation)) {
    errors.push(invalidValue('status.allocation', goValue('AllocationResult', status.allocation), 'field is immutable'));
  }
  return errors;
}
