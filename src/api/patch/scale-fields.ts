import type { ManagedFieldsEntry } from '../meta/object';
import { FieldSet } from './apply/field-set';
import { decodeFieldsV1, encodeFieldsV1 } from './apply/fields-v1';
import { type Managers, owning, storedManagers, writeManagers } from './apply/managers';
import { fieldElement } from './apply/path-element';

const SCALE_VERSION = 'autoscaling/v1';
const IN_SCALE = FieldSet.of([fieldElement('spec'), fieldElement('replicas')]);

/** Where a kind keeps its replica count, by apiVersion: { 'apps/v1': ['spec', 'replicas'] }. */
export type ReplicasPaths = Readonly<Record<string, readonly string[]>>;

/**
 * The managed fields of an object as its scale subresource shows them to the bookkeeping: whoever owns the replica count
 * owns Scale's spec.replicas.
 */
export function managedFieldsOfScale(parent: readonly ManagedFieldsEntry[] | undefined, paths: ReplicasPaths): ManagedFieldsEntry[] | undefined {
  const out: Managers = new Map();
  for (const m of read(parent).values()) {
    const path = paths[m.apiVersion];
    if (path && decodeFieldsV1(m.fields).has(path.map(fieldElement))) out.set(m.id, { ...m, apiVersion: SCALE_VERSION, fields: encodeFieldsV1(IN_SCALE) });
  }
  return writeManagers(out);
}

/**
 * The managed fields of an object after a write to its scale: those who lost the replica count there lose it here, and who
 * got it owns it in `apiVersion`. New managers come without a time, as upstream has it.
 */
export function managedFieldsAfterScale(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  apiVersion: string,
  paths: ReplicasPaths,
): ManagedFieldsEntry[] | undefined {
  const before = read(parent);
  const scalers = read(scale);
  const out: Managers = new Map();
  for (const m of before.values()) {
    const path = paths[m.apiVersion];
    if (!path) continue; // a version that does not exist any more
    const replicas = path.map(fieldElement);
    const set = decodeFieldsV1(m.fields);
    if (!set.has(replicas) || scalers.delete(m.id)) {
      out.set(m.id, m);
      continue;
    }
    const rest = owning(m, set.difference(FieldSet.of(replicas)));
    if (rest) out.set(m.id, rest);
  }
  const replicas = encodeFieldsV1(FieldSet.of(paths[apiVersion]!.map(fieldElement)));
  for (const m of scalers.values()) {
    if (decodeFieldsV1(m.fields).intersection(IN_SCALE).empty) continue;
    out.set(m.id, { ...m, apiVersion, fields: replicas, time: before.get(m.id)?.time });
  }
  return writeManagers(out);
}

function read(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  return storedManagers(entries);
}
