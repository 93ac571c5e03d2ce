import type { ObjectMeta } from '../../api/meta/object';

/** The order in which upstream writes metadata; messages that quote whole objects show it. */
const ORDER: readonly (keyof ObjectMeta)[] = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** The same metadata with its fields in upstream's order. */
export function orderedMetadata(m: ObjectMeta): ObjectMeta {
  const out: Record<string, unknown> = {};
  for (const key of ORDER) if (m[key] !== undefined) out[key] = m[key];
  return out as ObjectMeta;
}
