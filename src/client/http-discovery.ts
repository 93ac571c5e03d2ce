import { isReason } from '../api/errors/status-error';
import type { GVR } from '../api/meta/object';
import { parseApiVersion } from '../api/meta/object';
import type { HttpTransport } from './http-transport';

interface Discovered {
  gvr: GVR;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
}

interface AggregatedList {
  kind: string;
  items?: { metadata?: { name?: string }; versions?: { version: string; resources?: AggregatedResource[] }[] }[];
}

interface AggregatedResource {
  resource: string;
  responseKind?: { kind: string };
  scope: string;
  verbs?: string[];
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Everything a server serves, in its order; by two requests where discovery is aggregated, else by one a group version. */
export async function discoverOver(t: HttpTransport): Promise<Discovered[]> {
  const out: Discovered[] = [];
  for (const root of ['/api', '/apis']) {
    const doc = await t.send<AggregatedList & LegacyRoot>({ method: 'GET', path: root, accept: AGGREGATED });
    if (doc.kind === 'APIGroupDiscoveryList') out.push(...aggregated(doc));
    else for (const gv of legacyVersions(doc)) out.push(...(await legacy(t, gv)));
  }
  return out;
}

function aggregated(doc: AggregatedList): Discovered[] {
  const out: Discovered[] = [];
  for (const group of doc.items ?? []) {
    for (const v of group.versions ?? []) {
      for (const r of v.resources ?? []) {
        const gvr = { group: group.metadata?.name ?? '', version: v.version, resource: r.resource };
        out.push({ gvr, kind: r.responseKind?.kind ?? '', namespaced: r.scope === 'Namespaced', verbs: r.verbs ?? [] });
      }
    }
  }
  return out;
}

interface LegacyRoot {
  versions?: string[];
  groups?: { versions: { groupVersion: string }[] }[];
}

function legacyVersions(doc: LegacyRoot): string[] {
  return doc.versions ?? (doc.groups ?? []).flatMap((g) => g.versions.map((v) => v.groupVersion));
}

async function legacy(t: HttpTransport, gv: string): Promise<Discovered[]> {
  const path = gv.includes('/') ? `/apis/${gv}` : `/api/${gv}`;
  try {
    const doc = await t.send<{ resources?: { name: string; kind: string; namespaced: boolean; verbs: string[] }[] }>({ method: 'GET', path });
    return (doc.resources ?? [])
      .filter((r) => !r.name.includes('/'))
      .map((r) => ({ gvr: { ...parseApiVersion(gv), resource: r.name }, kind: r.kind, namespaced: r.namespaced, verbs: r.verbs }));
  } catch (e) {
    // An aggregated API whose server is away must not hide the others.
    if (isReason(e, 'ServiceUnavailable', 'NotFound')) return [];
    throw e;
  }
}
