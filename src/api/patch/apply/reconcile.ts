import type { ObjectSchema, SchemaNode } from '../../schema/schema';
import type { FieldsV1 } from './fields-v1';
import { SELF } from './path-element';
import { typeBelow } from './field-set-of';
import { isAtomic } from './typed';

/**
 * Fits owned fields to a type that has become atomic since they were written: whoever owned something inside such a list or map now
 * owns the whole. Returns the same object when there is nothing to fit, which is the rule.
 */
export function reconcileFields(schema: ObjectSchema, fields: FieldsV1): FieldsV1 {
  if (fitting.get(fields) === schema) return fields;
  const fitted = reconcile(schema, fields);
  fitting.set(fitted, schema);
  return fitted;
}

/** Fields (of shared stored objects, never changed) that are known to fit a type; the same ones are asked about at every write. */
const fitting = new WeakMap<FieldsV1, ObjectSchema>();

function reconcile(s: SchemaNode, fields: FieldsV1): FieldsV1 {
  let out: FieldsV1 | undefined;
  for (const e in fields) {
    if (e === SELF) continue;
    const below = typeBelow(s, e);
    if (!below) continue;
    const node = fields[e] as FieldsV1;
    const fitted = isWhole(below) ? (ownsInside(node) ? {} : node) : isContainer(below) ? reconcile(below, node) : node;
    if (fitted !== node) (out ??= { ...fields })[e] = fitted;
  }
  return out ?? fields;
}

/** Values whose type is deduced are left alone: nothing is declared that could have changed. */
const isContainer = (s: SchemaNode): boolean => s.kind === 'object' || s.kind === 'map' || s.kind === 'list';

const isWhole = (s: SchemaNode): boolean => (isContainer(s) && isAtomic(s, s.kind === 'list' ? 'list' : 'map')) || (s.kind === 'any' && isAtomic(s, 'map'));

function ownsInside(node: FieldsV1): boolean {
  for (const e in node) if (e !== SELF) return true;
  return false;
}
