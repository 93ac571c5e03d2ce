import { invalidValue, type FieldError } from '../../api/errors/field-error';
import { own } from '../shared/own';
import { additionalOf, itemsOf, sortedEntries, type JsonSchema } from './json-schema';
import { validateValue } from './value-validation';

const META_FIELDS = new Set(['metadata', 'kind', 'apiVersion']);

/** Whether pruning would take something from the value. */
function hasUnknown(v: unknown, s: JsonSchema, embedded: boolean): boolean {
  if (Array.isArray(v)) {
    const items = itemsOf(s);
    return !!items && v.some((x) => hasUnknown(x, items, items['x-kubernetes-embedded-resource'] === true));
  }
  if (typeof v !== 'object' || v === null) return false;
  const preserves = s['x-kubernetes-preserve-unknown-fields'] === true;
  const additional = additionalOf(s);
  return Object.entries(v).some(([key, x]) => {
    if (embedded && META_FIELDS.has(key)) return false;
    const below = own((s.properties ?? {}) as Record<string, JsonSchema>, key) ?? additional ?? (s.additionalProperties === true ? {} : undefined);
    if (below) return hasUnknown(x, below, below['x-kubernetes-embedded-resource'] === true);
    return !preserves;
  });
}

/** Complaints about defaults that objects could not have: with fields that the schema does not know, or against its rules. */
export function validateDefaults(s: JsonSchema, path: string, root = true): FieldError[] {
  const errors: FieldError[] = [];
  const embedded = root || s['x-kubernetes-embedded-resource'] === true;
  if (s.default !== undefined && s.default !== null) {
    const at = `${path}.default`;
    if (hasUnknown(s.default, s, embedded)) errors.push(invalidValue(at, s.default, 'must not have unknown fields'));
    errors.push(...validateValue(s.default, s, at));
  }
  const items = itemsOf(s);
  if (items) errors.push(...validateDefaults(items, `${path}.items`, false));
  for (const [name, p] of sortedEntries(s.properties)) {
    if (!embedded || !META_FIELDS.has(name)) errors.push(...validateDefaults(p, `${path}.properties[${name}]`, false));
  }
  return errors;
}
