import { duplicate, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';

/** Complaints about status.conditions of both kinds: each has a type, no type twice. */
export function validateConditionTypes(o: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  ((o.status?.conditions ?? []) as { type?: string }[]).forEach(({ type = '' }, i) => {
    const path = `status.conditions[${i}].type`;
    if (types.has(type)) errors.push(duplicate(path, type));
    types.add(type);
    if (!type) errors.push(required(path));
  });
  return errors;
}
