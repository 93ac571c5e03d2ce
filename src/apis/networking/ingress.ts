import type { KubeObject } from '../../api/meta/object';
import type { Column, ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { ipWarnings } from '../shared/ip';
import { ALL_VERBS, VIEW_VERBS } from '../shared/verbs';
import { CLASS_ANNOTATION, validateIngress, validateIngressStatus } from './ingress-validation';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

const MAX_HOSTS = 3;

function hostsCell(o: KubeObject): string {
  const rules: { host?: string }[] = o.spec?.rules ?? [];
  const hosts: string[] = [];
  let more = false;
  for (const { host } of rules) {
    if (hosts.length === MAX_HOSTS) more = true;
    else if (host) hosts.push(host);
  }
  if (!hosts.length) return '*';
  return more ? `${hosts.join(',')} + ${rules.length - MAX_HOSTS} more...` : hosts.join(',');
}

/** Every address once, sorted. Tables of the API are always the wide ones, so nothing is cut off. */
function addressCell(o: KubeObject): string {
  const list: { ip?: string; hostname?: string }[] = o.status?.loadBalancer?.ingress ?? [];
  return [...new Set(list.flatMap((i) => i.ip || i.hostname || []))].sort().join(',');
}

const columns: Column[] = [
  nameColumn,
  { name: 'Class', type: 'string', cell: (o) => o.spec?.ingressClassName ?? '<none>' },
  { name: 'Hosts', type: 'string', cell: hostsCell },
  { name: 'Address', type: 'string', cell: addressCell },
  { name: 'Ports', type: 'string', cell: (o) => (o.spec?.tls?.length ? '80, 443' : '80') },
  ageColumn,
];

export const ingress: ResourceDefinition = {
  gvk: { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' },
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.networking.v1.Ingress',
  strategy: {
    metadata: CHANGE_THEN_WHOLE,
    prepareForCreate: (_c, o) => {
      o.status = { loadBalancer: {} };
      bumpGeneration(o, undefined);
    },
    prepareForUpdate: (_c, o, old) => {
      o.status = old.status;
      if (!semanticEqual(o.spec, old.spec)) bumpGeneration(o, old);
    },
    validate: (_c, o, old) => validateIngress(o, old),
    warnings: (_c, o, old) =>
      !old && o.metadata.annotations?.[CLASS_ANNOTATION] !== undefined && o.spec?.ingressClassName === undefined
        ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
        : [],
    resetFields: [['status']],
  },
  columns,
  subresources: {
    status: {
      type: 'update',
      verbs: VIEW_VERBS,
      strategy: {
        prepareForUpdate: (_c, o, old) => {
          o.spec = old.spec;
        },
        validate: (_c, o, old) => validateIngressStatus(o, old!),
        warnings: (_c, o) =>
          ((o.status?.loadBalancer?.ingress ?? []) as { ip?: string }[]).flatMap(({ ip }, i) => (ip ? ipWarnings(ip, `status.loadBalancer.ingress[${i}]`) : [])),
        resetFields: [['spec']],
      },
    },
  },
};
