import { duplicate, internalFieldError, invalidValue, notSupported, required, tooMany, type FieldError } from '../../api/errors/field-error';
import { validateEndpointIp } from '../core/endpoints';
import { validateFullyQualifiedDomainName } from '../shared/formats';
import { parseIpSloppy, validateIp, validateLegacyIp } from '../shared/ip';
import { validateLabels } from '../shared/labels';
import { isDns1123Label, isLabelValue, isQualifiedName, nameIsDnsSubdomain } from '../shared/names';

const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20000;
const MAX_TOPOLOGY = 16;
const MAX_HINTS = 8;
const ZONE = 'topology.kubernetes.io/zone';

interface Hints {
  forZones?: { name: string }[];
  forNodes?: { name: string }[];
}

export interface Endpoint {
  addresses?: string[] | null;
  nodeName?: string;
  hostname?: string;
  zone?: string;
  deprecatedTopology?: Record<string, string>;
  hints?: Hints;
}

export interface EndpointPort {
  name?: string;
  port?: number;
  protocol?: string;
  appProtocol?: string;
}

/** Complaints about the endpoints of a slice whose addresses are of `type`. */
export function validateEndpoints(endpoints: readonly Endpoint[], type: string, path: string): FieldError[] {
  if (endpoints.length > MAX_ENDPOINTS) return [tooMany(path, endpoints.length, MAX_ENDPOINTS)];
  const errors: FieldError[] = [];
  endpoints.forEach((e, i) => pushEndpointErrors(errors, e, type, `${path}[${i}]`));
  return errors;
}

function pushEndpointErrors(errors: FieldError[], e: Endpoint, type: string, path: string): void {
  const at = `${path}.addresses`;
  const addresses = e.addresses ?? [];
  if (!addresses.length) errors.push(required(at, 'must contain at least 1 address'));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(at, addresses.length, MAX_ADDRESSES));
  addresses.forEach((a, i) => pushAddressErrors(errors, a, type, at, `${at}[${i}]`));
  if (e.nodeName !== undefined) for (const m of nameIsDnsSubdomain(e.nodeName, false)) errors.push(invalidValue(`${path}.nodeName`, e.nodeName, m));
  const topology = e.deprecatedTopology;
  if (topology) {
    const count = Object.keys(topology).length;
    if (count > MAX_TOPOLOGY) errors.push(tooMany(`${path}.deprecatedTopology`, count, MAX_TOPOLOGY));
    errors.push(...validateLabels(topology, `${path}.deprecatedTopology`));
    if (ZONE in topology) errors.push(internalFieldError(`${path}.deprecatedTopology[${ZONE}]`, 'reserved key was not removed in conversion'));
  }
  if (e.hostname !== undefined) for (const m of isDns1123Label(e.hostname)) errors.push(invalidValue(`${path}.hostname`, e.hostname, m));
  if (e.hints) pushHintErrors(errors, e.hints, `${path}.hints`);
}

function pushAddressErrors(errors: FieldError[], address: string, type: string, listPath: string, path: string): void {
  if (type === 'FQDN') {
    errors.push(...validateFullyQualifiedDomainName(address, path));
    return;
  }
  if (type !== 'IPv4' && type !== 'IPv6') return;
  const bad = type === 'IPv4' ? validateLegacyIp(address, path) : validateIp(address, path);
  if (bad.length) {
    errors.push(...bad);
    return;
  }
  // upstream reports the wrong family at the list
  if (parseIpSloppy(address)?.family !== (type === 'IPv4' ? 4 : 6)) errors.push(invalidValue(listPath, address, `must be an ${type} address`));
  errors.push(...validateEndpointIp(address, path));
}

function pushHintErrors(errors: FieldError[], hints: Hints, path: string): void {
  const groups = [
    ['forZones', hints.forZones ?? [], isLabelValue],
    ['forNodes', hints.forNodes ?? [], (name: string) => nameIsDnsSubdomain(name, false)],
  ] as const;
  for (const [field, list, check] of groups) {
    if (list.length > MAX_HINTS) {
      errors.push(tooMany(`${path}.${field}`, list.length, MAX_HINTS));
      return;
    }
    const seen = new Set<string>();
    list.forEach(({ name }, i) => {
      const at = `${path}.${field}[${i}].name`;
      if (seen.has(name)) errors.push(duplicate(at, name));
      seen.add(name);
      for (const m of check(name)) errors.push(invalidValue(at, name, m));
    });
  }
}

/** Complaints about the ports of a slice; names are defaulted and so always there. */
export function validatePorts(ports: readonly EndpointPort[], path: string): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany(path, ports.length, MAX_PORTS)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  ports.forEach((p, i) => {
    const at = `${path}[${i}]`;
    const name = p.name ?? '';
    if (name) for (const m of isDns1123Label(name)) errors.push(invalidValue(`${at}.name`, name, m));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    if (p.protocol === undefined) errors.push(required(`${at}.protocol`));
    else if (!['TCP', 'UDP', 'SCTP'].includes(p.protocol)) errors.push(notSupported(`${at}.protocol`, p.protocol, ['SCTP', 'TCP', 'UDP']));
    if (p.appProtocol !== undefined) for (const m of isQualifiedName(p.appProtocol)) errors.push(invalidValue(`${at}.appProtocol`, p.appProtocol, m));
  });
  return errors;
}
