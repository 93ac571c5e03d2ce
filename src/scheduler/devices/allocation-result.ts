import type { KubeObject } from '../../api/meta/object';
import type { Taken } from './device-allocator';
import type { Allocation, NodeSelectorSpec } from './device-types';
import { devicesOf } from './device-types';

/** What is written into a claim's status for the devices that were taken for it on a node. */
export function allocationResult(claim: KubeObject, taken: readonly Taken[], nodeName: string): Allocation {
  const results = taken.map(({ request, device }) => ({
    request: request.name,
    driver: device.pool.driver,
    pool: device.pool.name,
    device: device.device.name,
    ...(request.wanted.adminAccess ? { adminAccess: true } : {}),
    ...(request.wanted.tolerations?.length ? { tolerations: request.wanted.tolerations } : {}),
  }));
  const config = configOf(claim, taken);
  const nodeSelector = selectorFor(taken, nodeName);
  return { devices: { results, ...(config.length ? { config } : {}) }, ...(nodeSelector ? { nodeSelector } : {}) };
}

type Config = NonNullable<Allocation['devices']['config']>;

/** Settings of the classes, each for its request, then those of the claim that concern what was taken. */
function configOf(claim: KubeObject, taken: readonly Taken[]): Config {
  const requests = new Map(taken.map((t) => [t.request.name, t.request]));
  const config: Config = [];
  for (const [name, r] of requests) {
    for (const c of (r.deviceClass['spec']?.config ?? []) as { opaque?: object }[]) config.push({ source: 'FromClass', requests: [name], ...(c.opaque ? { opaque: c.opaque } : {}) });
  }
  const concerns = (name: string): boolean => requests.has(name) || [...requests.keys()].some((r) => r.startsWith(`${name}/`));
  for (const c of devicesOf(claim).config ?? []) if (!c.requests?.length || c.requests.some(concerns)) config.push({ source: 'FromClaim', ...c });
  return config;
}

/** Where all the devices can be reached from: one node as soon as one of them is on it; undefined is everywhere. */
function selectorFor(taken: readonly Taken[], nodeName: string): NodeSelectorSpec | undefined {
  if (taken.some((t) => t.device.place.nodeName !== undefined)) {
    return { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }] };
  }
  const terms = taken.flatMap((t) => t.device.place.nodeSelector?.nodeSelectorTerms ?? []);
  if (!terms.length) return undefined;
  const all = <K extends 'matchExpressions' | 'matchFields'>(part: K): NonNullable<(typeof terms)[number][K]> => {
    const seen = new Map(terms.flatMap((t) => t[part] ?? []).map((e) => [JSON.stringify(e), e]));
    return [...seen.values()] as NonNullable<(typeof terms)[number][K]>;
  };
  const [matchExpressions, matchFields] = [all('matchExpressions'), all('matchFields')];
  return { nodeSelectorTerms: [{ ...(matchExpressions.length ? { matchExpressions } : {}), ...(matchFields.length ? { matchFields } : {}) }] };
}
