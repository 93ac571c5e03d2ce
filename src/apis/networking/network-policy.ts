import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { holdsGivenEmpty } from '../../api/schema/empties';
import { formatSelector } from '../../api/selectors/label-selector';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { isPortName, isPortNumber } from '../shared/formats';
import { bumpGeneration } from '../shared/generation';
import { selectorHasInvalidValue, validateLabelSelector, type LabelSelectorSource } from '../shared/labels';
import { ALL_VERBS } from '../shared/verbs';
import { ipBlocksOf, ipBlockWarnings, validateIpBlock, type IpBlock } from './ip-block';

interface Port {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}

interface Peer {
  podSelector?: LabelSelectorSource;
  namespaceSelector?: LabelSelectorSource;
  ipBlock?: IpBlock;
}

interface Rule {
  ports?: Port[];
  from?: Peer[];
  to?: Peer[];
}

interface Options {
  allowInvalidValues: boolean;
  validOldCidrs: readonly string[];
}

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= { podSelector: {} });
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])] as Rule[]) for (const p of rule.ports ?? []) p.protocol ??= 'TCP';
  if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}

function pushPortErrors(errors: FieldError[], p: Port, path: string): void {
  if (p.protocol !== undefined && !['TCP', 'UDP', 'SCTP'].includes(p.protocol)) {
    errors.push(notSupported(`${path}.protocol`, p.protocol, ['TCP', 'UDP', 'SCTP']));
  }
  const { port, endPort } = p;
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalidValue(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified'));
  } else if (typeof port === 'number') {
    for (const m of isPortNumber(port)) errors.push(invalidValue(`${path}.port`, port, m));
    if (endPort === undefined) return;
    if (endPort < port) errors.push(invalidValue(`${path}.endPort`, port, 'must be greater than or equal to `port`'));
    for (const m of isPortNumber(endPort)) errors.push(invalidValue(`${path}.endPort`, endPort, m));
  } else {
    if (endPort !== undefined) errors.push(invalidValue(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
    for (const m of isPortName(port)) errors.push(invalidValue(`${path}.port`, port, m));
  }
}

function pushPeerErrors(errors: FieldError[], peer: Peer, path: string, options: Options): void {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  errors.push(...validateLabelSelector(podSelector, `${path}.podSelector`, options), ...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`, options));
  if (ipBlock) errors.push(...validateIpBlock(ipBlock, `${path}.ipBlock`, options.validOldCidrs));
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, 'must specify a peer'));
  else if (ipBlock && (podSelector || namespaceSelector)) errors.push(forbiddenField(path, 'may not specify both ipBlock and another peer'));
}

function validatePolicy(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec;
  const options: Options = {
    allowInvalidValues: selectorHasInvalidValue(old?.spec?.podSelector),
    validOldCidrs: old ? ipBlocksOf(old).flatMap(({ block }) => [block.cidr ?? '', ...(block.except ?? [])]) : [],
  };
  const errors = validateLabelSelector(spec.podSelector, 'spec.podSelector', options);
  for (const [direction, peers] of [['ingress', 'from'], ['egress', 'to']] as const) {
    ((spec[direction] ?? []) as Rule[]).forEach((rule, i) => {
      const path = `spec.${direction}[${i}]`;
      rule.ports?.forEach((p, j) => pushPortErrors(errors, p, `${path}.ports[${j}]`));
      rule[peers]?.forEach((peer, j) => pushPeerErrors(errors, peer, `${path}.${peers}[${j}]`, options));
    });
  }
  const types: string[] = spec.policyTypes ?? [];
  if (types.length > 2) return [...errors, invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  types.forEach((t, i) => {
    if (t !== 'Ingress' && t !== 'Egress') errors.push(notSupported(`spec.policyTypes[${i}]`, t, ['Ingress', 'Egress']));
  });
  return errors;
}

export const networkPolicy: ResourceDefinition = {
  gvk: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.networking.v1.NetworkPolicy',
  strategy: {
    default: setDefaults,
    prepareForCreate: (_c, o) => bumpGeneration(o, undefined),
    prepareForUpdate: (_c, o, old) => {
      // upstream compares with reflect.DeepEqual
      if (holdsGivenEmpty(o.spec) || !semanticEqual(o.spec, old.spec)) bumpGeneration(o, old);
    },
    validate: (_c, o, old) => validatePolicy(o, old),
    warnings: (_c, o) => ipBlockWarnings(o),
  },
  columns: [nameColumn, { name: 'Pod-Selector', type: 'string', cell: (o) => formatSelector(o.spec?.podSelector ?? {}) || '<none>' }, ageColumn],
};
