import { formatTime } from '../../api/meta/time';
import { groupResource } from '../../api/meta/object';
import type { GVR } from '../../api/meta/object';
import type { Condition } from '../shared/types';

/** What a round of deletion has found. */
export interface Remains {
  /** Objects left, by resource. */
  resources: readonly { gvr: GVR; count: number }[];
  /** Objects left that a finalizer holds, by finalizer. */
  finalizers: ReadonlyMap<string, number>;
  errors: readonly Error[];
}

const FINE: readonly { type: string; reason: string; message: string }[] = [
  { type: 'NamespaceDeletionDiscoveryFailure', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
  { type: 'NamespaceDeletionGroupVersionParsingFailure', reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
  { type: 'NamespaceDeletionContentFailure', reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
  { type: 'NamespaceContentRemaining', reason: 'ContentRemoved', message: 'All content successfully removed' },
  { type: 'NamespaceFinalizersRemaining', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
];

/** The conditions of a namespace on its way out: one of each type, the order of those that are there already kept. */
export function namespaceConditions(old: readonly Condition[] | undefined, r: Remains, now: number): Condition[] {
  const bad = new Map(troubles(r).map((c) => [c.type, c]));
  const out = [...(old ?? [])];
  for (const fine of FINE) {
    const c = bad.get(fine.type);
    const next: Condition = { ...fine, ...c, status: c ? 'True' : 'False', lastTransitionTime: formatTime(now) };
    const i = out.findIndex((x) => x.type === fine.type);
    if (i < 0) out.push(next);
    else if (out[i]!.status === next.status) out[i] = { ...out[i]!, reason: next.reason, message: next.message };
    else out[i] = next;
  }
  return out;
}

function troubles(r: Remains): { type: string; reason: string; message: string }[] {
  const out: { type: string; reason: string; message: string }[] = [];
  if (r.errors.length > 0) {
    const texts = r.errors.map((e) => e.message).sort();
    out.push({ type: 'NamespaceDeletionContentFailure', reason: 'ContentDeletionFailed', message: `Failed to delete all resource types, ${texts.length} remaining: ${texts.join(', ')}` });
  }
  if (r.resources.length > 0) {
    // The dot stands there for the core group too.
    const texts = r.resources.map((x) => `${x.gvr.group ? groupResource(x.gvr.group, x.gvr.resource) : `${x.gvr.resource}.`} has ${x.count} resource instances`).sort();
    out.push({ type: 'NamespaceContentRemaining', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${texts.join(', ')}` });
  }
  if (r.finalizers.size > 0) {
    const texts = [...r.finalizers].map(([f, n]) => `${f} in ${n} resource instances`).sort();
    out.push({ type: 'NamespaceFinalizersRemaining', reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${texts.join(', ')}` });
  }
  return out;
}
