import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { KubeObject } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import type { EndpointAddress, Subset, SubsetPort } from '../endpoints/repack';
import { repack } from '../endpoints/repack';
import { orderedPorts } from '../endpointslice/endpoint-of';
import type { Plan } from '../endpointslice/slice-plan';
import { reuseDeleted } from '../endpointslice/slice-plan';
import type { Endpoint, EndpointPort, EndpointSlice } from '../endpointslice/slice-types';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../endpointslice/slice-types';
import { controllerRef } from '../shared/owners';
import { LAST_CHANGE_ANNOTATION } from '../shared/service';

export const MIRROR_MANAGER = 'endpointslicemirroring-controller.k8s.io';
/** Most addresses of one subset that are mirrored; so a subset is one slice. */
export const MOST_ADDRESSES = 1000;

const NOT_MIRRORED = [LAST_CHANGE_ANNOTATION, 'kubectl.kubernetes.io/last-applied-configuration'];

export interface Endpoints extends KubeObject {
  subsets?: Subset[] | null;
}

export interface Mirror extends Plan {
  /** Addresses that are no addresses, and all that were left out, those included. */
  invalid: number;
  skipped: number;
}

/** How slices that mirror an Endpoints object are brought in line with it: one for each set of ports and address family. */
export function planMirror(o: Endpoints, existing: readonly EndpointSlice[]): Mirror {
  const wanted = new Map<string, { type: string; ports: EndpointPort[]; endpoints: Map<string, Endpoint> }>();
  const plan: Mirror = { create: [], update: [], delete: [], invalid: 0, skipped: 0 };
  for (const s of repack(o.subsets ?? [])) {
    const ports = (s.ports ?? []).map(slicePort);
    const all = [...(s.addresses ?? []).map((a) => endpointOf(a, true)), ...(s.notReadyAddresses ?? []).map((a) => endpointOf(a, false))];
    let added = 0;
    for (const e of all) {
      if (added >= MOST_ADDRESSES) break;
      if (!e) {
        plan.invalid++;
        continue;
      }
      const type = isIPv6(e.addresses[0]!) ? 'IPv6' : 'IPv4';
      const id = groupId(type, ports);
      let group = wanted.get(id);
      if (!group) wanted.set(id, (group = { type, ports, endpoints: new Map() }));
      group.endpoints.set(identity(e), e);
      added++;
    }
    plan.skipped += all.length - added;
  }
  const byGroup = new Map<string, EndpointSlice[]>();
  for (const s of existing) {
    const id = groupId(s.addressType, s.ports ?? []);
    byGroup.set(id, [...(byGroup.get(id) ?? []), s]);
  }
  for (const [id, g] of wanted) {
    const [first, ...rest] = byGroup.get(id) ?? [];
    plan.delete.push(...rest);
    const slice = newMirror(o, g.type, g.ports, [...g.endpoints.values()], first);
    if (!first) plan.create.push(slice);
    else if (!isMirror(first, slice, g.endpoints)) plan.update.push(slice);
  }
  for (const [id, slices] of byGroup) if (!wanted.has(id)) plan.delete.push(...slices);
  reuseDeleted(plan, () => true);
  return plan;
}

function newMirror(o: Endpoints, addressType: string, ports: EndpointPort[], endpoints: Endpoint[], instead: EndpointSlice | undefined): EndpointSlice {
  const { name, namespace, labels, annotations } = o.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...(instead ? { name: instead.metadata.name! } : { generateName: prefixOf(name!) }),
      namespace,
      labels: { ...labels, [SERVICE_NAME_LABEL]: name!, [MANAGED_BY_LABEL]: MIRROR_MANAGER },
      annotations: Object.fromEntries(Object.entries(annotations ?? {}).filter(([k]) => !NOT_MIRRORED.includes(k))),
      ownerReferences: [controllerRef({ ...o, apiVersion: 'v1', kind: 'Endpoints' })],
    },
    addressType,
    endpoints,
    ...(ports.length ? { ports } : {}),
  };
}

/** Nothing of it would change. */
function isMirror(old: EndpointSlice, next: EndpointSlice, wanted: ReadonlyMap<string, Endpoint>): boolean {
  if ((old.endpoints ?? []).length !== wanted.size || !(old.endpoints ?? []).every((e) => sameJson(e, wanted.get(identity(e))))) return false;
  const stale = old.metadata.ownerReferences?.some((r) => r.kind === 'Endpoints' && r.name === next.metadata.ownerReferences![0]!.name && r.uid !== next.metadata.ownerReferences![0]!.uid);
  return !stale && sameJson(old.metadata.labels ?? {}, next.metadata.labels) && sameJson(old.metadata.annotations ?? {}, next.metadata.annotations);
}

const slicePort = (p: SubsetPort): EndpointPort => ({ name: p.name ?? '', port: p.port, protocol: p.protocol ?? 'TCP', ...(p.appProtocol ? { appProtocol: p.appProtocol } : {}) });

const groupId = (type: string, ports: readonly EndpointPort[]): string =>
  type + JSON.stringify(orderedPorts(ports.map((p) => ({ name: p.name ?? '', port: p.port, protocol: p.protocol, ...(p.appProtocol ? { appProtocol: p.appProtocol } : {}) }))));

const identity = (e: Endpoint): string => `${e.addresses.join()}|${e.hostname ?? ''}|${e.targetRef?.namespace ?? ''}|${e.targetRef?.name ?? ''}`;

function endpointOf(a: EndpointAddress, ready: boolean): Endpoint | undefined {
  const ip = canonicalIp(a.ip);
  if (ip === undefined) return undefined;
  return {
    addresses: [ip],
    conditions: { ready },
    ...(a.hostname ? { hostname: a.hostname } : {}),
    ...(a.targetRef ? { targetRef: a.targetRef as Endpoint['targetRef'] } : {}),
    ...(a.nodeName === undefined ? {} : { nodeName: a.nodeName }),
  };
}

/** Leading zeros of decimal parts are overlooked, as they always were in Endpoints. */
function canonicalIp(text: string): string | undefined {
  const plain = text.replace(/(^|\.)0+(?=\d)/g, '$1');
  if (isIPv4(plain)) return plain;
  return isIPv6(text) && !text.includes('%') ? new SocketAddress({ address: text, family: 'ipv6' }).address : undefined;
}

/** A dash where the name leaves room for it. */
function prefixOf(name: string): string {
  return name.length < 253 ? `${name}-` : name;
}
