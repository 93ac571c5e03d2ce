import type { KubeObject } from '../../../api/meta/object';
import type { Raw } from '../../shared/raw';

/** Questions about a Service that several of its parts ask. Lists that are absent count as empty. */

export function specOf(o: KubeObject): Raw {
  return (o.spec ?? {}) as Raw;
}

export function clusterIps(o: KubeObject): string[] {
  return (o.spec?.clusterIPs ?? []) as string[];
}

export function ipFamilies(o: KubeObject): string[] {
  return (o.spec?.ipFamilies ?? []) as string[];
}

export function portsOf(o: KubeObject): Raw[] {
  return (o.spec?.ports ?? []) as Raw[];
}

export function isExternalName(o: KubeObject): boolean {
  return o.spec?.type === 'ExternalName';
}

export function isLoadBalancer(o: KubeObject): boolean {
  return o.spec?.type === 'LoadBalancer';
}

/** clusterIP None, by its list. */
export function isHeadless(o: KubeObject): boolean {
  const ips = clusterIps(o);
  return ips.length === 1 && ips[0] === 'None';
}

export function isExternallyAccessible(o: KubeObject): boolean {
  const type = o.spec?.type as string | undefined;
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && !!o.spec.externalIPs?.length);
}

/** A load balancer that asks nodes whether they have endpoints. */
export function needsHealthCheck(o: KubeObject): boolean {
  return isLoadBalancer(o) && o.spec.externalTrafficPolicy === 'Local';
}

/** Node ports are part of the type, unless a load balancer does without. */
export function needsNodePorts(o: KubeObject): boolean {
  return o.spec?.type === 'NodePort' || (isLoadBalancer(o) && o.spec.allocateLoadBalancerNodePorts !== false);
}

export function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}

export function nodePortsOf(o: KubeObject): number[] {
  return portsOf(o).flatMap((p) => (p.nodePort ? [p.nodePort as number] : []));
}
