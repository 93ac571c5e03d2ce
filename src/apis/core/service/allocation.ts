import { invalidValue, type FieldError } from '../../../api/errors/field-error';
import { internalError, invalid, StatusError } from '../../../api/errors/status-error';
import type { KubeObject } from '../../../api/meta/object';
import type { Ctx, Transaction } from '../../../apiserver/registry/strategy';
import { isIpv6 } from '../../shared/ip';
import type { Raw } from '../../shared/raw';
import { AllocationError, IpAllocator } from './ip-allocator';
import { initIpFamilies, matchesPreferDualStack } from './ip-families';
import { PortAllocator, PortOperation } from './port-allocator';
import { clusterIps, ipFamilies, isExternalName, isHeadless, needsHealthCheck, needsNodePorts, nodePortsOf, portsOf, sameList } from './service-facts';

const SERVICES = { group: '', version: 'v1', resource: 'services' };

export interface ServiceRanges {
  /** Ranges of cluster addresses, one or one of each family, separated by a comma; the first one's family is the default. */
  serviceCidr?: string;
  /** First and last node port. */
  nodePorts?: readonly [number, number];
}

/** Cluster addresses and node ports of one cluster's services. Its state follows what is stored: it is read from there at the first write. */
export class ServiceAllocator {
  private readonly ips: readonly IpAllocator[];
  private readonly ports: PortAllocator;
  private seeded = false;

  constructor(ranges: ServiceRanges = {}) {
    this.ips = (ranges.serviceCidr ?? '10.96.0.0/12').split(',').map((r) => new IpAllocator(r.trim()));
    this.ports = new PortAllocator(...(ranges.nodePorts ?? [30000, 32767]));
  }

  private seed(c: Ctx): void {
    if (this.seeded) return;
    this.seeded = true;
    for (const o of c.lookup.list(SERVICES)) {
      for (const ip of clusterIps(o)) this.of(ip)?.mark(ip);
      for (const p of nodePortsOf(o)) this.ports.mark(p);
      if (o.spec?.healthCheckNodePort) this.ports.mark(o.spec.healthCheckNodePort as number);
    }
  }

  private of(ip: string): IpAllocator | undefined {
    const family = isIpv6(ip) ? 'IPv6' : 'IPv4';
    return this.ips.find((a) => a.family === family);
  }

  /** ResourceDefinition.begin of Services. @throws StatusError 422 when an address or a port cannot be had */
  begin(c: Ctx, o: KubeObject, old?: KubeObject): Transaction {
    this.seed(c);
    if (old) keepAllocated(o, old);
    normalizeClusterIps(o, old);
    const parts: Transaction[] = [];
    try {
      initIpFamilies(o, old, this.ips.map((a) => a.family));
      parts.push(old ? this.updateIps(c, o, old) : this.takeIps(c, o, wantedIps(o)));
      const ports = new PortOperation(this.ports, c.random, c.dryRun);
      parts.push(ports);
      if (old) this.updatePorts(o, old, ports);
      else takePorts(o, ports);
    } catch (e) {
      for (const p of parts) p.revert();
      throw e;
    }
    return { commit: () => parts.forEach((p) => p.commit()), revert: () => parts.forEach((p) => p.revert()) };
  }

  /** ResourceDefinition.afterDelete of Services. */
  release(c: Ctx, o: KubeObject): void {
    this.seed(c);
    if (c.dryRun) return;
    if (!isExternalName(o) && !isHeadless(o)) for (const ip of clusterIps(o)) this.of(ip)?.release(ip);
    for (const p of nodePortsOf(o)) this.ports.release(p);
    if (needsHealthCheck(o) && o.spec.healthCheckNodePort) this.ports.release(o.spec.healthCheckNodePort as number);
  }

  /** Takes the addresses wanted per family ('' for any) and writes them into the spec. */
  private takeIps(c: Ctx, o: KubeObject, wanted: readonly (readonly [number, string])[]): Transaction {
    const taken: string[] = [];
    const revert = (): void => {
      if (!c.dryRun) for (const ip of taken) this.of(ip)?.release(ip);
    };
    try {
      for (const [i, ip] of wanted) {
        const allocator = this.ips.find((a) => a.family === ipFamilies(o)[i])!;
        if (ip) allocator.take(ip, c.dryRun);
        const got = ip || allocator.next(c.random, c.dryRun);
        taken.push(got);
        if (!o.metadata.name && !c.dryRun) throw unnamed(o, ip, got);
        const ips = [...clusterIps(o)];
        ips[i] = got;
        o.spec.clusterIPs = ips;
        if (i === 0) o.spec.clusterIP = got;
      }
    } catch (e) {
      revert();
      throw ipProblem(e, o, wanted[taken.length]?.[1] ?? '');
    }
    return { commit: () => undefined, revert };
  }

  private updateIps(c: Ctx, o: KubeObject, old: KubeObject): Transaction {
    const nothing: Transaction = { commit: () => undefined, revert: () => undefined };
    if (matchesPreferDualStack(o, old)) return nothing;
    if (isExternalName(old)) return isExternalName(o) ? nothing : this.takeIps(c, o, wantedIps(o));
    if (isHeadless(old)) return nothing;
    const releaseLater = (ips: readonly string[]): Transaction => ({
      commit: () => {
        if (!c.dryRun) for (const ip of ips) this.of(ip)?.release(ip);
      },
      revert: () => undefined,
    });
    if (isExternalName(o)) return releaseLater(clusterIps(old));
    const before = ipFamilies(old).length;
    const now = ipFamilies(o).length;
    if (before === 1 && now === 2) return this.takeIps(c, o, [[1, clusterIps(o)[1] ?? '']]);
    if (before === 2 && now === 1) return releaseLater([clusterIps(old)[1]!]);
    return nothing;
  }

  private updatePorts(o: KubeObject, old: KubeObject, ports: PortOperation): void {
    const hasPorts = (s: KubeObject): boolean => s.spec.type === 'NodePort' || s.spec.type === 'LoadBalancer';
    if (hasPorts(old) && !hasPorts(o) && (o.spec.type === 'ExternalName' || o.spec.type === 'ClusterIP')) for (const p of nodePortsOf(old)) ports.releaseLater(p);
    if (hasPorts(o)) updateNodePorts(o, old, ports);
    if (!needsHealthCheck(old) && needsHealthCheck(o)) takeHealthPort(o, ports);
    else if (needsHealthCheck(old) && !needsHealthCheck(o) && old.spec.healthCheckNodePort) ports.releaseLater(old.spec.healthCheckNodePort as number);
  }
}

/** Which address each family of the service gets: [index, address or '' for any]. */
function wantedIps(o: KubeObject): [number, string][] {
  if (isExternalName(o) || clusterIps(o)[0] === 'None') return [];
  return ipFamilies(o).map((_, i) => [i, clusterIps(o)[i] ?? '']);
}

function refuse(o: KubeObject, error: FieldError): StatusError {
  return invalid({ group: '', kind: 'Service' }, o.metadata.name ?? '', [error]);
}

/** Upstream writes down whose an address is before it looks at the Service: that of one without a name is nobody's. */
function unnamed(o: KubeObject, wanted: string, got: string): StatusError {
  const why = `IPAddress.networking.k8s.io ${JSON.stringify(got)} is invalid: spec.parentRef.name: Required value`;
  return refuse(o, invalidValue('spec.clusterIPs', [wanted], `failed to allocate IP${wanted && ` ${wanted}`}: ${why}`));
}

function ipProblem(e: unknown, o: KubeObject, ip: string): unknown {
  if (!(e instanceof AllocationError)) return e;
  const ips = clusterIps(o);
  if (ip) return refuse(o, invalidValue('spec.clusterIPs', ips, `failed to allocate IP ${ip}: ${e.message}`));
  return internalError(`failed to allocate a serviceIP for Service ${JSON.stringify(o.metadata.name ?? '')}: ${e.message}`);
}

function takePort(o: KubeObject, ports: PortOperation, i: number, port: number): void {
  try {
    ports.take(port);
  } catch (e) {
    if (!(e instanceof AllocationError)) throw e;
    throw refuse(o, invalidValue(`spec.ports[${i}].nodePort`, port, e.message));
  }
}

function nextPort(ports: PortOperation, what: string): number {
  try {
    return ports.next();
  } catch (e) {
    if (!(e instanceof AllocationError)) throw e;
    throw internalError(`failed to allocate a ${what}: ${e.message}`);
  }
}

/** Node ports of a new service: ports with the same number share one. */
function takePorts(o: KubeObject, ports: PortOperation): void {
  if (o.spec.type === 'NodePort' || o.spec.type === 'LoadBalancer') {
    const all = portsOf(o);
    const byPort = new Map<number, number>();
    all.forEach((p: Raw, i) => {
      if (!p.nodePort && !needsNodePorts(o)) return;
      const shared = byPort.get(p.port);
      if (shared === undefined) {
        const wanted = all.find((q) => q.port === p.port && q.nodePort)?.nodePort as number | undefined;
        if (wanted) takePort(o, ports, i, wanted);
        p.nodePort = wanted ?? nextPort(ports, 'nodePort');
        byPort.set(p.port, p.nodePort);
      } else if (!p.nodePort) p.nodePort = shared;
      else if (p.nodePort !== shared) takePort(o, ports, i, p.nodePort);
    });
  }
  if (needsHealthCheck(o)) takeHealthPort(o, ports);
}

function updateNodePorts(o: KubeObject, old: KubeObject, ports: PortOperation): void {
  const before = nodePortsOf(old);
  const taken = new Set<number>();
  const seen = new Set<string>();
  portsOf(o).forEach((p, i) => {
    if (!p.nodePort && !needsNodePorts(o)) return;
    if (!p.nodePort) p.nodePort = nextPort(ports, 'nodePort');
    else if (!before.includes(p.nodePort) && !taken.has(p.nodePort)) {
      takePort(o, ports, i, p.nodePort);
      taken.add(p.nodePort);
    }
    const key = `${p.protocol} ${p.nodePort}`;
    if (seen.has(key)) throw new StatusError(500, undefined, `duplicate nodePort: {${key}}`);
    seen.add(key);
  });
  const now = nodePortsOf(o);
  for (const p of before) if (!now.includes(p)) ports.releaseLater(p);
}

function takeHealthPort(o: KubeObject, ports: PortOperation): void {
  const wanted = (o.spec.healthCheckNodePort ?? 0) as number;
  try {
    if (wanted) ports.take(wanted);
    else o.spec.healthCheckNodePort = ports.next();
  } catch (e) {
    if (!(e instanceof AllocationError)) throw e;
    throw internalError(`failed to allocate ${wanted ? 'requested' : 'a'} HealthCheck NodePort ${wanted}: ${e.message}`);
  }
}

/** What an update does not mention stays as it was allocated (patchAllocatedValues). */
function keepAllocated(o: KubeObject, old: KubeObject): void {
  if (!isExternalName(old) && !isExternalName(o)) {
    if (!o.spec.clusterIP && old.spec.clusterIP !== undefined) o.spec.clusterIP = old.spec.clusterIP;
    if (!clusterIps(o).length && clusterIps(old).length) o.spec.clusterIPs = [...clusterIps(old)];
  }
  if (needsNodePorts(old) && needsNodePorts(o)) {
    const kept = new Set(nodePortsOf(old).filter((p) => nodePortsOf(o).includes(p)));
    const byName = new Map(portsOf(old).map((p) => [(p.name ?? '') as string, (p.nodePort ?? 0) as number]));
    for (const p of portsOf(o)) {
      const before = byName.get((p.name ?? '') as string) ?? 0;
      if (!p.nodePort && before && !kept.has(before)) p.nodePort = before;
    }
  }
  if (needsHealthCheck(old) && needsHealthCheck(o) && !o.spec.healthCheckNodePort && old.spec.healthCheckNodePort) {
    o.spec.healthCheckNodePort = old.spec.healthCheckNodePort;
  }
}

/** clusterIP is the old way to say clusterIPs[0]: who changes only one of the two means both (normalizeClusterIPs). */
function normalizeClusterIps(o: KubeObject, old?: KubeObject): void {
  const ip = (o.spec.clusterIP ?? '') as string;
  if (!old) {
    if (ip && !clusterIps(o).length) o.spec.clusterIPs = [ip];
    return;
  }
  const before = (old.spec.clusterIP ?? '') as string;
  if (clusterIps(old).length && !clusterIps(o).length && before === ip) o.spec.clusterIPs = [...clusterIps(old)];
  if (before === ip || !sameList(clusterIps(old), clusterIps(o))) return;
  if (before && !ip) delete o.spec.clusterIPs;
  else o.spec.clusterIPs = [ip];
}
