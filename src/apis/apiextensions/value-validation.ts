import { invalidValue, notSupported, required, tooLong, tooMany, typeInvalid, type FieldError } from '../../api/errors/field-error';
import { goFloat, goQuote } from '../../api/patch/go-format';
import { semanticEqual } from '../shared/equality';
import { own } from '../shared/own';
import { goRegexp } from './go-regexp';
import { additionalOf, itemsOf, type JsonSchema } from './json-schema';

const INT32 = 2 ** 31;
/** Longer texts are not matched against patterns, which JavaScript may take long over. */
const MATCHED_LENGTH = 1000;

/** Where a value stands: the field that complaints name, and the path below it, which they name as well. */
interface Place {
  field: string;
  path: string;
}

function typeOf(v: unknown): string {
  if (v === null || v === undefined) return 'null';
  if (Array.isArray(v)) return 'array';
  if (typeof v === 'number') return Number.isInteger(v) ? 'integer' : 'number';
  return typeof v;
}

/** A complaint is told at the path without its leading dot, which the schema's root leaves. */
const at = ({ field, path }: Place): string => (path && path !== '.' ? `${field}.${path.replace(/^\./, '')}` : field);

/** Complaints about a value that does not follow a schema, in the words of upstream's validator of custom resources. */
export function validateValue(value: unknown, s: JsonSchema, field: string): FieldError[] {
  const errors: FieldError[] = [];
  pushValue(errors, value, s, { field, path: '' });
  return errors;
}

function pushValue(errors: FieldError[], v: unknown, s: JsonSchema, p: Place): void {
  const type = typeOf(v);
  const wanted = s.type as string | undefined;
  const fits = !wanted || type === wanted || (type === 'integer' && wanted === 'number') || (type === 'null' && s.nullable);
  if (!fits) errors.push(typeInvalid(at(p), type, `${p.path} in body must be of type ${wanted}: ${goQuote(type)}`));
  if (type !== 'null') pushCombined(errors, v, s, p);
  if (type === 'string') pushText(errors, v as string, s, p);
  else if (type === 'integer' || type === 'number') pushNumber(errors, v as number, s, p);
  else if (type === 'array') pushList(errors, v as unknown[], s, p);
  pushEnum(errors, v, s, p);
  if (type === 'object') pushObject(errors, v as Record<string, unknown>, s, p);
}

function pushEnum(errors: FieldError[], v: unknown, s: JsonSchema, p: Place): void {
  const allowed = (s.enum ?? []) as unknown[];
  if (!allowed.length || allowed.some((x) => semanticEqual(x, v))) return;
  errors.push(notSupported(at(p), v, allowed.map((x) => (typeof x === 'string' ? x : JSON.stringify(x)))));
}

function pushText(errors: FieldError[], v: string, s: JsonSchema, p: Place): void {
  const length = [...v].length;
  if (s.maxLength !== undefined && length > s.maxLength) return void errors.push(tooLong(at(p), s.maxLength as number));
  if (s.minLength !== undefined && length < s.minLength) {
    return void errors.push(invalidValue(at(p), v, `${p.path} in body should be at least ${s.minLength} chars long`));
  }
  const pattern = s.pattern && v.length <= MATCHED_LENGTH ? goRegexp(s.pattern as string) : undefined;
  if (pattern && !pattern.test(v)) errors.push(invalidValue(at(p), v, `${p.path} in body should match '${s.pattern}'`));
}

function pushNumber(errors: FieldError[], v: number, s: JsonSchema, p: Place): void {
  const integer = s.type === 'integer';
  const shown = (n: number): string => (Number.isInteger(v) && Number.isInteger(n) ? String(n) : goFloat(n));
  const complain = (why: string): unknown => errors.push(invalidValue(at(p), v, `${p.path} in body should be ${why}`));
  pushRange(errors, v, s, 'Checked', p);
  const { multipleOf, minimum, maximum } = s as Record<string, number | undefined>;
  const inRange = (n: number, what: string): void => void (integer && pushRange(errors, n, s, what, p));
  if (multipleOf !== undefined) {
    inRange(multipleOf, 'MultipleOf');
    if (!Number.isInteger(v / multipleOf)) complain(`a multiple of ${shown(multipleOf)}`);
  }
  if (minimum !== undefined) {
    inRange(minimum, 'Minimum boundary');
    if (v < minimum || (s.exclusiveMinimum && v === minimum)) complain(`greater than${s.exclusiveMinimum ? '' : ' or equal to'} ${shown(minimum)}`);
  }
  if (maximum !== undefined) {
    inRange(maximum, 'Maximum boundary');
    if (v > maximum || (s.exclusiveMaximum && v === maximum)) complain(`less than${s.exclusiveMaximum ? '' : ' or equal to'} ${shown(maximum)}`);
  }
}

/** An integer, and the bounds of one, have to be so, and within their format. */
function pushRange(errors: FieldError[], n: number, s: JsonSchema, what: string, p: Place): void {
  if (s.type !== 'integer') return;
  const format = s.format === 'int32' || s.format === 'int64' ? ` with format ${s.format}` : ' (default format)';
  const fits = Number.isInteger(n) && (s.format !== 'int32' || (n < INT32 && n >= -INT32));
  if (!fits) errors.push(invalidValue(p.field, '', `${what} value must be of type integer${format} in ${p.path}`));
}

function pushList(errors: FieldError[], v: readonly unknown[], s: JsonSchema, p: Place): void {
  const items = itemsOf(s);
  if (items) v.forEach((x, i) => pushValue(errors, x, items, { ...p, path: `${p.path}[${i}]` }));
  if (s.minItems !== undefined && v.length < s.minItems) errors.push(invalidValue(at(p), v.length, `${p.path} in body should have at least ${s.minItems} items`));
  if (s.maxItems !== undefined && v.length > s.maxItems) errors.push(tooMany(at(p), v.length, s.maxItems as number));
}

function pushObject(errors: FieldError[], v: Record<string, unknown>, s: JsonSchema, p: Place): void {
  const keys = Object.keys(v).sort();
  if (s.minProperties !== undefined && keys.length < s.minProperties) {
    errors.push(invalidValue(at(p), keys.length, `${p.path} in body should have at least ${s.minProperties} properties`));
  }
  if (s.maxProperties !== undefined && keys.length > s.maxProperties) errors.push(tooMany(at(p), keys.length, s.maxProperties as number));
  const properties = (s.properties ?? {}) as Record<string, JsonSchema>;
  const additional = additionalOf(s);
  for (const key of keys) {
    if (Object.hasOwn(properties, key)) continue;
    if (s.additionalProperties === false) errors.push(invalidValue(at(p), key, `${p.path}.${key} in body is a forbidden property`));
    else if (additional) pushValue(errors, v[key], additional, { ...p, path: `${p.path}.${key}` });
  }
  for (const key of keys) {
    const property = own(properties, key);
    if (property) pushValue(errors, v[key], property, { ...p, path: p.path ? `${p.path}.${key}` : key });
  }
  for (const key of (s.required ?? []) as string[]) if (!Object.hasOwn(v, key)) errors.push(required(at({ ...p, path: `${p.path}.${key}` })));
}

function pushCombined(errors: FieldError[], v: unknown, s: JsonSchema, p: Place): void {
  const tried = (list: unknown): FieldError[][] =>
    ((list ?? []) as JsonSchema[]).map((x) => {
      const found: FieldError[] = [];
      pushValue(found, v, x, p);
      return found;
    });
  const complain = (why: string): unknown => errors.push(invalidValue(p.field, '', `${goQuote(p.path)} must ${why}`));
  const any = tried(s.anyOf);
  if (any.length && any.every((e) => e.length)) {
    complain('validate at least one schema (anyOf)');
    errors.push(...any[0]!);
  }
  const one = tried(s.oneOf);
  const valid = one.filter((e) => !e.length).length;
  if (one.length && valid !== 1) {
    complain(`validate one and only one schema (oneOf). ${valid ? `Found ${valid} valid alternatives` : 'Found none valid'}`);
    if (!valid) errors.push(...one[0]!);
  }
  const all = tried(s.allOf);
  const failed = all.filter((e) => e.length);
  for (const e of failed) errors.push(...e);
  if (failed.length) complain(`validate all the schemas (allOf)${failed.length === all.length ? '. None validated' : ''}`);
  if (s.not && !tried([s.not])[0]!.length) complain('not validate the schema (not)');
}
