import { own } from '../shared/own';
import { findField } from './field-path';
import { forbiddenField, invalidValue, notSupported, notSupportedText, required, type FieldError } from '../../api/errors/field-error';
import type { Raw } from '../shared/raw';
import { additionalOf, itemsOf, sortedEntries, type JsonSchema } from './json-schema';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const META_FIELDS = new Set(['metadata', 'kind', 'apiVersion']);
const NEWLINE = /[\n\r]/;

/** Where in the object a schema stands. */
interface Place {
  insideMetadata?: boolean;
  /** Why there can be no default. */
  noDefaults?: string;
}

function has(s: JsonSchema, field: string): boolean {
  const v = s[field] as unknown;
  return v !== undefined && v !== null && v !== '' && (typeof v !== 'object' || Object.keys(v).length > 0);
}

function pushStandard(errors: FieldError[], s: JsonSchema, path: string, place: Place): void {
  const refuse = (field: string, why = `${field} is not supported`): unknown => errors.push(forbiddenField(`${path}.${field}`, why));
  if (s.type && !TYPES.includes(s.type)) errors.push(notSupportedText(`${path}.type`, s.type, TYPES));
  if (s.default !== undefined && place.noDefaults) refuse('default', `must not be set ${place.noDefaults}`);
  if (has(s, 'id')) refuse('id');
  if (s.additionalItems !== undefined) refuse('additionalItems');
  if (has(s, 'patternProperties')) refuse('patternProperties');
  if (has(s, 'definitions')) refuse('definitions');
  if (has(s, 'dependencies')) refuse('dependencies');
  if (s.$ref !== undefined) refuse('$ref');
  if (s.type === 'null') refuse('type', 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(s.items) && s.items.length) refuse('items', 'items must be a schema object and not an array');
  if (place.insideMetadata && s['x-kubernetes-embedded-resource']) refuse('x-kubernetes-embedded-resource', 'must not be used inside of resource meta');
  if (s.uniqueItems) refuse('uniqueItems', 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
}

function pushType(errors: FieldError[], s: JsonSchema, wanted: string, extension: string, path: string): boolean {
  if (s.type === wanted) return true;
  const rule = `must be ${wanted} if ${extension} is specified`;
  errors.push(s.type ? invalidValue(`${path}.type`, s.type, rule) : required(`${path}.type`, rule));
  return false;
}

function pushSet(errors: FieldError[], items: JsonSchema, path: string): void {
  const rule = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'] as string | undefined;
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    errors.push(invalidValue(`${path}.items.x-kubernetes-list-type`, listType, rule));
  } else if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    errors.push(invalidValue(`${path}.items.x-kubernetes-map-type`, listType, rule)); // upstream shows the list type here
  }
}

function pushMapList(errors: FieldError[], s: JsonSchema, keys: readonly string[], path: string): void {
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (!keys.length) errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  if (s.items === undefined) return void errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
  const items = itemsOf(s);
  if (!items) return void errors.push(invalidValue(`${path}.items`, s.items ?? { Schema: null, JSONSchemas: null }, 'must only have a single schema if x-kubernetes-list-type is map'));
  if (items.type !== 'object') {
    return void errors.push(invalidValue(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"));
  }
  keys.forEach((k, i) => {
    const p = own((items.properties ?? {}) as Record<string, JsonSchema>, k);
    if (!p) errors.push(invalidValue(keysPath, keys, 'entries must all be names of item properties'));
    else if (p.type === 'array' || p.type === 'object') {
      errors.push(invalidValue(`${path}.items.properties[${k}].type`, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
    }
    if (keys.indexOf(k) < i) errors.push(invalidValue(keysPath, keys, 'must not contain duplicate entries'));
  });
}

/** Items of sets and maps cannot be null, and keys of maps are always there. */
function pushKeys(errors: FieldError[], s: JsonSchema, listType: string, keys: readonly string[], path: string): void {
  const items = itemsOf(s);
  if (!items || (listType !== 'set' && listType !== 'map')) return;
  if (items.nullable) errors.push(forbiddenField(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  if (listType !== 'map') return;
  for (const k of keys) {
    const p = own((items.properties ?? {}) as Record<string, JsonSchema>, k);
    if (!p) continue;
    const at = `${path}.items.properties[${k}]`;
    if (!items.required?.includes(k) && p.default === undefined) {
      errors.push(required(`${at}.default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'));
    }
    if (p.nullable) errors.push(forbiddenField(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'));
  }
}

function pushLists(errors: FieldError[], s: JsonSchema, path: string): void {
  if (s['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  const mapType = s['x-kubernetes-map-type'] as string | undefined;
  if (mapType !== undefined) {
    pushType(errors, s, 'object', 'x-kubernetes-map-type', path);
    if (mapType !== 'atomic' && mapType !== 'granular') errors.push(notSupportedText(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  const listType = s['x-kubernetes-list-type'] as string | undefined;
  const listPath = `${path}.x-kubernetes-list-type`;
  const keys = (s['x-kubernetes-list-map-keys'] ?? []) as string[];
  const items = itemsOf(s);
  if (listType !== undefined) {
    if (pushType(errors, s, 'array', 'x-kubernetes-list-type', path) && listType === 'set' && items) pushSet(errors, items, path);
    if (!['atomic', 'set', 'map'].includes(listType)) errors.push(notSupportedText(listPath, listType, ['atomic', 'set', 'map']));
  }
  if (keys.length && listType !== 'map') {
    const rule = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(listPath, rule) : invalidValue(listPath, listType, rule));
  }
  if (listType === 'map') pushMapList(errors, s, keys, path);
  if (listType !== undefined) pushKeys(errors, s, listType, keys, path);
}

function pushRule(errors: FieldError[], r: Raw, s: JsonSchema, path: string): void {
  const [rule, message, expression, fieldPath] = [r.rule ?? '', r.message ?? '', r.messageExpression ?? '', r.fieldPath ?? ''] as string[];
  if (!rule!.trim()) errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message && !message.trim()) errors.push(invalidValue(`${path}.message`, message, 'must be non-empty if specified'));
  else if (NEWLINE.test(message!.trim())) errors.push(invalidValue(`${path}.message`, message, 'must not contain line breaks'));
  else if (NEWLINE.test(rule!.trim()) && !message!.trim()) errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (expression && !expression.trim()) errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (r.reason !== undefined && !REASONS.includes(r.reason)) errors.push(notSupported(`${path}.reason`, r.reason, REASONS));
  if (fieldPath && !fieldPath.trim()) errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (NEWLINE.test(fieldPath!)) errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  if (fieldPath && 'problem' in findField(fieldPath, s, true)) errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must be a valid path'));
}

function pushSchema(errors: FieldError[], s: JsonSchema, path: string, place: Place, root: boolean): void {
  pushStandard(errors, s, path, place);
  const additional = additionalOf(s);
  if (s.additionalProperties !== undefined && Object.keys(s.properties ?? {}).length && s.additionalProperties !== true) {
    errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  }
  if (additional) {
    const at = place.insideMetadata ? { ...place, noDefaults: 'inside additionalProperties applying to object metadata' } : place;
    pushSchema(errors, additional, `${path}.additionalProperties`, at, false);
  }
  for (const [name, p] of sortedEntries(s.properties)) {
    let at = place;
    if ((root || s['x-kubernetes-embedded-resource']) && META_FIELDS.has(name)) {
      at = { ...at, insideMetadata: true, ...(root ? { noDefaults: `in top-level ${name}` } : {}) };
    }
    pushSchema(errors, p, `${path}.properties[${name}]`, at, false);
  }
  if (s.not) pushSchema(errors, s.not, `${path}.not`, place, false);
  for (const field of ['allOf', 'oneOf', 'anyOf']) {
    ((s[field] ?? []) as JsonSchema[]).forEach((x, i) => pushSchema(errors, x, `${path}.${field}[${i}]`, place, false));
  }
  for (const [name, d] of sortedEntries(s.definitions)) pushSchema(errors, d, `${path}.definitions[${name}]`, place, false);
  if (Array.isArray(s.items)) (s.items as JsonSchema[]).forEach((x, i) => pushSchema(errors, x, `${path}.items[${i}]`, place, false));
  else if (s.items) pushSchema(errors, s.items, `${path}.items`, place, false);
  for (const [name, d] of sortedEntries(s.dependencies)) if (d && !Array.isArray(d)) pushSchema(errors, d, `${path}.dependencies[${name}]`, place, false);
  pushLists(errors, s, path);
  ((s['x-kubernetes-validations'] ?? []) as Raw[]).forEach((r, i) => pushRule(errors, r, s, `${path}.x-kubernetes-validations[${i}]`));
}

/** Complaints about the fields of a schema that custom resources cannot have or that do not go together. */
export function validateSchemaRules(s: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  pushSchema(errors, s, path, {}, true);
  return errors;
}
