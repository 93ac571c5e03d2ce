import type { KubeObject } from '../../../api/meta/object';
import { defaultPodSpec, dropInitContainerAnnotations } from '../../shared/pod-defaults';
import type { Raw, ResourceList } from '../../shared/raw';
import { isHugePages, isOvercommitAllowed } from '../../shared/resource-names';
import { aggregateResources } from '../../shared/container-resources';

/** Defaults of a Pod: those of its spec, and those that templates do not have (SetDefaults_Pod). Idempotent. */
export function defaultPod(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  dropInitContainerAnnotations(o.metadata);
  for (const c of (spec.containers ?? []) as Raw[]) requestsFromLimits(c);
  const init = spec.initContainers as Raw[] | undefined;
  if (init) for (const c of init) requestsFromLimits(c);
  if (spec.resources) defaultPodResources(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    hostPorts(spec.containers);
    hostPorts(spec.initContainers);
  }
  defaultPodSpec(spec);
  if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
  syncPodIps((o.status ??= {}) as Raw);
}

/** podIP is the old name of the first of podIPs, and wins where they differ. */
function syncPodIps(status: Raw): void {
  const ips = status.podIPs as Raw[] | undefined;
  if (status.podIP) {
    if (ips?.[0]?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }];
  } else if (ips?.length) status.podIP = ips[0]!.ip;
}

function requestsFromLimits(c: Raw): void {
  const limits = c.resources?.limits as ResourceList | undefined;
  for (const r in limits) {
    const requests = (c.resources.requests ??= {}) as ResourceList;
    requests[r] ??= limits[r]!;
  }
}

function hostPorts(containers: Raw[] | undefined): void {
  for (const c of containers ?? []) for (const p of (c.ports ?? []) as Raw[]) if (!p.hostPort) p.hostPort = p.containerPort;
}

/** Resources that a pod can have as a whole. */
function isPodLevel(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name);
}

function defaultPodResources(spec: Raw): void {
  const resources = spec.resources as { limits?: ResourceList; requests?: ResourceList };
  if (Object.keys(resources.limits ?? {}).length || Object.keys(resources.requests ?? {}).length) {
    const sum = aggregateResources(spec, 'limits');
    for (const r in sum) {
      if (isHugePages(r) && resources.requests?.[r] === undefined && resources.limits?.[r] === undefined) (resources.limits ??= {})[r] = sum[r]!;
    }
  }
  const limits = resources.limits ?? {};
  if (!Object.keys(limits).length) return;
  const requests: ResourceList = resources.requests ?? {};
  const sum = aggregateResources(spec, 'requests');
  for (const r in sum) if (isPodLevel(r) && isOvercommitAllowed(r)) requests[r] ??= sum[r]!;
  for (const r in limits) if (isPodLevel(r)) requests[r] ??= limits[r]!;
  if (Object.keys(requests).length) resources.requests = requests;
}
