import { duplicate, forbiddenField, invalidValue, notSupportedText, required, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { pushLabelNameErrors, pushMessages, pushNotSupported, pushSubdomainErrors } from '../../shared/checks';
import { validateLegacyCidr } from '../../shared/cidr';
import { isPortNumber } from '../../shared/formats';
import { goValue } from '../../shared/go-value';
import { parseIpSloppy, validateLegacyIp } from '../../shared/ip';
import { validateLabels } from '../../shared/labels';
import { isDns1123Subdomain, isQualifiedName } from '../../shared/names';
import { pushPortNumberOrNameErrors } from '../../shared/ports';
import type { Raw } from '../../shared/raw';
import { PORT_PROTOCOLS, validateEndpointIp } from '../endpoints';
import { validateClusterIpChange, validateClusterIpFields, validateIpFamilyChange } from './ip-family-validation';
import { isExternallyAccessible, isExternalName, isHeadless, isLoadBalancer, needsHealthCheck, portsOf, specOf } from './service-facts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const MAX_AFFINITY_SECONDS = 86400;
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

function pushPort(errors: FieldError[], p: Raw, needsName: boolean, names: Set<string>, path: string): void {
  if (!p.name) {
    if (needsName) errors.push(required(`${path}.name`));
  } else {
    pushLabelNameErrors(errors, p.name, `${path}.name`);
    if (names.has(p.name)) errors.push(duplicate(`${path}.name`, p.name));
    names.add(p.name);
  }
  const port = (p.port ?? 0) as number;
  pushMessages(errors, isPortNumber(port), port, `${path}.port`);
  if (!p.protocol) errors.push(required(`${path}.protocol`));
  else pushNotSupported(errors, p.protocol, PORT_PROTOCOLS, `${path}.protocol`);
  pushPortNumberOrNameErrors(errors, p.targetPort, `${path}.targetPort`);
  if (p.appProtocol !== undefined) pushMessages(errors, isQualifiedName(p.appProtocol), p.appProtocol, `${path}.appProtocol`);
}

function pushByType(errors: FieldError[], o: KubeObject): void {
  const spec = specOf(o);
  if (!portsOf(o).length && !isHeadless(o) && !isExternalName(o)) errors.push(required('spec.ports'));
  if (isHeadless(o) && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')) {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (!isExternalName(o)) return;
  for (const field of ['clusterIPs', 'ipFamilies']) if (spec[field]?.length) errors.push(forbiddenField(`spec.${field}`, 'may not be set for ExternalName services'));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbiddenField('spec.ipFamilyPolicy', 'may not be set for ExternalName services'));
  const name = ((spec.externalName ?? '') as string).replace(/\.$/, '');
  if (name) pushSubdomainErrors(errors, name, 'spec.externalName');
  else errors.push(required('spec.externalName'));
}

function pushAffinity(errors: FieldError[], spec: Raw): void {
  const affinity = spec.sessionAffinity as string | undefined;
  if (!affinity) errors.push(required('spec.sessionAffinity'));
  else pushNotSupported(errors, affinity, ['ClientIP', 'None'], 'spec.sessionAffinity');
  const path = 'spec.sessionAffinityConfig';
  if (affinity === 'None' && spec.sessionAffinityConfig) errors.push(forbiddenField(path, 'must not be set when session affinity is None'));
  if (affinity !== 'ClientIP') return;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds as number;
  if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    errors.push(invalidValue(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`));
  }
}

function pushRepeatedPorts(errors: FieldError[], o: KubeObject): void {
  const ports = portsOf(o);
  if (o.spec.type === 'ClusterIP') {
    ports.forEach((p, i) => p.nodePort && errors.push(forbiddenField(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'")));
  }
  const nodePorts = new Set<string>();
  ports.forEach((p, i) => {
    if (!p.nodePort) return;
    const key = `${p.protocol}/${p.nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${i}].nodePort`, p.nodePort));
    nodePorts.add(key);
  });
  const seen = new Set<string>();
  ports.forEach((p, i) => {
    const key = `${p.protocol}/${p.port}`;
    if (seen.has(key)) errors.push(duplicate(`spec.ports[${i}]`, goValue('ServicePort', { protocol: p.protocol, port: p.port })));
    seen.add(key);
  });
}

function pushSourceRanges(errors: FieldError[], o: KubeObject, old?: KubeObject): void {
  const ranges = (o.spec.loadBalancerSourceRanges ?? []) as string[];
  const annotation = o.metadata.annotations?.[SOURCE_RANGES];
  const isBalancer = isLoadBalancer(o);
  if (ranges.length) {
    const path = 'spec.LoadBalancerSourceRanges';
    if (!isBalancer) errors.push(forbiddenField(path, ONLY_LOAD_BALANCER));
    const known = ((old?.spec?.loadBalancerSourceRanges ?? []) as string[]).map((r) => r.trim());
    ranges.forEach((r, i) => errors.push(...validateLegacyCidr(r.trim(), `${path}[${i}]`, known)));
  } else if (annotation !== undefined) {
    const path = `metadata.annotations[${SOURCE_RANGES}]`;
    if (!isBalancer) errors.push(forbiddenField(path, ONLY_LOAD_BALANCER));
    if (old?.metadata.annotations?.[SOURCE_RANGES] === annotation || !annotation.trim()) return;
    for (const r of annotation.trim().split(',')) errors.push(...validateLegacyCidr(r.trim(), path));
  }
}

function pushLoadBalancer(errors: FieldError[], o: KubeObject): void {
  const spec = specOf(o);
  const isBalancer = isLoadBalancer(o);
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalancer) errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', ONLY_LOAD_BALANCER));
  if (isBalancer && spec.allocateLoadBalancerNodePorts === undefined) errors.push(required('allocateLoadBalancerNodePorts'));
  pushLoadBalancerClass(errors, o);
}

function pushLoadBalancerClass(errors: FieldError[], o: KubeObject): void {
  const name = o.spec.loadBalancerClass as string | undefined;
  if (name === undefined) return;
  if (isLoadBalancer(o)) pushMessages(errors, isQualifiedName(name), name, 'spec.loadBalancerClass');
  else errors.push(forbiddenField('spec.loadBalancerClass', ONLY_LOAD_BALANCER));
}

function pushTraffic(errors: FieldError[], o: KubeObject): void {
  const spec = specOf(o);
  const external = (spec.externalTrafficPolicy ?? '') as string;
  const path = 'spec.externalTrafficPolicy';
  if (!isExternallyAccessible(o)) {
    if (external) errors.push(invalidValue(path, external, 'may only be set for externally-accessible services'));
  } else if (!external) errors.push(required(path));
  else pushNotSupported(errors, external, ['Cluster', 'Local'], path);
  const health = (spec.healthCheckNodePort ?? 0) as number;
  if (needsHealthCheck(o)) {
    if (!health) errors.push(required('spec.healthCheckNodePort'));
    else pushMessages(errors, isPortNumber(health), health, 'spec.healthCheckNodePort');
  } else if (health) {
    errors.push(invalidValue('spec.healthCheckNodePort', health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  }
  const internal = spec.internalTrafficPolicy as string | undefined;
  if (internal !== undefined) pushNotSupported(errors, internal, ['Cluster', 'Local'], 'spec.internalTrafficPolicy');
  else if (spec.type === 'NodePort' || spec.type === 'LoadBalancer' || spec.type === 'ClusterIP') errors.push(required('spec.internalTrafficPolicy'));
  if (spec.trafficDistribution !== undefined && !DISTRIBUTIONS.includes(spec.trafficDistribution)) {
    errors.push(notSupportedText('spec.trafficDistribution', spec.trafficDistribution as string, DISTRIBUTIONS));
  }
}

/** Complaints about a Service whatever it was before (validateService), in upstream's order. */
function pushAny(errors: FieldError[], o: KubeObject, old?: KubeObject): void {
  const spec = specOf(o);
  const hints = o.metadata.annotations?.[HINTS];
  const mode = o.metadata.annotations?.[TOPOLOGY_MODE];
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    errors.push(invalidValue(`metadata.annotations[${TOPOLOGY_MODE}]`, mode, `must match annotations[${HINTS}] when both are specified`));
  }
  pushByType(errors, o);
  const ports = portsOf(o);
  const names = new Set<string>();
  ports.forEach((p, i) => pushPort(errors, p, ports.length > 1, names, `spec.ports[${i}]`));
  errors.push(...validateLabels(spec.selector, 'spec.selector'));
  pushAffinity(errors, spec);
  errors.push(...validateClusterIpFields(o, old));
  ((spec.externalIPs ?? []) as string[]).forEach((ip, i) => {
    const path = `spec.externalIPs[${i}]`;
    const bad = validateLegacyIp(ip, path, (old?.spec?.externalIPs ?? []) as string[]);
    errors.push(...(bad.length ? bad : validateEndpointIp(ip, path)));
  });
  if (!spec.type) errors.push(required('spec.type'));
  else pushNotSupported(errors, spec.type, TYPES, 'spec.type');
  pushRepeatedPorts(errors, o);
  pushSourceRanges(errors, o, old);
  pushLoadBalancer(errors, o);
  pushTraffic(errors, o);
}

/** Complaints about a Service; with `old` also about what may not change. */
export function validateService(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (old) {
    errors.push(...validateClusterIpChange(old, o), ...validateIpFamilyChange(old, o));
    if (isLoadBalancer(old) && isLoadBalancer(o) && old.spec.loadBalancerClass !== o.spec.loadBalancerClass) {
      errors.push(invalidValue('spec.loadBalancerClass', (o.spec.loadBalancerClass as string | undefined) ?? null, 'may not change once set'));
    }
    pushLoadBalancerClass(errors, o);
    if (needsHealthCheck(old) && needsHealthCheck(o) && (old.spec.healthCheckNodePort ?? 0) !== (o.spec.healthCheckNodePort ?? 0)) {
      errors.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'));
    }
  }
  pushAny(errors, o, old);
  return errors;
}

/** Complaints about the addresses in a load balancer's status at `path`; Ingresses have the same. `isBalancer`: the object may have any. */
export function validateLoadBalancerStatus(status: Raw | undefined, old: Raw | undefined, path: string, isBalancer: boolean): FieldError[] {
  const ingress = (status?.ingress ?? []) as Raw[];
  if (!isBalancer && ingress.length) return [forbiddenField(`${path}.ingress`, "may only be used when `spec.type` is 'LoadBalancer'")];
  const errors: FieldError[] = [];
  const known = ((old?.ingress ?? []) as Raw[]).flatMap((i) => (i.ip ? [i.ip as string] : []));
  ingress.forEach((entry, i) => {
    const at = `${path}.ingress[${i}]`;
    if (entry.ip) errors.push(...validateLegacyIp(entry.ip, `${at}.ip`, known));
    if (entry.ipMode === undefined) {
      if (entry.ip) errors.push(required(`${at}.ipMode`, 'must be specified when `ip` is set'));
    } else if (!entry.ip) errors.push(forbiddenField(`${at}.ipMode`, 'may not be specified when `ip` is not set'));
    else pushNotSupported(errors, entry.ipMode, ['Proxy', 'VIP'], `${at}.ipMode`);
    if (!entry.hostname) return;
    pushMessages(errors, isDns1123Subdomain(entry.hostname), entry.hostname, `${at}.hostname`);
    if (parseIpSloppy(entry.hostname)) errors.push(invalidValue(`${at}.hostname`, entry.hostname, 'must be a DNS name, not an IP address'));
  });
  return errors;
}
