import type { KubeObject } from '../../api/meta/object';
import type { Cached } from '../../storage/watch-cache/watch-cache';

/** Versions of meta.k8s.io in which Table and PartialObjectMetadata exist. */
export type MetaVersion = 'v1' | 'v1beta1';

/** JSON text of the object's metadata alone, as meta.k8s.io PartialObjectMetadata. */
export function partialMetadataJson(object: KubeObject, version: MetaVersion): string {
  return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(object.metadata)}}`;
}

/** The same for a cached object: made once per object and version. */
export function cachedPartialMetadata(cached: Cached, version: MetaVersion): string {
  const all = (cached.encodings ??= new Map<string, unknown>());
  const name = version === 'v1' ? 'meta/v1' : 'meta/v1beta1';
  let text = all.get(name) as string | undefined;
  if (text === undefined) all.set(name, (text = partialMetadataJson(cached.object, version)));
  return text;
}
