import type { KubeObject, ManagedFieldsEntry } from '../meta/object';
import { formatTime } from '../meta/time';
import type { ObjectSchema } from '../schema/schema';
import { capUpdaters } from './apply/cap-managers';
import { Changes, type ConvertVersion, type Versioned, excludedBy, strip, take, takeFromOthers } from './apply/changes';
import { encodeFieldsV1, withFields } from './apply/fields-v1';
import { type Managers, UNKNOWN, managerId, newManager, readManagers, resetsManagedFields, storedManagers, writeManagers } from './apply/managers';
import { addCreator, reconcileAll } from './apply/managers-of';
import { equalValues } from './apply/typed';

/** A write other than apply, after decoding and defaulting. */
export interface TrackedUpdate {
  /** As stored, defaulted; undefined on create. */
  live?: KubeObject;
  /** What the client wants stored, decoded and defaulted; its managedFields are set here. */
  updated: KubeObject;
  schema: ObjectSchema;
  /** Who writes: fieldManager, or what stands before the slash in the User-Agent. */
  manager: string;
  subresource?: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Fields that the strategy resets, as in Strategy. */
  resetFields?: readonly (readonly string[])[];
  /**
   * The written object asked for its managed fields to be forgotten (resetsManagedFields of the object before decoding).
   * Left out, `updated` itself is looked at, which has lost an empty list.
   */
  reset?: boolean;
  convert?: ConvertVersion;
}

/**
 * Sets `updated.metadata.managedFields` for a create, PUT or patch: whatever differs from the live object now belongs to the
 * writer and to nobody else. Entries that the client sent are taken when they are valid, else those of the live object. An object
 * that was written without managed fields before is not tracked until somebody applies to it. A write that changes nothing leaves
 * the entries as they were, time stamps included. Follows fieldmanager.Update of kube-apiserver; never throws for bad entries.
 */
export function trackUpdate(a: TrackedUpdate): void {
  const managers = managersBefore(a);
  delete a.updated.metadata.managedFields;
  try {
    track(a, managers);
  } catch {
    // Items that cannot be told apart, in an object that has yet to be validated: upstream stores it untracked.
    delete a.updated.metadata.managedFields;
  }
}

function track(a: TrackedUpdate, managers: Managers): void {
  const exists = !!a.live?.metadata.uid;
  if (!managers.size && exists) return;
  const v: Versioned = { schema: a.schema, apiVersion: a.updated.apiVersion, exclude: excludedBy(a.resetFields), convert: a.convert };
  if (!managers.size) {
    addCreator(managers, v, a.updated, a.manager, a.subresource ?? '', a.now);
  } else {
    const live = a.live ?? { apiVersion: a.updated.apiVersion, kind: a.updated.kind, metadata: {} };
    reconcileAll(managers, v);
    addUpdater(managers, v, new Changes(v, live, a.updated, true), a);
  }
  const entries = writeManagers(managers);
  if (!entries) return;
  // The very entries of the live object when nothing came of it, so that a write without effect is one byte for byte.
  a.updated.metadata.managedFields = equalValues(entries, a.live?.metadata.managedFields) ? a.live!.metadata.managedFields : entries;
}

function managersBefore(a: TrackedUpdate): Managers {
  const live = a.live?.metadata.managedFields;
  if (a.subresource) return orNone(live);
  if (a.reset ?? resetsManagedFields(a.updated)) return new Map();
  const sent = a.updated.metadata.managedFields;
  if (!sent?.length || sent === live || equalValues(sent, live)) return orNone(live);
  try {
    const managers = readManagers(sent);
    return managers.size ? managers : orNone(live);
  } catch {
    return orNone(live); // what cannot be read was not written by anyone who meant it
  }
}

function orNone(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  try {
    return storedManagers(entries);
  } catch {
    return new Map();
  }
}

function addUpdater(managers: Managers, v: Versioned, changes: Changes, a: TrackedUpdate): void {
  const { added, modified, removed } = changes.own;
  const written = modified.union(added);
  const changed = strip(written);
  const name = a.manager || UNKNOWN;
  const subresource = a.subresource ?? '';
  const id = managerId(name, false, v.apiVersion, subresource);
  takeFromOthers(managers, changes, id);
  // What the writer has changed it would lose and get back: that stays where it is, and mostly there is nothing else.
  const own = managers.get(id);
  if (own) take(managers, own, written.difference(changed).union(removed));
  if (changed.empty) return;
  const before = managers.get(id);
  const fields = before ? withFields(before.fields, changed) : encodeFieldsV1(changed);
  managers.set(id, newManager({ name, applied: false, apiVersion: v.apiVersion, subresource, time: formatTime(a.now) }, fields));
  capUpdaters(managers);
}
