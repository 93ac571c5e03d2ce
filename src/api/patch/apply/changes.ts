import type { KubeObject } from '../../meta/object';
import type { ObjectSchema } from '../../schema/schema';
import { type Comparison, compareObjects } from './compare';
import { FieldSet } from './field-set';
import { decodeFieldsV1, overlaps } from './fields-v1';
import { type Manager, type Managers, owning } from './managers';
import { fieldElement } from './path-element';

/**
 * Turns an object into another version of its kind, for managers that wrote in that version. undefined: the version is not served
 * any more, its managers are forgotten.
 */
export type ConvertVersion = (object: KubeObject, apiVersion: string) => { object: KubeObject; schema: ObjectSchema } | undefined;

/** What the bookkeeping of one write has to know about the kind. */
export interface Versioned {
  schema: ObjectSchema;
  apiVersion: string;
  /** Fields that the write resets and that therefore nobody comes to own; with everything below them. */
  exclude?: FieldSet;
  convert?: ConvertVersion;
}

/** The sum of what a write changed, in every version that some manager uses. */
export class Changes {
  private readonly byVersion = new Map<string, Comparison | undefined>();

  constructor(
    private readonly v: Versioned,
    private readonly from: Record<string, unknown>,
    private readonly to: Record<string, unknown>,
    /** The objects stand for Go structs, see compareObjects. */
    private readonly filled: boolean,
  ) {}

  /** In the version of the write. */
  get own(): Comparison {
    return this.in(this.v.apiVersion)!;
  }

  /** undefined: that version does not exist any more. */
  in(apiVersion: string): Comparison | undefined {
    if (!this.byVersion.has(apiVersion)) this.byVersion.set(apiVersion, this.compare(apiVersion));
    return this.byVersion.get(apiVersion);
  }

  private compare(apiVersion: string): Comparison | undefined {
    if (apiVersion === this.v.apiVersion) return leaveOut(compareObjects(this.v.schema, this.from, this.to, this.filled), this.v.exclude);
    const from = this.v.convert?.(this.from as KubeObject, apiVersion);
    const to = from && this.v.convert?.(this.to as KubeObject, apiVersion);
    return from && to && leaveOut(compareObjects(from.schema, from.object, to.object, true), this.v.exclude);
  }
}

function leaveOut(c: Comparison, exclude: FieldSet | undefined): Comparison {
  if (!exclude) return c;
  return { added: c.added.differenceBelow(exclude), modified: c.modified.differenceBelow(exclude), removed: c.removed.differenceBelow(exclude) };
}

/** Fields that others own and that a write sets differently, by manager id. Managers of vanished versions are dropped. */
export function conflictsWithOthers(managers: Managers, changes: Changes, self: string): Map<string, FieldSet> {
  const conflicts = new Map<string, FieldSet>();
  for (const m of managers.values()) {
    if (m.id === self) continue;
    const c = changes.in(m.apiVersion);
    if (!c) {
      managers.delete(m.id);
      continue;
    }
    const set = c.modified.union(c.added);
    if (overlaps(m.fields, set)) conflicts.set(m.id, decodeFieldsV1(m.fields).intersection(set));
  }
  return conflicts;
}

/** Takes what a write changed or removed away from every other manager; those left with nothing go. */
export function takeFromOthers(managers: Managers, changes: Changes, self: string): void {
  for (const m of managers.values()) {
    if (m.id === self) continue;
    const c = changes.in(m.apiVersion);
    if (c) take(managers, m, c.modified.union(c.added).union(c.removed));
    else managers.delete(m.id);
  }
}

/** Takes fields away from a manager; one who is left with nothing goes. */
export function take(managers: Managers, m: Manager, fields: FieldSet): void {
  if (!overlaps(m.fields, fields)) return;
  const left = owning(m, decodeFieldsV1(m.fields).difference(fields));
  if (left) managers.set(m.id, left);
  else managers.delete(m.id);
}

/** Identity and bookkeeping that nobody owns. */
const STRIPPED = FieldSet.of(
  ...['apiVersion', 'kind', 'metadata'].map((f) => [fieldElement(f)]),
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((f) => [
    fieldElement('metadata'),
    fieldElement(f),
  ]),
);

/** The set without identity and bookkeeping. */
export function strip(set: FieldSet): FieldSet {
  return set.difference(STRIPPED);
}

/** Made once per strategy; derived from a constant, so shared by everything in the process. */
const exclusions = new WeakMap<readonly (readonly string[])[], FieldSet>();

/** The set to exclude for `resetFields` of a strategy. */
export function excludedBy(resetFields: readonly (readonly string[])[] | undefined): FieldSet | undefined {
  if (!resetFields?.length) return undefined;
  let set = exclusions.get(resetFields);
  if (!set) exclusions.set(resetFields, (set = FieldSet.of(...resetFields.map((p) => p.map(fieldElement)))));
  return set;
}
