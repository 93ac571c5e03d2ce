import type { KubeObject } from '../../../api/meta/object';
import { semanticEqual } from '../../shared/equality';
import { dropDisabledSpecFields } from '../../shared/pod-disabled-fields';
import type { Raw } from '../../shared/raw';

/** Another spec is another generation; the registry has set the old one. */
function countGeneration(o: KubeObject, old: KubeObject): void {
  if (!semanticEqual(o.spec, old.spec)) o.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

/** prepareForUpdate of pods. */
export function preparePodUpdate(o: KubeObject, old: KubeObject): void {
  o.status = old.status;
  dropDisabledSpecFields(o.spec as Raw, old.spec as Raw);
  countGeneration(o, old);
}

/** What views on a pod may not touch in its metadata (metav1.ResetObjectMetaForStatus). */
function resetMetadata(o: KubeObject, old: KubeObject): void {
  const m = o.metadata as Raw;
  const was = old.metadata as Raw;
  for (const f of ['labels', 'annotations', 'finalizers', 'ownerReferences', 'generation', 'selfLink', 'deletionTimestamp']) {
    if (was[f] === undefined) delete m[f];
    else m[f] = was[f];
  }
}

/** prepareForUpdate of pods/status. */
export function prepareStatusUpdate(o: KubeObject, old: KubeObject): void {
  o.spec = old.spec;
  if (old.metadata.ownerReferences) o.metadata.ownerReferences = old.metadata.ownerReferences;
  else delete o.metadata.ownerReferences;
  const status = (o.status ??= {}) as Raw;
  const before = (old.status ?? {}) as Raw;
  if (!status.qosClass && before.qosClass) status.qosClass = before.qosClass;
  if (!status.observedGeneration && before.observedGeneration) status.observedGeneration = before.observedGeneration;
  // writers that do not know of observed generations keep those that are there
  const known = new Map<string, number[]>();
  for (const c of (before.conditions ?? []) as Raw[]) known.set(c.type, [...(known.get(c.type) ?? []), (c.observedGeneration ?? 0) as number]);
  for (const c of (status.conditions ?? []) as Raw[]) {
    const generation = known.get(c.type)?.shift() ?? 0;
    if (!c.observedGeneration && generation) c.observedGeneration = generation;
  }
}

/** prepareForUpdate of pods/ephemeralcontainers: nothing else changes. */
export function prepareEphemeralUpdate(o: KubeObject, old: KubeObject): void {
  const added = o.spec?.ephemeralContainers as Raw[] | undefined;
  o.spec = { ...(old.spec as Raw) };
  if (added) o.spec.ephemeralContainers = added;
  else delete o.spec.ephemeralContainers;
  o.status = old.status;
  resetMetadata(o, old);
  dropDisabledSpecFields(o.spec as Raw, old.spec as Raw);
  countGeneration(o, old);
}

/** Containers with the resources and resize policies of the new ones; the new ones when their names do not match. */
function resized(now: Raw[], old: Raw[]): Raw[] {
  if (now.some((c, i) => c.name !== old[i]!.name)) return now;
  return old.map((c, i) => {
    const { resizePolicy, resources } = now[i]!;
    const merged: Raw = { ...c, resources };
    if (resizePolicy === undefined) delete merged.resizePolicy;
    else merged.resizePolicy = resizePolicy;
    return merged;
  });
}

/** prepareForUpdate of pods/resize: only resources of containers and of the pod change. */
export function prepareResize(o: KubeObject, old: KubeObject): void {
  const list = (p: KubeObject, name: string): Raw[] => (p.spec?.[name] ?? []) as Raw[];
  if (list(o, 'containers').length === list(old, 'containers').length && list(o, 'initContainers').length === list(old, 'initContainers').length) {
    const spec: Raw = { ...(old.spec as Raw) };
    if (o.spec.resources === undefined) delete spec.resources;
    else spec.resources = o.spec.resources;
    spec.containers = resized(list(o, 'containers'), list(old, 'containers'));
    if (old.spec.initContainers) spec.initContainers = resized(list(o, 'initContainers'), list(old, 'initContainers'));
    o.spec = spec;
    o.status = old.status;
    resetMetadata(o, old);
  }
  dropDisabledSpecFields(o.spec as Raw, old.spec as Raw);
  countGeneration(o, old);
}
