import type { KubeObject } from '../../api/meta/object';
import { isPodFinished, isPodReady } from './pod';
import type { Pod } from './types';

export interface ServicePort {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: number | string;
  appProtocol?: string;
}

export interface Service extends KubeObject {
  spec: {
    type?: string;
    selector?: Record<string, string>;
    ports?: ServicePort[];
    clusterIP?: string;
    ipFamilies?: string[];
    publishNotReadyAddresses?: boolean;
    trafficDistribution?: string;
  };
}

/** Label of what belongs to Services without an address of their own. */
export const HEADLESS_LABEL = 'service.kubernetes.io/headless';
export const LAST_CHANGE_ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time';

/** The controllers make endpoints for Services that select pods; others get theirs from elsewhere. */
export function selectsPods(s: Service): boolean {
  return s.spec.type !== 'ExternalName' && s.spec.selector !== undefined && Object.keys(s.spec.selector).length > 0;
}

export function isHeadless(s: Service): boolean {
  return s.spec.clusterIP === 'None' || !s.spec.clusterIP;
}

/** The number behind a port of the Service on this pod; undefined when the pod has no port of that name and protocol. */
export function findPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  for (const c of [...pod.spec.containers, ...sidecars]) {
    for (const p of c.ports ?? []) if (p.name === target && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP')) return p.containerPort;
  }
  return undefined;
}

/** It has an address and may still be reached there. */
export function isReachable(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodFinished(pod) || (!pod.status?.podIP && !pod.status?.podIPs?.length)) return false;
  return includeTerminating || !pod.metadata.deletionTimestamp;
}

/** Addresses of the pod of one family. */
export function podAddresses(pod: Pod, ipv6: boolean): string[] {
  return (pod.status?.podIPs ?? []).map((p) => p.ip).filter((ip) => ip.includes(':') === ipv6);
}

/** The pod asks for a name of its own under this Service. */
export function hostnameUnder(pod: Pod, s: Service): string | undefined {
  return pod.spec.hostname && pod.spec.subdomain === s.metadata.name && s.metadata.namespace === pod.metadata.namespace ? pod.spec.hostname : undefined;
}

/** What of a pod endpoints are made of has changed. */
export function endpointChanged(a: Pod, b: Pod): boolean {
  return (
    a.metadata.deletionTimestamp !== b.metadata.deletionTimestamp ||
    isPodReady(a) !== isPodReady(b) ||
    isPodFinished(a) !== isPodFinished(b) ||
    (a.status?.podIPs ?? []).map((p) => p.ip).join() !== (b.status?.podIPs ?? []).map((p) => p.ip).join()
  );
}
