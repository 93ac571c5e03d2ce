import { StatusError, badRequest } from '../errors/status-error';
import { type GVK, type KubeObject, apiVersionOf } from '../meta/object';
import { formatTime } from '../meta/time';
import type { ObjectSchema } from '../schema/schema';
import { Changes, type ConvertVersion, type Versioned, conflictsWithOthers, excludedBy, strip, takeFromOthers } from './apply/changes';
import { type Conflict, conflictError, listConflicts } from './apply/conflict';
import { fieldSetOf } from './apply/field-set-of';
import { decodeFieldsV1, encodeFieldsV1 } from './apply/fields-v1';
import { KUBECTL, fieldsOfLastApplied, syncLastApplied } from './apply/last-applied';
import { type Manager, type Managers, managerId, newManager, storedManagers, writeManagers } from './apply/managers';
import { addCreator, reconcileAll } from './apply/managers-of';
import { mergeApplied } from './apply/merge';
import { pruneLeftOut } from './apply/prune';
import { equalValues, fillStructs } from './apply/typed';
import { validateTyped } from './apply/validate';
import { isMap } from './go-format';

/** One apply request. */
export interface Application {
  /** As stored, in the version of the request; undefined when the object does not exist. */
  live?: KubeObject;
  /** The applied configuration as the client wrote it: parsed, not decoded, not defaulted. Read only. */
  patch: Readonly<Record<string, unknown>>;
  /** The kind that the request is about; the configuration has to be of it. */
  gvk: GVK;
  schema: ObjectSchema;
  /** fieldManager; required of clients. */
  manager: string;
  /** Take fields over from others instead of failing. */
  force: boolean;
  subresource?: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Fields that the strategy resets, as in Strategy. */
  resetFields?: readonly (readonly string[])[];
  convert?: ConvertVersion;
}

/** Managers of an object nobody applied to so far. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/**
 * Server-side apply: the live object with the configuration merged in, what the applier has left out since its last time taken out,
 * and managedFields brought up to date. The result is the live object itself (with its managedFields as they are now) when the
 * configuration changes nothing; else it still has to be decoded, which also drops the zero values that merging added, and defaulted.
 * It shares parts with `live` and `patch`, so decode it into a copy before changing it.
 *
 * @throws BadRequest for another kind or managedFields in the configuration, Conflict when somebody else owns what would change,
 * 500 without a reason for a configuration that does not fit the type
 */
export function applyServerSide(a: Application): { object: KubeObject } {
  const managers = liveManagers(a.live);
  checkKind(a);
  const v: Versioned = { schema: a.schema, apiVersion: apiVersionOf(a.gvk), exclude: excludedBy(a.resetFields), convert: a.convert };
  if (!managers.size && a.live) {
    checkTyped(a.schema, a.live, (what) => `failed to create manager for existing fields: failed to convert new object (${what}) to smd typed`, 'allowed');
    addCreator(managers, v, fillStructs(a.schema, a.live) as KubeObject, BEFORE_FIRST_APPLY, a.subresource ?? '', a.now);
  }
  checkPatch(a);
  const run = new Apply(a, v, managers);
  const conflicts = run.conflicts();
  if (conflicts.length && !a.force) {
    const open = a.manager === KUBECTL ? withoutLastApplied(a, v, run.live, conflicts) : conflicts;
    if (open.length) throw conflictError(open);
  }
  return { object: run.finish() };
}

function liveManagers(live: KubeObject | undefined): Managers {
  try {
    return storedManagers(live?.metadata.managedFields);
  } catch (e) {
    throw new StatusError(500, undefined, `failed to decode managed fields: ${(e as Error).message}`);
  }
}

function checkKind(a: Application): void {
  const { kind, apiVersion } = a.patch;
  const found = showGvk(apiVersion, kind);
  if (found !== showGvk(apiVersionOf(a.gvk), a.gvk.kind)) throw badRequest(`invalid object type: ${found}`);
}

/** As schema.GroupVersionKind prints itself; a version that cannot be parsed counts as none. */
function showGvk(apiVersion: unknown, kind: unknown): string {
  const text = typeof apiVersion === 'string' ? apiVersion : '';
  const parts = text.split('/');
  const [group, version] = parts.length === 1 ? ['', text] : parts.length === 2 ? parts : ['', ''];
  return `${group}/${version}, Kind=${typeof kind === 'string' ? kind : ''}`;
}

function checkPatch(a: Application): void {
  const metadata = isMap(a.patch.metadata) ? a.patch.metadata : {};
  if (Array.isArray(metadata.managedFields) && metadata.managedFields.every(isMap)) throw badRequest('metadata.managedFields must be nil');
  checkTyped(a.schema, a.patch, (what) => `failed to create typed patch object (${what})`, 'refused');
}

function checkTyped(schema: ObjectSchema, object: Readonly<Record<string, unknown>>, failure: (what: string) => string, duplicates: 'refused' | 'allowed'): void {
  try {
    validateTyped(schema, object, duplicates);
  } catch (e) {
    throw new StatusError(500, undefined, `${failure(describeApplied(object))}: ${(e as Error).message}`);
  }
}

/** `namespace/name; group/version, Kind=Kind`: how apply errors name the configuration. */
export function describeApplied(patch: Readonly<Record<string, unknown>>): string {
  const metadata = isMap(patch.metadata) ? patch.metadata : {};
  const text = (v: unknown): string => (typeof v === 'string' ? v : '');
  return `${text(metadata.namespace)}/${text(metadata.name)}; ${showGvk(patch.apiVersion, patch.kind)}`;
}

/** Conflicts other than with what kubectl itself applied from the client before. */
function withoutLastApplied(a: Application, v: Versioned, live: KubeObject, conflicts: Conflict[]): Conflict[] {
  const allowed = a.live && fieldsOfLastApplied(a.schema, v.apiVersion, live);
  return allowed ? conflicts.filter((c) => !allowed.has(c.path)) : conflicts;
}

class Apply {
  /** With every field that Go would write, as upstream compares and merges it. */
  readonly live: KubeObject;
  private readonly merged: KubeObject;
  private readonly changes: Changes;
  private readonly self: Manager;

  constructor(
    private readonly a: Application,
    v: Versioned,
    private readonly managers: Managers,
  ) {
    reconcileAll(managers, v);
    this.live = fillStructs(a.schema, a.live ?? { apiVersion: v.apiVersion, kind: a.gvk.kind }) as KubeObject;
    checkTyped(a.schema, this.live, (what) => `failed to create typed live object (${what})`, 'allowed');
    const id = managerId(a.manager, true, v.apiVersion, a.subresource ?? '');
    const last = managers.get(id);
    const set = fieldSetOf(a.schema, a.patch);
    const owned = v.exclude ? set.differenceBelow(v.exclude) : set;
    this.self = newManager({ name: a.manager, applied: true, apiVersion: v.apiVersion, subresource: a.subresource ?? '', time: last?.time }, encodeFieldsV1(owned));
    managers.set(id, this.self);
    const merged = mergeApplied(a.schema, this.live, a.patch) as unknown as KubeObject;
    this.merged = pruneLeftOut(v, merged, managers, last);
    this.changes = new Changes(v, this.live, this.merged, false);
  }

  conflicts(): Conflict[] {
    return listConflicts(this.managers, conflictsWithOthers(this.managers, this.changes, this.self.id));
  }

  /** Settles who owns what and puts it into the object. */
  finish(): KubeObject {
    takeFromOthers(this.managers, this.changes, this.self.id);
    const changed = !equalValues(this.live, this.merged);
    this.settleSelf(changed);
    const result = changed ? this.merged : (this.a.live ?? this.live);
    const { managedFields: _, ...metadata } = result.metadata ?? {};
    const entries = writeManagers(this.managers);
    const object: KubeObject = { ...result, metadata: entries ? { ...metadata, managedFields: entries } : metadata };
    return this.a.manager === KUBECTL ? syncLastApplied(object, this.a.patch as KubeObject) : object;
  }

  /** The applier keeps its old time when its configuration did not change the object, only who owns what. */
  private settleSelf(changed: boolean): void {
    const owned = strip(decodeFieldsV1(this.self.fields));
    if (owned.empty) this.managers.delete(this.self.id);
    else this.managers.set(this.self.id, { ...this.self, fields: encodeFieldsV1(owned), time: changed ? formatTime(this.a.now) : this.self.time });
  }
}
