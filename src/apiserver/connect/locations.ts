import { isIP } from 'node:net';
import { StatusError, badRequest, notFound } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Lookup } from '../registry/strategy';

/** An id in a proxy path: "name", "name:port" or "scheme:name:port". */
export interface ProxyId {
  name: string;
  port: string;
}

const SCHEMES = new Set(['', 'http', 'https']);
const KUBELET_PORT = 10250;

/** @throws BadRequest in upstream's words; `what`: pod, service or node */
export function parseProxyId(id: string, what: string): ProxyId {
  const parts = id.split(':');
  const [scheme, name, port] = parts.length === 1 ? ['', parts[0], ''] : parts.length === 2 ? ['', ...parts] : parts;
  if (parts.length > 3 || !name || !SCHEMES.has(scheme!)) throw badRequest(`invalid ${what} request ${JSON.stringify(id)}`);
  return { name, port: port! };
}

/** Where a pod's proxy leads: its address, and the port asked for or the first that a container names. @throws BadRequest */
export function podAddress(pod: KubeObject, port: string): string {
  const ip = (pod.status?.podIPs as { ip: string }[] | undefined)?.[0]?.ip ?? '';
  if (!isIP(ip) || /^(127\.|0\.|169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255|::1$|::$|fe[89ab]|ff)/i.test(ip)) throw badRequest('address not allowed');
  const ports = (pod.spec.containers as { ports?: { containerPort: number }[] }[]).flatMap((c) => c.ports ?? []);
  return hostPort(ip, port || (ports[0] ? String(ports[0].containerPort) : ''));
}

interface Subset {
  addresses?: { ip: string; targetRef?: { kind?: string } }[];
  ports?: { name?: string; port: number }[];
}

/** Where a service's proxy leads: an address of its endpoints for the port of that name or number. @throws NotFound, ServiceUnavailable */
export function serviceAddress(lookup: Lookup, namespace: string, id: string): string {
  const { name, port } = parseProxyId(id, 'service');
  let portName = port;
  if (/^[+-]?\d+$/.test(port)) {
    const service = lookup.get(core('services'), namespace, name);
    if (!service) throw notFound({ group: '', resource: 'services' }, name);
    const found = ((service.spec.ports ?? []) as { name?: string; port: number }[]).find((p) => p.port === Number(port));
    if (!found) throw unavailable(`no service port ${Number(port)} found for service ${JSON.stringify(name)}`);
    portName = found.name ?? '';
  }
  const endpoints = lookup.get(core('endpoints'), namespace, name);
  // Upstream names whatever it misses on the way by the resource that was asked.
  if (!endpoints) throw notFound({ group: '', resource: 'services' }, name);
  const subsets = (endpoints['subsets'] ?? []) as Subset[];
  if (!subsets.length) throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  for (const s of subsets) {
    const address = s.addresses?.find((a) => a.targetRef?.kind === 'Pod');
    const at = s.ports?.find((p) => (p.name ?? '') === portName);
    if (address && at) return hostPort(address.ip, String(at.port));
  }
  throw unavailable(`no endpoints available for service ${JSON.stringify(id)}`);
}

/** Address of a node's kubelet, or of another port on it. @throws NotFound, and 500 when the node has told no address */
export function nodeAddress(lookup: Lookup, name: string, port = '', resource = 'nodes'): string {
  const node = lookup.get(core('nodes'), undefined, name);
  if (!node) throw notFound({ group: '', resource }, name);
  const addresses = (node.status?.addresses ?? []) as { type: string; address: string }[];
  const preferred = ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'].map((t) => addresses.find((a) => a.type === t)).find((a) => a);
  if (!preferred) throw new StatusError(500, undefined, 'no preferred addresses found; known addresses: []');
  const kubelet = (node.status.daemonEndpoints as { kubeletEndpoint?: { Port?: number } } | undefined)?.kubeletEndpoint?.Port ?? KUBELET_PORT;
  return hostPort(preferred.address, port || String(kubelet));
}

/** What a client hears that wants to talk to a process: there are none. */
export function refused(address: string): string {
  return `dial tcp ${address}: connect: connection refused: containers and kubelets are simulated and listen on no port`;
}

function core(resource: string): { group: string; version: string; resource: string } {
  return { group: '', version: 'v1', resource };
}

function hostPort(host: string, port: string): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return port ? `${bracketed}:${port}` : bracketed;
}

export function unavailable(why: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', why);
}
