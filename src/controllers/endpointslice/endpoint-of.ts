import { isPodReady } from '../shared/pod';
import { sortByGoHash } from '../shared/go-hash';
import type { Service } from '../shared/service';
import { findPort, hostnameUnder, podAddresses } from '../shared/service';
import type { Node, Pod } from '../shared/types';
import type { Endpoint, EndpointPort } from './slice-types';

const CLOSE = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode']);

/** The pod as an endpoint of the Service; undefined when it has no address of the family. */
export function endpointOf(pod: Pod, node: Node | undefined, service: Service, ipv6: boolean): Endpoint | undefined {
  const addresses = podAddresses(pod, ipv6);
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata;
  const e: Endpoint = { addresses, conditions: { ready, serving, terminating }, targetRef: { kind: 'Pod', namespace, name, uid } };
  const hostname = hostnameUnder(pod, service);
  if (hostname) e.hostname = hostname;
  if (pod.spec.nodeName) e.nodeName = pod.spec.nodeName;
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  if (zone) e.zone = zone;
  const hints = ready ? hintsFor(e, service) : undefined;
  if (hints) e.hints = hints;
  return e;
}

/** Where the endpoint should be used first, by the Service's trafficDistribution. */
function hintsFor(e: Endpoint, { spec, metadata }: Service): Endpoint['hints'] {
  const mode = metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] ?? metadata.annotations?.['service.kubernetes.io/topology-mode'];
  if (!spec.trafficDistribution || !CLOSE.has(spec.trafficDistribution) || mode === 'Auto' || mode === 'auto') return undefined;
  const hints: Endpoint['hints'] = {};
  if (e.zone) hints.forZones = [{ name: e.zone }];
  if (e.nodeName && spec.trafficDistribution === 'PreferSameNode') hints.forNodes = [{ name: e.nodeName }];
  return hints.forZones || hints.forNodes ? hints : undefined;
}

/** The Service's ports as this pod has them, in the Service's order. */
export function portsOf(pod: Pod, service: Service): EndpointPort[] {
  const out: EndpointPort[] = [];
  for (const p of service.spec.ports ?? []) {
    const port = findPort(pod, p);
    if (port !== undefined) out.push({ name: p.name ?? '', port, protocol: p.protocol ?? 'TCP', ...(p.appProtocol ? { appProtocol: p.appProtocol } : {}) });
  }
  return out;
}

/** Ports in the order in which slices have them. */
export function orderedPorts(ports: readonly EndpointPort[]): EndpointPort[] {
  return sortByGoHash(ports, (p) => `(v1.EndpointPort){Name:(*string)${p.name ?? '<nil>'} Protocol:(*v1.Protocol)${p.protocol ?? '<nil>'} Port:(*int32)${p.port ?? '<nil>'} AppProtocol:(*string)${p.appProtocol ?? '<nil>'}}`);
}
