import type { KubeObject } from '../../../api/meta/object';
import type { Raw } from '../../shared/raw';
import { isExternallyAccessible, isLoadBalancer, portsOf } from './service-facts';

const AFFINITY_SECONDS = 10800;

/** SetDefaults_Service. */
export function defaultService(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  const status = (o.status ??= {}) as Raw;
  status.loadBalancer ??= {};
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  else if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  }
  spec.type ||= 'ClusterIP';
  for (const p of portsOf(o)) {
    p.protocol ||= 'TCP';
    if (!p.targetPort) p.targetPort = p.port ?? 0;
  }
  if (!spec.externalTrafficPolicy && isExternallyAccessible(o)) spec.externalTrafficPolicy = 'Cluster';
  if (spec.internalTrafficPolicy === undefined && ['NodePort', 'LoadBalancer', 'ClusterIP'].includes(spec.type as string)) {
    spec.internalTrafficPolicy = 'Cluster';
  }
  if (!isLoadBalancer(o)) return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const i of (status.loadBalancer.ingress ?? []) as Raw[]) if (i.ip) i.ipMode ??= 'VIP';
}
