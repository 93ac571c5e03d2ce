import type { KubeObject } from '../../api/meta/object';
import { compareQuantity } from '../../api/quantity';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { NodeInfo } from '../cache/node-info';
import type { NodeSelectorTermSpec } from '../../api/selectors/node-selector';
import { NodeSelector } from '../../api/selectors/node-selector';

export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The class of a claim or volume; '' when it has none. */
export function classOf(o: KubeObject): string {
  return o.metadata.annotations?.[BETA_CLASS] ?? (o['spec'].storageClassName as string | undefined) ?? '';
}

/** Whether a volume's claimRef means this claim. */
export function isReservedFor(volume: KubeObject, claim: KubeObject): boolean {
  const ref = volume['spec'].claimRef as { name?: string; namespace?: string; uid?: string } | undefined;
  if (!ref || ref.name !== claim.metadata.name || ref.namespace !== claim.metadata.namespace) return false;
  return !ref.uid || ref.uid === claim.metadata.uid;
}

/** Whether a volume can be used on a node: its required node affinity. */
export function reachable(volume: KubeObject, node: Pick<NodeInfo, 'name' | 'labels'>): boolean {
  const required = volume['spec'].nodeAffinity?.required as { nodeSelectorTerms?: NodeSelectorTermSpec[] } | undefined;
  return !required || new NodeSelector(required.nodeSelectorTerms ?? []).matches(node);
}

/** Whether a claim has got its volume and both sides know. */
export function isBound(claim: KubeObject): boolean {
  return Boolean(claim['spec'].volumeName) && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;
}

export function sizeOf(claim: KubeObject): string {
  return (claim['spec'].resources?.requests?.storage as string | undefined) ?? '0';
}

/** The smallest free volume on a node that satisfies a claim, or the one reserved for it (FindMatchingVolume upstream). */
export function findVolume(claim: KubeObject, volumes: readonly KubeObject[], node: NodeInfo, taken: ReadonlySet<string>): KubeObject | undefined {
  const wanted = sizeOf(claim);
  const spec = claim['spec'] as KubeObject['spec'];
  const selector = spec.selector ? selectorFrom(spec.selector as LabelSelectorSpec) : undefined;
  let best: KubeObject | undefined;
  for (const v of volumes) {
    const s = v['spec'] as KubeObject['spec'];
    const reserved = isReservedFor(v, claim);
    if (taken.has(v.metadata.name!) || (s.claimRef && !reserved)) continue;
    const capacity = (s.capacity?.storage as string | undefined) ?? '0';
    if (compareQuantity(capacity, wanted) < 0 || (s.volumeMode ?? 'Filesystem') !== (spec.volumeMode ?? 'Filesystem')) continue;
    if ((s.volumeAttributesClassName ?? '') !== (spec.volumeAttributesClassName ?? '') || v.metadata.deletionTimestamp) continue;
    if (reserved) return reachable(v, node) ? v : undefined;
    if (v['status']?.phase !== 'Available' || (selector && !selector.matches(v.metadata.labels)) || classOf(v) !== classOf(claim)) continue;
    if (!reachable(v, node) || !(spec.accessModes ?? []).every((m: string) => (s.accessModes ?? []).includes(m))) continue;
    if (!best || compareQuantity(best['spec'].capacity.storage as string, capacity) > 0) best = v;
  }
  return best;
}

/** A volume with its claimRef set to a claim, marked as bound by a controller unless it was reserved for the claim by hand. */
export function bindTo(volume: KubeObject, claim: KubeObject): KubeObject {
  const reserved = isReservedFor(volume, claim);
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const annotations = reserved ? volume.metadata.annotations : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' };
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(annotations ? { annotations } : {}) },
    spec: { ...volume['spec'], claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion } },
  };
}
