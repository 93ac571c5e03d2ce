import type { ManagedFieldsEntry } from '../../meta/object';
import { compareText, goJson, goQuote, isMap } from '../go-format';
import type { FieldSet } from './field-set';
import { type FieldsV1, decodeFieldsV1, encodeFieldsV1 } from './fields-v1';

/**
 * One manager of an object and what it owns. The fields stay encoded until somebody needs them as a set: most writes touch the
 * fields of one manager only.
 */
export interface Manager {
  readonly id: string;
  readonly name: string;
  readonly applied: boolean;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  /** Canonical. */
  readonly fields: FieldsV1;
}

/** Who wrote when a client gave no name at all. */
export const UNKNOWN = 'unknown';

/** The managers of an object by id. */
export type Managers = Map<string, Manager>;

/**
 * What tells managers apart: name, operation and subresource; for updates the version too, while an applier is the same in every
 * version. Also the order in which conflicts name them.
 */
export function managerId(name: string, applied: boolean, apiVersion: string, subresource: string): string {
  let id = '{';
  if (name) id += `"manager":${quote(name)},`;
  id += `"operation":"${applied ? 'Apply' : 'Update'}"`;
  if (!applied && apiVersion) id += `,"apiVersion":${quote(apiVersion)}`;
  if (subresource) id += `,"subresource":${quote(subresource)}`;
  return `${id}}`;
}

const quote = (s: string): string => (/^[\w ./:-]*$/.test(s) ? `"${s}"` : goJson(s));

/** A manager with the fields of `set`. */
export function newManager(m: { name: string; applied: boolean; apiVersion: string; subresource: string; time?: string }, fields: FieldsV1): Manager {
  return { id: managerId(m.name, m.applied, m.apiVersion, m.subresource), ...m, time: m.time, fields };
}

/** The manager owning other fields; undefined when none are left. */
export function owning(m: Manager, set: FieldSet): Manager | undefined {
  return set.empty ? undefined : { ...m, fields: encodeFieldsV1(set) };
}

/**
 * Reads entries that a client may have written: checked and brought into canonical form.
 * @throws Error in upstream's words
 */
export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const out: Managers = new Map();
  entries?.forEach((entry, i) => {
    const m = readEntry(entry, i);
    const fields = encodeFieldsV1(decodeEntry(entry));
    out.set(m.id, { ...m, fields });
  });
  return out;
}

/** Reads the entries of a stored object, whose fields are canonical already. @throws Error as readManagers */
export function storedManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const out: Managers = new Map();
  entries?.forEach((entry, i) => {
    const m = readEntry(entry, i);
    out.set(m.id, m);
  });
  return out;
}

function readEntry(entry: ManagedFieldsEntry, i: number): Manager {
  const { manager = '', operation, apiVersion = '', subresource = '', time, fieldsType } = entry;
  if (operation !== 'Apply' && operation !== 'Update') throw new Error('operation must be `Apply` or `Update`');
  if (!apiVersion) throw new Error('apiVersion must not be empty');
  if (!fieldsType) throw new Error(`missing fieldsType in managed fields entry ${i}`);
  if (fieldsType !== 'FieldsV1') throw new Error(`invalid fieldsType ${goQuote(fieldsType)} in managed fields entry ${i}`);
  return newManager({ name: manager, applied: operation === 'Apply', apiVersion, subresource, time: time ?? undefined }, entry.fieldsV1 ?? {});
}

function decodeEntry(entry: ManagedFieldsEntry): FieldSet {
  try {
    return decodeFieldsV1(entry.fieldsV1);
  } catch (e) {
    throw new Error(`error decoding versioned set from ${entry.manager ?? ''}: error decoding set: ${(e as Error).message}`);
  }
}

/** The entries to store: undefined when nobody manages anything. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  const list: Manager[] = [];
  for (const m of managers.values()) if (ownsSomething(m)) list.push(m);
  if (!list.length) return undefined;
  if (list.length > 1) list.sort(byOperationThenTime);
  return list.map(entryOf);
}

/** Whoever owns nothing is forgotten, even when a client sent it so. */
function ownsSomething(m: Manager): boolean {
  for (const _ in m.fields) return true;
  return false;
}

/** In the order of the Go type's fields, as the bytes of an object have them. */
function entryOf(m: Manager): ManagedFieldsEntry {
  const e: ManagedFieldsEntry = {};
  if (m.name) e.manager = m.name;
  e.operation = m.applied ? 'Apply' : 'Update';
  e.apiVersion = m.apiVersion;
  if (m.time !== undefined) e.time = m.time;
  e.fieldsType = 'FieldsV1';
  e.fieldsV1 = m.fields;
  if (m.subresource) e.subresource = m.subresource;
  return e;
}

/** Appliers before updaters, then oldest first (none at all is oldest), then by name, version and subresource. */
function byOperationThenTime(a: Manager, b: Manager): number {
  if (a.applied !== b.applied) return a.applied ? -1 : 1;
  return (
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.name, b.name) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

/**
 * True when a written object asks for its managed fields to be forgotten: by an empty list or one empty entry. To be asked of the
 * object as it was written, since decoding drops empty lists.
 */
export function resetsManagedFields(object: unknown): boolean {
  const entries: unknown = isMap(object) && isMap(object.metadata) ? object.metadata.managedFields : undefined;
  if (!Array.isArray(entries) || entries.length > 1) return false;
  return entries.length === 0 || (isMap(entries[0]) && Object.values(entries[0]).every((v) => v === null || v === undefined || v === ''));
}
