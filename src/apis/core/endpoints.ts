import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { isPortNumber } from '../shared/formats';
import { ipWarnings, parseIpSloppy, validateLegacyIp } from '../shared/ip';
import { isDns1123Label, isDns1123Subdomain, isQualifiedName, nameIsDnsSubdomain } from '../shared/names';
import type { Raw } from '../shared/raw';
import { ALL_VERBS } from '../shared/verbs';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

export const PORT_PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** Complaints about an address that no endpoint may have: unspecified, loopback, link-local. */
export function validateEndpointIp(text: string, path: string): FieldError[] {
  const ip = parseIpSloppy(text);
  if (!ip) return [invalidValue(path, text, 'must be a valid IP address')];
  const errors: FieldError[] = [];
  const b = ip.bytes;
  const v4 = ip.family === 4;
  const zeros = (to: number): boolean => b.slice(0, to).every((n) => n === 0);
  if (zeros(b.length)) errors.push(invalidValue(path, text, `may not be unspecified (${text})`));
  if (v4 ? b[0] === 127 : zeros(15) && b[15] === 1) errors.push(invalidValue(path, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  if (v4 ? b[0] === 169 && b[1] === 254 : b[0] === 0xfe && (b[1]! & 0xc0) === 0x80) {
    errors.push(invalidValue(path, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  }
  if (v4 ? b[0] === 224 && b[1] === 0 && b[2] === 0 : b[0] === 0xff && (b[1]! & 0x0f) === 2) {
    errors.push(invalidValue(path, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  }
  return errors;
}

function validateAddress(a: Raw, path: string): FieldError[] {
  const ip = (a.ip ?? '') as string;
  const errors = validateLegacyIp(ip, `${path}.ip`);
  if (a.hostname) for (const m of isDns1123Label(a.hostname)) errors.push(invalidValue(`${path}.hostname`, a.hostname, m));
  if (a.nodeName !== undefined) for (const m of isDns1123Subdomain(a.nodeName)) errors.push(invalidValue(`${path}.nodeName`, a.nodeName, m));
  errors.push(...validateEndpointIp(ip, `${path}.ip`));
  return errors;
}

function validatePort(p: Raw, requireName: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!p.name) {
    if (requireName) errors.push(required(`${path}.name`));
  } else for (const m of isDns1123Label(p.name)) errors.push(invalidValue(`${path}.name`, p.name, m));
  for (const m of isPortNumber(p.port ?? 0)) errors.push(invalidValue(`${path}.port`, p.port ?? 0, m));
  if (!p.protocol) errors.push(required(`${path}.protocol`));
  else if (!PORT_PROTOCOLS.includes(p.protocol)) errors.push(notSupported(`${path}.protocol`, p.protocol, PORT_PROTOCOLS));
  if (p.appProtocol !== undefined) for (const m of isQualifiedName(p.appProtocol)) errors.push(invalidValue(`${path}.appProtocol`, p.appProtocol, m));
  return errors;
}

function validateSubsets(subsets: Raw[]): FieldError[] {
  const errors: FieldError[] = [];
  subsets.forEach((s, i) => {
    const path = `subsets[${i}]`;
    const ready = (s.addresses ?? []) as Raw[];
    const notReady = (s.notReadyAddresses ?? []) as Raw[];
    const ports = (s.ports ?? []) as Raw[];
    if (!ready.length && !notReady.length) errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
    ready.forEach((a, j) => errors.push(...validateAddress(a, `${path}.addresses[${j}]`)));
    notReady.forEach((a, j) => errors.push(...validateAddress(a, `${path}.notReadyAddresses[${j}]`)));
    ports.forEach((p, j) => errors.push(...validatePort(p, ports.length > 1, `${path}.ports[${j}]`)));
  });
  return errors;
}

function warnings(o: KubeObject): string[] {
  if (o.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return [];
  const found: string[] = [];
  ((o.subsets ?? []) as Raw[]).forEach((s, i) => {
    for (const list of ['addresses', 'notReadyAddresses']) {
      ((s[list] ?? []) as Raw[]).forEach((a, j) => found.push(...ipWarnings((a.ip ?? '') as string, `subsets[${i}].${list}[${j}].ip`)));
    }
  });
  return found;
}

const strategy: Strategy = {
  metadata: CHANGE_THEN_WHOLE,
  default(o) {
    for (const s of (o.subsets ?? []) as Raw[]) for (const p of (s.ports ?? []) as Raw[]) p.protocol ||= 'TCP';
  },
  validate(_c, o, old) {
    const errors = validateSubsets((o.subsets ?? []) as Raw[]);
    return errors.length && old && semanticEqual(old.subsets, o.subsets) ? [] : errors;
  },
  warnings: (_c, o) => warnings(o),
  validateName: nameIsDnsSubdomain,
  allowCreateOnUpdate: true,
};

/** The ENDPOINTS cell: up to three 'ip:port', and how many more there are. */
function formatEndpoints(o: KubeObject): string {
  const subsets = (o.subsets ?? []) as Raw[];
  if (!subsets.length) return '<none>';
  const shown: string[] = [];
  let total = 0;
  for (const s of subsets) {
    const addresses = (s.addresses ?? []) as Raw[];
    const ports = (s.ports ?? []) as Raw[];
    for (const p of ports.length ? ports : [undefined]) {
      total += addresses.length;
      for (const a of addresses) {
        if (shown.length === 3) break;
        const host = (a.ip as string).includes(':') && p ? `[${a.ip}]` : a.ip;
        shown.push(p ? `${host}:${p.port}` : a.ip);
      }
    }
  }
  return total > 3 ? `${shown.join(',')} + ${total - 3} more...` : shown.join(',');
}

export const endpoints: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'Endpoints' },
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.Endpoints',
  strategy,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  columns: [nameColumn, { name: 'Endpoints', type: 'string', cell: formatEndpoints }, ageColumn],
};
