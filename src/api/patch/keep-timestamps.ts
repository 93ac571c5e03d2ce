import type { KubeObject, ManagedFieldsEntry } from '../meta/object';
import { equalValues } from './apply/typed';

/**
 * Takes back new time stamps in `updated.metadata.managedFields` when they are all that a write changes, so that it stays without
 * effect. To be called last before storing, when defaulting, admission and the strategy have run: only then it shows that a write that
 * looked like a change (cpu: "0.5" for 500m) is none. Follows IgnoreManagedFieldsTimestampsTransformer; `live` is only read.
 */
export function keepTimestamps(live: KubeObject, updated: KubeObject): void {
  const before = live.metadata.managedFields;
  const after = updated.metadata.managedFields;
  if (!before?.length || before === after || before.length !== after?.length) return;
  if (after.every((e, i) => e.time === before[i]!.time)) return;
  if (!after.every((e, i) => sameButTime(e, before[i]!))) return;
  if (!sameBut(live, updated, 'metadata') || !sameBut(live.metadata, updated.metadata, 'managedFields')) return;
  updated.metadata.managedFields = before;
}

function sameButTime(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.apiVersion === b.apiVersion &&
    a.subresource === b.subresource &&
    a.fieldsType === b.fieldsType &&
    equalValues(a.fieldsV1, b.fieldsV1)
  );
}

/** Equal in everything but the field `except`. */
function sameBut(a: object, b: object, except: string): boolean {
  const x = a as Record<string, unknown>;
  const y = b as Record<string, unknown>;
  for (const k in x) if (k !== except && x[k] !== undefined && !equalValues(x[k], y[k])) return false;
  for (const k in y) if (k !== except && y[k] !== undefined && x[k] === undefined) return false;
  return true;
}
