import { sameJson } from '../../client/equality';
import { controllerRef } from '../shared/owners';
import type { Service } from '../shared/service';
import { HEADLESS_LABEL, isHeadless } from '../shared/service';
import type { Endpoint, EndpointPort, EndpointSlice } from './slice-types';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL, SLICE_SIZE } from './slice-types';

const RESERVED = [SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL];

export interface Plan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

/** What tells endpoints apart: one whose other fields change is the same endpoint, changed in its place. */
function identity(e: Endpoint): string {
  return `${[...e.addresses].sort().join()}|${e.hostname ?? ''}|${e.targetRef?.namespace ?? ''}|${e.targetRef?.name ?? ''}`;
}

/** Labels of a Service's slices. `changed`: the Service's own labels differ from those that the slice has. */
function sliceLabels(slice: EndpointSlice | undefined, service: Service, manager: string): { labels: Record<string, string>; changed: boolean } {
  const own = (l: Record<string, string> | undefined): Record<string, string> => Object.fromEntries(Object.entries(l ?? {}).filter(([k]) => !RESERVED.includes(k)));
  const wanted = own(service.metadata.labels);
  const labels = { ...wanted, ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}), [SERVICE_NAME_LABEL]: service.metadata.name!, [MANAGED_BY_LABEL]: manager };
  return { labels, changed: !sameJson(own(slice?.metadata.labels), wanted) };
}

/** A new slice; lists that would be empty are left out, as they reach the server. */
export function newSlice(service: Service, manager: string, addressType: string, ports: readonly EndpointPort[], endpoints: Endpoint[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      labels: sliceLabels(undefined, service, manager).labels,
      ownerReferences: [controllerRef({ ...service, apiVersion: 'v1', kind: 'Service' })],
    },
    addressType,
    ...(endpoints.length ? { endpoints } : {}),
    ...(ports.length ? { ports: [...ports] } : {}),
  };
}

/**
 * Brings the slices of one set of ports in line with the endpoints wanted, changing as few slices as it can: endpoints stay where they are,
 * new ones fill slices that change anyway, then the one they fit best, then new slices.
 */
export function planPorts(
  service: Service,
  manager: string,
  addressType: string,
  ports: readonly EndpointPort[],
  existing: readonly EndpointSlice[],
  wanted: readonly Endpoint[],
): Plan {
  const left = new Map(wanted.map((e) => [identity(e), e]));
  const plan: Plan = { create: [], update: [], delete: [] };
  const unchanged: EndpointSlice[] = [];
  for (const slice of existing) {
    const kept: Endpoint[] = [];
    let changed = false;
    for (const e of slice.endpoints ?? []) {
      const now = left.get(identity(e));
      if (!now) continue;
      left.delete(identity(e));
      kept.push(now);
      changed ||= !sameJson(now, e);
    }
    const { labels, changed: relabel } = sliceLabels(slice, service, manager);
    if (changed || kept.length !== (slice.endpoints?.length ?? 0)) {
      if (kept.length === 0) plan.delete.push(slice);
      else plan.update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints: kept });
    } else if (relabel) plan.update.push({ ...slice, metadata: { ...slice.metadata, labels } });
    else unchanged.push(slice);
  }
  const rest = [...left.values()];
  const fill = (slice: EndpointSlice): EndpointSlice => {
    const have = slice.endpoints ?? [];
    return { ...slice, endpoints: [...have, ...rest.splice(0, SLICE_SIZE - have.length)] };
  };
  plan.update.sort((a, b) => (b.endpoints?.length ?? 0) - (a.endpoints?.length ?? 0));
  plan.update = plan.update.map((s) => (rest.length > 0 && (s.endpoints?.length ?? 0) < SLICE_SIZE ? fill(s) : s));
  while (rest.length > 0) {
    const best = rest.length < SLICE_SIZE ? bestFit(unchanged, rest.length) : undefined;
    if (best) {
      unchanged.splice(unchanged.indexOf(best), 1);
      plan.update.push(fill(best));
    } else plan.create.push(newSlice(service, manager, addressType, ports, rest.splice(0, SLICE_SIZE)));
  }
  return plan;
}

/** The slice that would be fullest with `n` more. */
function bestFit(slices: readonly EndpointSlice[], n: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  let room = SLICE_SIZE;
  for (const s of slices) {
    const left = SLICE_SIZE - n - (s.endpoints?.length ?? 0);
    if (left >= 0 && left < room) {
      room = left;
      best = s;
    }
  }
  return best;
}

/** Deletions and creations of the same address type in one step: a slice that would go takes the place of one to make. */
export function reuseDeleted(plan: Plan, owned: (s: EndpointSlice) => boolean): void {
  plan.delete = plan.delete.filter((gone) => {
    const fresh = plan.create.at(-1);
    if (!fresh || fresh.addressType !== gone.addressType || !owned(gone)) return true;
    plan.create.pop();
    const { generateName: _, ...metadata } = fresh.metadata;
    plan.update.push({ ...fresh, metadata: { ...metadata, name: gone.metadata.name } });
    return false;
  });
}
