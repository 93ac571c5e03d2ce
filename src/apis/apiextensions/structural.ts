import { forbiddenField, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { goRegexpProblem } from './go-regexp';
import { additionalOf, itemsOf, sortedEntries, type JsonSchema } from './json-schema';

const UNSUPPORTED: readonly [string, (s: JsonSchema) => boolean][] = [
  ['id', (s) => Boolean(s.id)],
  ['schema', (s) => Boolean(s.$schema)],
  ['$ref', (s) => Boolean(s.$ref)],
  ['patternProperties', (s) => s.patternProperties && Object.keys(s.patternProperties).length > 0],
  ['dependencies', (s) => s.dependencies && Object.keys(s.dependencies).length > 0],
  ['additionalItems', (s) => s.additionalItems !== undefined],
  ['definitions', (s) => s.definitions && Object.keys(s.definitions).length > 0],
];

/** Why a schema cannot be structural at all; undefined: it may be. */
export function structuralProblem(s: JsonSchema): string | undefined {
  for (const [field, has] of UNSUPPORTED) if (has(s)) return `OpenAPIV3Schema '${field}' is not supported`;
  if (s['x-kubernetes-preserve-unknown-fields'] === false) return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  if (Array.isArray(s.items) && s.items.length) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  const children = [s.not, ...(s.allOf ?? []), ...(s.anyOf ?? []), ...(s.oneOf ?? []), itemsOf(s), additionalOf(s), ...Object.values(s.properties ?? {})];
  for (const child of children) {
    const problem = child && structuralProblem(child as JsonSchema);
    if (problem) return problem;
  }
  return undefined;
}

type Level = 'root' | 'item' | 'field';

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** What a schema in a nested context may not have, and how the message goes on. */
const NESTED: readonly [string, string][] = [
  ['default', 'undefined'],
  ['title', 'empty'],
  ['description', 'empty'],
  ['nullable', 'false'],
  ['x-kubernetes-preserve-unknown-fields', 'false'],
  ['x-kubernetes-embedded-resource', 'false'],
  ['x-kubernetes-int-or-string', 'false'],
  ['x-kubernetes-list-map-keys', 'empty'],
  ['x-kubernetes-list-type', 'undefined'],
  ['x-kubernetes-map-type', 'undefined'],
  ['x-kubernetes-validations', 'empty'],
];

function isIntOrString(anyOf: readonly JsonSchema[] | undefined): boolean {
  const is = (s: JsonSchema | undefined, type: string): boolean => s?.type === type && Object.keys(s).length === 1;
  return anyOf?.length === 2 && is(anyOf[0], 'integer') && is(anyOf[1], 'string');
}

function pushNested(errors: FieldError[], s: JsonSchema, path: string, skipAnyOf: boolean): void {
  pushValueRules(errors, s, path, skipAnyOf, false);
  const items = itemsOf(s);
  if (items) pushNested(errors, items, `${path}.items`, false);
  for (const [name, p] of sortedEntries(s.properties)) pushNested(errors, p, `${path}.properties[${name}]`, false);
  if (s.type) errors.push(forbiddenField(`${path}.type`, 'must be empty to be structural'));
  if (s.additionalProperties !== undefined && s.additionalProperties !== false) {
    errors.push(forbiddenField(`${path}.additionalProperties`, 'must be undefined to be structural'));
  }
  for (const [field, what] of NESTED) {
    const v = s[field] as unknown;
    const set = Array.isArray(v) ? v.length > 0 : v !== undefined && v !== null && v !== '' && (v !== false || field === 'default');
    if (set) errors.push(forbiddenField(`${path}.${field}`, `must be ${what} to be structural`));
  }
  if (s.properties?.metadata) errors.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
}

function pushValueRules(errors: FieldError[], s: JsonSchema, path: string, skipAnyOf: boolean, skipInAllOf: boolean): void {
  const each = (field: string, skip: (i: number) => boolean): void =>
    ((s[field] ?? []) as JsonSchema[]).forEach((x, i) => pushNested(errors, x, `${path}.${field}[${i}]`, skip(i)));
  if (!skipAnyOf) each('anyOf', () => false);
  each('allOf', (i) => skipInAllOf && i === 0);
  each('oneOf', () => false);
  if (s.not) pushNested(errors, s.not, `${path}.not`, false);
  const problem = s.pattern ? goRegexpProblem(s.pattern) : undefined;
  if (problem) errors.push(invalidValue(`${path}.pattern`, s.pattern, `must be a valid regular expression, but isn't: ${problem}`));
}

/** metadata of the whole object may only have its names restricted. */
function pushMetadata(errors: FieldError[], s: JsonSchema, checked: boolean, root: boolean, path: string): void {
  if (checked && s.type !== 'object') errors.push(invalidValue(`${path}.type`, s.type ?? '', 'must be object'));
  if (!root) return;
  const names = Object.keys(s.properties ?? {});
  const onlyNames = names.every((n) => n === 'name' || n === 'generateName');
  const left = Object.keys(s).filter((k) => k !== 'type' && k !== 'default' && !(k === 'properties' && onlyNames));
  if (left.length) errors.push(forbiddenField(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified'));
}

function pushInvariants(errors: FieldError[], s: JsonSchema, level: Level, path: string): void {
  const embedded = s['x-kubernetes-embedded-resource'] === true;
  const preserves = s['x-kubernetes-preserve-unknown-fields'] === true;
  const intOrString = s['x-kubernetes-int-or-string'] === true;
  const items = itemsOf(s);
  const additional = additionalOf(s);
  if (s.type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'));
  if (items) pushInvariants(errors, items, 'item', `${path}.items`);
  for (const [name, p] of sortedEntries(s.properties)) pushInvariants(errors, p, 'field', `${path}.properties[${name}]`);
  if (s.additionalProperties !== undefined && level === 'root') errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'));
  if (additional) pushInvariants(errors, additional, 'field', `${path}.additionalProperties`);
  const notBoth = 'must be false if x-kubernetes-int-or-string is true';
  if (intOrString && preserves) errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, true, notBoth));
  if (intOrString && embedded) errors.push(invalidValue(`${path}.x-kubernetes-embedded-resource`, true, notBoth));
  pushValueRules(errors, s, path, isIntOrString(s.anyOf), isIntOrString(s.allOf?.[0]?.anyOf));
  if (embedded && s.type !== 'object') {
    const rule = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(s.type ? invalidValue(`${path}.type`, s.type, rule) : required(`${path}.type`, rule));
  } else if (!s.type && !intOrString && !preserves) errors.push(required(`${path}.type`, EMPTY_TYPE[level]));
  if (embedded && s.additionalProperties !== undefined) {
    errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
  }
  if (level === 'root' && s.type && s.type !== 'object') errors.push(invalidValue(`${path}.type`, s.type, 'must be object at the root'));
  const checked = level === 'root' || embedded;
  for (const name of ['kind', 'apiVersion']) {
    const p = s.properties?.[name] as JsonSchema | undefined;
    if (checked && p && p.type !== 'string') errors.push(invalidValue(`${path}.properties[${name}].type`, p.type ?? '', 'must be string'));
  }
  if (s.properties?.metadata) pushMetadata(errors, s.properties.metadata, checked, level === 'root', `${path}.properties[metadata]`);
  if (embedded && !preserves && !Object.keys(s.properties ?? {}).length) {
    const rule = 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, rule));
  }
}

/** Everything that `v` speaks of in a nested context must be in the structure `s` as well. */
function pushIncomplete(errors: FieldError[], v: JsonSchema, s: JsonSchema | undefined, sPath: string, vPath: string): void {
  if (!s) return void errors.push(required(sPath, `because it is defined in ${vPath}`));
  pushNestedIncomplete(errors, v, s, sPath, vPath);
  const items = itemsOf(v);
  if (items) pushIncomplete(errors, items, itemsOf(s), `${sPath}.items`, `${vPath}.items`);
  for (const [name, p] of sortedEntries(v.properties)) {
    const steps = `.properties[${name}]`;
    pushIncomplete(errors, p, s.properties?.[name] as JsonSchema | undefined, sPath + steps, vPath + steps);
  }
}

function pushNestedIncomplete(errors: FieldError[], v: JsonSchema, s: JsonSchema, sPath: string, vPath: string): void {
  if (v.not) pushIncomplete(errors, v.not, s, sPath, `${vPath}.not`);
  for (const field of ['allOf', 'anyOf', 'oneOf']) {
    ((v[field] ?? []) as JsonSchema[]).forEach((x, i) => pushIncomplete(errors, x, s, sPath, `${vPath}.${field}[${i}]`));
  }
}

/** Complaints about a schema that is not structural, sorted by their text as upstream does. */
export function validateStructural(s: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  pushInvariants(errors, s, 'root', path);
  pushNestedIncomplete(errors, s, s, path, path);
  const textOf = (e: FieldError): string => `${e.field}: ${e.message}`;
  return errors.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}
