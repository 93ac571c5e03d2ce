import { sortByGoHash } from '../shared/go-hash';

export interface EndpointAddress {
  ip: string;
  hostname?: string;
  nodeName?: string;
  targetRef?: { kind?: string; namespace?: string; name?: string; uid?: string; resourceVersion?: string };
}

export interface SubsetPort {
  name?: string;
  port: number;
  protocol?: string;
  appProtocol?: string;
}

export interface Subset {
  addresses?: EndpointAddress[];
  notReadyAddresses?: EndpointAddress[];
  ports?: SubsetPort[];
}

interface Host {
  address: EndpointAddress;
  ready: boolean;
}

/**
 * The same endpoints in their canonical form: one subset for every set of addresses that offer the same ports, all sorted. An address that is
 * not ready once for a port is not ready for it (RepackSubsets upstream).
 */
export function repack(subsets: readonly Subset[]): Subset[] {
  const ports = new Map<string, { port?: SubsetPort; hosts: Map<string, Host> }>();
  for (const s of subsets) {
    for (const port of s.ports?.length ? s.ports : [undefined]) {
      const id = port ? goForm(port) : '';
      let entry = ports.get(id);
      if (!entry) ports.set(id, (entry = { port, hosts: new Map() }));
      for (const a of s.addresses ?? []) note(entry.hosts, a, true);
      for (const a of s.notReadyAddresses ?? []) note(entry.hosts, a, false);
    }
  }
  const groups = new Map<string, { ports: SubsetPort[]; hosts: Host[] }>();
  for (const { port, hosts } of ports.values()) {
    const sorted = [...hosts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const id = sorted.map(([key, h]) => `${key} ${h.ready}`).join();
    let group = groups.get(id);
    if (!group) groups.set(id, (group = { ports: [], hosts: sorted.map(([, h]) => h) }));
    if (port) group.ports.push(port);
  }
  const out = [...groups.values()].map(({ ports: offered, hosts }) => subsetOf(sortByGoHash(offered, goForm), hosts));
  return sortByGoHash(out, (s) => JSON.stringify([s.ports, s.addresses, s.notReadyAddresses]));
}

function note(hosts: Map<string, Host>, address: EndpointAddress, ready: boolean): void {
  const key = `${address.ip} ${address.targetRef?.uid ?? ''}`;
  const before = hosts.get(key);
  if (!before) hosts.set(key, { address, ready });
  else if (!ready) before.ready = false;
}

function subsetOf(ports: SubsetPort[], hosts: readonly Host[]): Subset {
  const ready = hosts.filter((h) => h.ready).map((h) => h.address);
  const not = hosts.filter((h) => !h.ready).map((h) => h.address);
  return { ...(ready.length ? { addresses: ready } : {}), ...(not.length ? { notReadyAddresses: not } : {}), ...(ports.length ? { ports } : {}) };
}

function goForm(p: SubsetPort): string {
  return `(v1.EndpointPort){Name:(string)${p.name ?? ''} Port:(int32)${p.port} Protocol:(v1.Protocol)${p.protocol ?? ''} AppProtocol:(*string)${p.appProtocol ?? '<nil>'}}`;
}

/** Most addresses of one Endpoints object. */
const CAPACITY = 1000;

/** Cuts subsets to the capacity, addresses that are not ready first, each subset in proportion; undefined when nothing is too many. */
export function truncate(subsets: readonly Subset[]): Subset[] | undefined {
  const count = (f: (s: Subset) => readonly unknown[] | undefined): number => subsets.reduce((n, s) => n + (f(s)?.length ?? 0), 0);
  const ready = count((s) => s.addresses);
  const not = count((s) => s.notReadyAddresses);
  if (ready + not <= CAPACITY) return undefined;
  const cutReady = ready > CAPACITY;
  const most = cutReady ? CAPACITY : CAPACITY - ready;
  const total = cutReady ? ready : not;
  let left = most;
  return subsets.map((s) => {
    const list = (cutReady ? s.addresses : s.notReadyAddresses) ?? [];
    const kept = list.slice(0, Math.min(left, Math.ceil((list.length / total) * most)));
    left -= kept.length;
    const { addresses, notReadyAddresses: _, ...rest } = s;
    if (cutReady) return { ...rest, ...(kept.length ? { addresses: kept } : {}) };
    return { ...rest, ...(addresses ? { addresses } : {}), ...(kept.length ? { notReadyAddresses: kept } : {}) };
  });
}
