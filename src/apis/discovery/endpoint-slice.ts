import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { ipWarnings } from '../shared/ip';
import { nameIsDnsSubdomain } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { validateEndpoints, validatePorts, type Endpoint, type EndpointPort } from './validate-endpoints';
import { WHOLE } from '../shared/metadata-rules';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const OWN_CONTROLLERS = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];
const HOSTNAME = 'kubernetes.io/hostname';
const MAX_SHOWN = 3;

function endpointsOf(o: KubeObject | undefined): Endpoint[] {
  return (o?.endpoints ?? []) as Endpoint[];
}

function portsOf(o: KubeObject): EndpointPort[] {
  return (o.ports ?? []) as EndpointPort[];
}

/** deprecatedTopology cannot be set in v1; a node name that the old object still held there moves to its own field. */
function dropTopology(o: KubeObject, old?: KubeObject): void {
  if (old && semanticEqual(old.endpoints, o.endpoints)) return;
  const known = new Set(endpointsOf(old).flatMap((e) => e.deprecatedTopology?.[HOSTNAME] ?? []));
  for (const e of endpointsOf(o)) {
    const node = e.deprecatedTopology?.[HOSTNAME];
    if (e.nodeName === undefined && node !== undefined && known.has(node) && !nameIsDnsSubdomain(node, false).length) e.nodeName = node;
    delete e.deprecatedTopology;
  }
}

function validateSlice(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const type: string = o.addressType ?? '';
  if (!type) errors.push(required('addressType'));
  else if (!['IPv4', 'IPv6', 'FQDN'].includes(type)) errors.push(notSupported('addressType', type, ['FQDN', 'IPv4', 'IPv6']));
  errors.push(...validatePorts(portsOf(o), 'ports'));
  if (!old || !semanticEqual(old.endpoints, o.endpoints)) errors.push(...validateEndpoints(endpointsOf(o), type, 'endpoints'));
  if (old && type !== (old.addressType ?? '')) errors.push(invalidValue('addressType', type, 'field is immutable'));
  return errors;
}

function warningsFor(o: KubeObject, old?: KubeObject): string[] {
  const warnings = !old && o.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
  if (OWN_CONTROLLERS.includes(o.metadata.labels?.[MANAGED_BY] ?? '')) return warnings;
  endpointsOf(o).forEach((e, i) => e.addresses?.forEach((a, j) => warnings.push(...ipWarnings(a, `endpoints[${i}].addresses[${j}]`))));
  return warnings;
}

/** The first three, and how many more there are. */
function shorten(list: readonly string[]): string {
  const shown = list.slice(0, MAX_SHOWN).join(',');
  if (shown === '') return '<unset>';
  return list.length > MAX_SHOWN ? `${shown} + ${list.length - MAX_SHOWN} more...` : shown;
}

export const endpointSlice: ResourceDefinition = {
  gvk: { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice' },
  plural: 'endpointslices',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.discovery.v1.EndpointSlice',
  strategy: {
    metadata: WHOLE,
    default: (o) => {
      for (const p of portsOf(o)) {
        p.name ??= '';
        p.protocol ??= 'TCP';
      }
    },
    prepareForCreate: (_c, o) => {
      bumpGeneration(o, undefined);
      dropTopology(o);
    },
    prepareForUpdate: (_c, o, old) => {
      const same =
        semanticEqual(o.endpoints, old.endpoints) &&
        semanticEqual(o.ports, old.ports) &&
        o.addressType === old.addressType &&
        semanticEqual(o.metadata.labels, old.metadata.labels);
      if (!same) bumpGeneration(o, old);
      dropTopology(o, old);
    },
    validate: (_c, o, old) => validateSlice(o, old),
    warnings: (_c, o, old) => warningsFor(o, old),
  },
  columns: [
    nameColumn,
    { name: 'AddressType', type: 'string', cell: (o) => o.addressType ?? '' },
    { name: 'Ports', type: 'string', cell: (o) => shorten(portsOf(o).map((p) => (p.port !== undefined ? String(p.port) : (p.name ?? '*')))) },
    { name: 'Endpoints', type: 'string', cell: (o) => shorten(endpointsOf(o).flatMap((e) => e.addresses ?? [])) },
    ageColumn,
  ],
};
