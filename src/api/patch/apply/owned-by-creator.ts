import type { ListSchema, ObjectSchema, SchemaNode } from '../../schema/schema';
import { compareText, isMap } from '../go-format';
import type { FieldSet } from './field-set';
import type { FieldsV1 } from './fields-v1';
import { type PathElement, SELF, fieldElement, sortElements } from './path-element';
import { DEDUCED, equalValues, writtenValue, isAtomic, itemElement, planOf, shapeOf, typeOfKey } from './typed';

const IDENTITY: ReadonlySet<string> = new Set(['apiVersion', 'kind']);
const BOOKKEEPING: ReadonlySet<string> = new Set([
  'name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion',
]);

/**
 * What whoever creates an object owns of it: everything that differs from the empty object of the kind, without identity and
 * bookkeeping. The same as comparing with the empty object, but written down in one pass, since every create pays for it.
 * undefined: nothing.
 */
export function ownedByCreator(schema: ObjectSchema, object: Record<string, unknown>, exclude: FieldSet | undefined): FieldsV1 | undefined {
  const out: FieldsV1 = {};
  for (const f of planOf(schema).fields) {
    if (IDENTITY.has(f.name)) continue;
    const v = writtenValue(f, object);
    if (v === undefined) continue;
    if (f.name === 'metadata') {
      const metadata = isMap(v) && f.schema.kind === 'object' ? metadataOf(f.schema, v, exclude?.below(f.element), exclude?.members.has(f.element)) : undefined;
      if (metadata) out[f.element] = metadata;
    } else if (!exclude?.members.has(f.element)) {
      put(out, f.element, f.schema, v, f.absent, exclude?.children.get(f.element));
    }
  }
  return hasKeys(out) ? out : undefined;
}

function metadataOf(s: ObjectSchema, v: Record<string, unknown>, exclude: FieldSet | undefined, whole: boolean | undefined): FieldsV1 | undefined {
  if (whole) return undefined;
  const out: FieldsV1 = {};
  for (const f of planOf(s).fields) {
    const x = writtenValue(f, v);
    if (x !== undefined && !BOOKKEEPING.has(f.name) && !exclude?.members.has(f.element)) put(out, f.element, f.schema, x, f.absent, exclude?.children.get(f.element));
  }
  return hasKeys(out) ? out : undefined;
}

/**
 * Adds a field to `out`; false: there was nothing to add. `zero`: what the empty object has in its place, undefined when nothing:
 * then the field itself is new.
 */
function put(out: FieldsV1, e: PathElement, s: SchemaNode, v: unknown, zero: unknown, exclude: FieldSet | undefined): boolean {
  const shape = shapeOf(s, v);
  const isNew = zero === undefined;
  if (shape === 'scalar' || isAtomic(s, shape)) {
    if (!isNew && equalValues(v, zero)) return false;
    out[e] = {};
    return true;
  }
  const node: FieldsV1 = isNew ? { [SELF]: {} } : {};
  let inside = false;
  if (shape === 'list') inside = Array.isArray(v) && putItems(node, s as ListSchema, v);
  else if (isMap(v)) inside = putKeys(node, s, v, isMap(zero), exclude);
  if (inside) out[e] = node;
  else if (isNew || (zero === null && isEmptyContainer(v))) out[e] = {};
  else return false;
  return true;
}

function putKeys(node: FieldsV1, s: SchemaNode, v: Record<string, unknown>, zeroStruct: boolean, exclude: FieldSet | undefined): boolean {
  if (s.kind !== 'object') return putEntries(node, s, v, Object.keys(v), exclude);
  let any = false;
  const plan = planOf(s);
  for (const f of plan.fields) {
    const x = writtenValue(f, v);
    if (x === undefined || exclude?.members.has(f.element)) continue;
    any = put(node, f.element, f.schema, x, zeroStruct ? f.absent : undefined, exclude?.children.get(f.element)) || any;
  }
  return plan.open ? putEntries(node, s, v, Object.keys(v).filter((k) => !s.properties.has(k)), exclude) || any : any;
}

function putEntries(node: FieldsV1, s: SchemaNode, v: Record<string, unknown>, keys: string[], exclude: FieldSet | undefined): boolean {
  let any = false;
  if (keys.length > 1) keys.sort(compareText);
  for (const k of keys) {
    const e = fieldElement(k);
    if (v[k] === undefined || exclude?.members.has(e)) continue;
    any = put(node, e, typeOfKey(s, k) ?? DEDUCED, v[k], undefined, exclude?.children.get(e)) || any;
  }
  return any;
}

function putItems(node: FieldsV1, s: ListSchema, list: readonly unknown[]): boolean {
  if (list.length === 1) return put(node, itemElement(s, list[0], true), s.items, list[0], undefined, undefined);
  const items = new Map<PathElement, { item: unknown; several: boolean }>();
  for (const item of list) {
    const e = itemElement(s, item, true);
    items.set(e, { item, several: items.has(e) });
  }
  for (const e of sortElements([...items.keys()])) {
    const { item, several } = items.get(e)!;
    if (several) node[e] = {};
    else put(node, e, s.items, item, undefined, undefined);
  }
  return list.length > 0;
}

function isEmptyContainer(v: unknown): boolean {
  return Array.isArray(v) ? v.length === 0 : isMap(v) && !hasKeys(v);
}

function hasKeys(o: Record<string, unknown>): boolean {
  for (const _ in o) return true;
  return false;
}
