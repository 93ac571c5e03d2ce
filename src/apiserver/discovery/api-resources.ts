import { createHash } from 'node:crypto';
import type { GVK } from '../../api/meta/object';
import type { ApiGroup, ResourceDefinition, Subresource } from '../registry/strategy';

/** metav1.APIResource: one line of legacy discovery. */
export interface ApiResource {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  storageVersionHash?: string;
}

/** Everything a version of a group serves, by name; subresources follow their resource. */
export function apiResources(group: ApiGroup, version: string): ApiResource[] {
  const out: ApiResource[] = [];
  for (const d of group.resources) {
    if (d.gvk.version !== version) continue;
    out.push(resource(d));
    for (const [name, s] of Object.entries(d.subresources ?? {})) out.push(subresource(d, name, s));
  }
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resource(d: ResourceDefinition): ApiResource {
  const stored = !d.virtualCreate && !d.virtualList && !d.forwardsTo;
  return {
    name: d.plural,
    singularName: d.singular ?? d.gvk.kind.toLowerCase(),
    namespaced: d.namespaced,
    kind: d.gvk.kind,
    verbs: [...d.verbs].sort(),
    ...(d.shortNames?.length ? { shortNames: [...d.shortNames] } : {}),
    ...(d.categories?.length ? { categories: [...d.categories] } : {}),
    ...(stored ? { storageVersionHash: storageVersionHash(storedKind(d)) } : {}),
  };
}

function storedKind(d: ResourceDefinition): GVK {
  const { group, version } = d.storedAs ?? d.gvk;
  return { group, version: d.storageVersion ?? version, kind: d.gvk.kind };
}

function subresource(d: ResourceDefinition, name: string, s: Subresource): ApiResource {
  const gvk = kindOf(d, s);
  const foreign = gvk.group !== d.gvk.group || gvk.version !== d.gvk.version;
  return {
    name: `${d.plural}/${name}`,
    singularName: '',
    namespaced: d.namespaced,
    ...(foreign ? { group: gvk.group, version: gvk.version } : {}),
    kind: gvk.kind,
    verbs: verbsOf(s),
  };
}

function kindOf(d: ResourceDefinition, s: Subresource): GVK {
  if (s.type === 'scale') return { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  return s.type === 'update' ? d.gvk : s.gvk;
}

function verbsOf(s: Subresource): string[] {
  if (s.type === 'scale') return ['get', 'patch', 'update'];
  return s.type === 'action' ? ['create'] : [...s.verbs].sort();
}

/** Tells clients whether two resources are stored as the same kind: the first 8 bytes of the SHA-256 of group/version/kind. */
export function storageVersionHash(stored: GVK): string {
  return createHash('sha256').update(`${stored.group}/${stored.version}/${stored.kind}`).digest().subarray(0, 8).toString('base64');
}
