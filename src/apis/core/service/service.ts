import type { KubeObject } from '../../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../../apiserver/registry/strategy';
import { cidrWarnings } from '../../shared/cidr';
import { ageColumn, formatLabels, nameColumn } from '../../shared/columns';
import { ipWarnings } from '../../shared/ip';
import { nameIsDnsLabel } from '../../shared/names';
import type { Raw } from '../../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../../shared/verbs';
import type { ServiceAllocator } from './allocation';
import { defaultService } from './defaults';
import { clusterIps, ipFamilies, isExternallyAccessible, isExternalName, isLoadBalancer, needsHealthCheck, nodePortsOf, portsOf, sameList } from './service-facts';
import { validateLoadBalancerStatus, validateService } from './validation';

const HINTS = 'service.kubernetes.io/topology-aware-hints';

/** What belongs to a type goes with the type, unless the update says something else of it (dropTypeDependentFields). */
function dropTypeDependentFields(o: KubeObject, old: KubeObject): void {
  const spec = o.spec as Raw;
  const before = old.spec as Raw;
  if (!isExternalName(old) && isExternalName(o)) {
    if (spec.clusterIP === before.clusterIP && sameList(clusterIps(old), clusterIps(o))) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameList(ipFamilies(old), ipFamilies(o))) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === before.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  const typed = (s: KubeObject): boolean => s.spec.type === 'NodePort' || isLoadBalancer(s);
  if (typed(old) && !typed(o) && nodePortsOf(o).every((p) => nodePortsOf(old).includes(p))) for (const p of portsOf(o)) delete p.nodePort;
  if (needsHealthCheck(old) && !needsHealthCheck(o) && spec.healthCheckNodePort === before.healthCheckNodePort) delete spec.healthCheckNodePort;
  if (isLoadBalancer(old) && !isLoadBalancer(o)) {
    if (spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === before.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(o) && spec.externalTrafficPolicy === before.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  if (!isLoadBalancer(o)) o.status = { ...(o.status as Raw), loadBalancer: {} };
}

/** An ExternalName service has no traffic policy of its own; upstream hides what was defaulted before it became one. */
function dropUnusedTrafficPolicy(o: KubeObject): void {
  if (isExternalName(o)) delete o.spec.internalTrafficPolicy;
}

function warnings(o: KubeObject): string[] {
  const found: string[] = [];
  const spec = o.spec as Raw;
  const external = (spec.externalIPs ?? []) as string[];
  if (o.metadata.annotations?.[HINTS] !== undefined) found.push(`annotation ${HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  if (spec.clusterIP && spec.clusterIP !== 'None') clusterIps(o).forEach((ip, i) => found.push(...ipWarnings(ip, `spec.clusterIPs[${i}]`)));
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === 'None';
  if (headless) {
    if (spec.loadBalancerIP) found.push('spec.loadBalancerIP is ignored for headless services');
    if (external.length) found.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') found.push('spec.SessionAffinity is ignored for headless services');
  }
  external.forEach((ip, i) => found.push(...ipWarnings(ip, `spec.externalIPs[${i}]`)));
  if (external.length && !headless && !isExternalName(o)) found.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (spec.loadBalancerIP) found.push(...ipWarnings(spec.loadBalancerIP, 'spec.loadBalancerIP'));
  ((spec.loadBalancerSourceRanges ?? []) as string[]).forEach((r, i) => found.push(...cidrWarnings(r, `spec.loadBalancerSourceRanges[${i}]`)));
  if (isExternalName(o) && external.length) found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!isExternalName(o) && spec.externalName) found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose') found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return found;
}

const strategy: Strategy = {
  default: defaultService,
  prepareForCreate(_c, o) {
    o.status = { loadBalancer: {} };
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    dropTypeDependentFields(o, old);
  },
  validate: (_c, o, old) => validateService(o, old),
  warnings: (_c, o) => warnings(o),
  canonicalize: dropUnusedTrafficPolicy,
  validateName: nameIsDnsLabel,
  allowCreateOnUpdate: true,
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: defaultService,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate: (_c, o, old) => validateLoadBalancerStatus(o.status?.loadBalancer as Raw, old?.status?.loadBalancer as Raw, 'status.loadBalancer', isLoadBalancer(o)),
  warnings: (_c, o) => ((o.status?.loadBalancer?.ingress ?? []) as Raw[]).flatMap((e, i) => (e.ip ? ipWarnings(e.ip, `status.loadBalancer.ingress[${i}]`) : [])),
  validateName: nameIsDnsLabel,
  resetFields: RESETS_SPEC,
};

function externalIp(o: KubeObject): string {
  const external = (o.spec?.externalIPs ?? []) as string[];
  switch (o.spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external.length ? external.join(',') : '<none>';
    case 'LoadBalancer': {
      const balancer = ((o.status?.loadBalancer?.ingress ?? []) as Raw[]).map((i) => (i.ip || i.hostname || '') as string).filter((s) => s);
      const all = [...[...new Set(balancer)].sort(), ...external];
      return all.length ? all.join(',') : '<pending>';
    }
    case 'ExternalName':
      return (o.spec.externalName as string | undefined) ?? '';
    default:
      return '<unknown>';
  }
}

function portsText(o: KubeObject): string {
  const texts = portsOf(o).map((p) => (p.nodePort ? `${p.port}:${p.nodePort}/${p.protocol}` : `${p.port}/${p.protocol}`));
  return texts.length ? texts.join(',') : '<none>';
}

/** The services resource, with addresses and ports from `allocator`. */
export function serviceResource(allocator: ServiceAllocator): ResourceDefinition {
  return {
    gvk: { group: '', version: 'v1', kind: 'Service' },
    plural: 'services',
    shortNames: ['svc'],
    categories: ['all'],
    namespaced: true,
    verbs: ALL_VERBS,
    schema: 'io.k8s.api.core.v1.Service',
    strategy,
    fields: {
      'spec.clusterIP': (o) => (o.spec?.clusterIP as string | undefined) ?? '',
      'spec.type': (o) => (o.spec?.type as string | undefined) ?? '',
    },
    columns: [
      nameColumn,
      { name: 'Type', type: 'string', cell: (o) => (o.spec?.type as string | undefined) ?? '' },
      { name: 'Cluster-IP', type: 'string', cell: (o) => clusterIps(o)[0] ?? '<none>' },
      { name: 'External-IP', type: 'string', cell: externalIp },
      { name: 'Port(s)', type: 'string', cell: portsText },
      ageColumn,
      { name: 'Selector', type: 'string', priority: 1, cell: (o) => formatLabels(o.spec?.selector as Record<string, string> | undefined) },
    ],
    subresources: {
      proxy: { type: 'connect', gvk: { group: '', version: 'v1', kind: 'ServiceProxyOptions' }, verbs: ['create', 'delete', 'get', 'patch', 'update'] },
      status: viewOf(statusStrategy),
    },
    returnsDeletedObject: true,
    begin: (c, o, old) => allocator.begin(c, o, old),
    afterDelete: (c, o) => allocator.release(c, o),
  };
}
