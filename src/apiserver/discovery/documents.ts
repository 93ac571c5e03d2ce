import { apiVersionOf } from '../../api/meta/object';
import type { ApiGroup } from '../registry/strategy';
import { apiResources } from './api-resources';
import type { ApiResource } from './api-resources';

interface VersionRef {
  groupVersion: string;
  version: string;
}

interface GroupDocument {
  name: string;
  versions: VersionRef[];
  preferredVersion: VersionRef;
}

/** /api: the versions of the core group, and where the server is ('127.0.0.1:6443'). */
export function apiVersions(groups: readonly ApiGroup[], address: string): object {
  return {
    kind: 'APIVersions',
    versions: groups.find((g) => g.name === '')?.versions ?? [],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** /apis: every named group. */
export function apiGroupList(groups: readonly ApiGroup[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter((g) => g.name !== '').map(group) };
}

/** /apis/GROUP */
export function apiGroup(g: ApiGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...group(g) };
}

/** /api/v1 and /apis/GROUP/VERSION. The core group's has no apiVersion. */
export function apiResourceList(g: ApiGroup, version: string): object {
  return {
    kind: 'APIResourceList',
    ...(g.name === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group: g.name, version }),
    resources: apiResources(g, version),
  };
}

function group(g: ApiGroup): GroupDocument {
  const versions = g.versions.map((version) => ({ groupVersion: apiVersionOf({ group: g.name, version }), version }));
  return { name: g.name, versions, preferredVersion: versions[0]! };
}

/** The aggregated document (APIGroupDiscoveryList) of the groups given, in a version of apidiscovery.k8s.io. */
export function aggregated(groups: readonly ApiGroup[], version: string): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((g) => ({
      metadata: g.name === '' ? {} : { name: g.name },
      versions: g.versions.map((v) => ({ version: v, resources: nested(apiResources(g, v)), freshness: 'Current' })),
    })),
  };
}

/** The flat list of legacy discovery as resources with their subresources. */
function nested(resources: readonly ApiResource[]): object[] {
  const out = new Map<string, Record<string, unknown>>();
  for (const r of resources) {
    const [name, sub] = r.name.split('/') as [string, string?];
    const responseKind = { group: r.group ?? '', version: r.version ?? '', kind: r.kind };
    if (sub === undefined) {
      out.set(name, {
        resource: name,
        responseKind,
        scope: r.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: r.singularName,
        verbs: r.verbs,
        ...(r.shortNames ? { shortNames: r.shortNames } : {}),
        ...(r.categories ? { categories: r.categories } : {}),
      });
      continue;
    }
    const parent = out.get(name);
    if (!parent) continue;
    ((parent.subresources ??= []) as object[]).push({ subresource: sub, responseKind, verbs: r.verbs });
  }
  return [...out.values()];
}
