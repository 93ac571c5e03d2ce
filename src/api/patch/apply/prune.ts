import type { KubeObject } from '../../meta/object';
import type { ObjectSchema } from '../../schema/schema';
import type { Versioned } from './changes';
import { FieldSet } from './field-set';
import { fieldSetOf, withNamedFields } from './field-set-of';
import { decodeFieldsV1 } from './fields-v1';
import type { Manager, Managers } from './managers';
import { removeFields } from './remove';

/** An object and the version it is in. */
interface Typed {
  object: KubeObject;
  schema: ObjectSchema;
  apiVersion: string;
}

/**
 * Takes out of the merged object what the applier owned by its last configuration (`last`) and has left out of this one, unless somebody
 * else owns it. `managers` already holds the applier with its new fields.
 */
export function pruneLeftOut(v: Versioned, merged: KubeObject, managers: Managers, last: Manager | undefined): KubeObject {
  const lastSet = last && decodeFieldsV1(last.fields);
  if (!lastSet || lastSet.empty) return merged;
  const then = inVersion(v, { object: merged, schema: v.schema, apiVersion: v.apiVersion }, last.apiVersion);
  if (!then) return merged;
  const removed = without(then, withNamedFields(lastSet, then.schema));
  const kept = addBackOwned(v, then, removed, managers);
  const pruned = addBackForeign(then, kept, lastSet);
  return inVersion(v, pruned, v.apiVersion)?.object ?? pruned.object;
}

/** What some manager owns comes back, in whatever version it was written; first that of the pruned object itself. */
function addBackOwned(v: Versioned, merged: Typed, pruned: Typed, managers: Managers): Typed {
  const owned = new Map<string, FieldSet>([[merged.apiVersion, new FieldSet()]]);
  for (const m of managers.values()) owned.set(m.apiVersion, (owned.get(m.apiVersion) ?? new FieldSet()).union(decodeFieldsV1(m.fields)));
  let from = merged;
  let result = pruned;
  for (const [version, set] of owned) {
    const whole = inVersion(v, from, version);
    const rest = inVersion(v, result, version);
    if (!whole || !rest) continue;
    const s = whole.schema;
    const keep = withNamedFields(fieldSetOf(s, rest.object), s).union(withNamedFields(set, s));
    from = whole;
    result = without(whole, withNamedFields(fieldSetOf(s, whole.object), s).difference(keep));
  }
  return inVersion(v, result, merged.apiVersion) ?? pruned;
}

/** What the applier did not own by its last configuration comes back: it belongs to nobody, or to an updater. */
function addBackForeign(merged: Typed, pruned: Typed, last: FieldSet): Typed {
  const s = merged.schema;
  const missing = withNamedFields(fieldSetOf(s, merged.object), s).difference(withNamedFields(fieldSetOf(s, pruned.object), s));
  return without(merged, missing.intersection(withNamedFields(last, s)));
}

function without(t: Typed, set: FieldSet): Typed {
  return { ...t, object: removeFields(t.schema, t.object, set) as unknown as KubeObject };
}

function inVersion(v: Versioned, t: Typed, apiVersion: string): Typed | undefined {
  if (t.apiVersion === apiVersion) return t;
  const converted = v.convert?.(t.object, apiVersion);
  return converted && { ...converted, apiVersion };
}
