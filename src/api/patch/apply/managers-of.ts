import type { KubeObject } from '../../meta/object';
import { formatTime } from '../../meta/time';
import type { Versioned } from './changes';
import { type Managers, UNKNOWN, newManager } from './managers';
import { ownedByCreator } from './owned-by-creator';
import { reconcileFields } from './reconcile';

/** Fits the managers of this version to parts of the type that have become atomic since they wrote. */
export function reconcileAll(managers: Managers, v: Versioned): void {
  for (const m of managers.values()) {
    if (m.apiVersion !== v.apiVersion) continue;
    const fields = reconcileFields(v.schema, m.fields);
    if (fields !== m.fields) managers.set(m.id, { ...m, fields });
  }
}

/** The one manager of an object that has had none: it owns all there is. */
export function addCreator(managers: Managers, v: Versioned, object: KubeObject, name: string, subresource: string, now: number): void {
  const fields = ownedByCreator(v.schema, object, v.exclude);
  if (!fields) return;
  const m = newManager({ name: name || UNKNOWN, applied: false, apiVersion: v.apiVersion, subresource, time: formatTime(now) }, fields);
  managers.set(m.id, m);
}
