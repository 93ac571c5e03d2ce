import type { KubeObject } from '../../api/meta/object';

const KEPT = ['deletionTimestamp', 'generation', 'selfLink', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** Takes the metadata back that a status update of most newer kinds may not change (ResetObjectMetaForStatus upstream). */
export function resetMetadataForStatus(o: KubeObject, old: KubeObject): void {
  const to = o.metadata as Record<string, unknown>;
  for (const field of KEPT) {
    const value = old.metadata[field];
    if (value === undefined) delete to[field];
    else to[field] = value;
  }
}
