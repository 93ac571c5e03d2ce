import { findField } from './field-path';
import { duplicate, invalidValue, required, tooMany, type FieldError } from '../../api/errors/field-error';
import { longerThan } from '../shared/names';
import type { Raw } from '../shared/raw';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const WARNING_MAX = 256;
const SELECTABLE_MAX = 8;
const NOT_PRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/** Complaints about the warning of a version that is to go. */
export function validateDeprecation(v: Raw, path: string): FieldError[] {
  const text = v.deprecationWarning as string | undefined;
  if (text === undefined) return [];
  const at = `${path}.deprecationWarning`;
  if (!v.deprecated) return [invalidValue(at, text, 'can only be set for deprecated versions')];
  const errors: FieldError[] = [];
  if (longerThan(text, WARNING_MAX)) errors.push(invalidValue(at, text, `must be <= ${WARNING_MAX} characters long`));
  if (!text) errors.push(invalidValue(at, text, 'must not be an empty string'));
  const bad = NOT_PRINTABLE.exec(text);
  if (bad) {
    const index = Buffer.byteLength(text.slice(0, bad.index));
    errors.push(invalidValue(at, text, `must only contain printable UTF-8 characters; non-printable character found at index ${index}`));
  }
  return errors;
}

function validateSimplePath(text: string, path: string): FieldError[] {
  return text.startsWith('.') ? [] : [invalidValue(path, text, 'must be a simple json path starting with .')];
}

/** Complaints about the columns that kubectl get shows. */
export function validateColumns(columns: readonly Raw[] | undefined, path: string): FieldError[] {
  return (columns ?? []).flatMap((c, i) => {
    const at = `${path}[${i}]`;
    const errors: FieldError[] = c.name ? [] : [required(`${at}.name`)];
    const types = `must be one of ${COLUMN_TYPES.join(',')}`;
    if (!c.type) errors.push(required(`${at}.type`, types));
    else if (!COLUMN_TYPES.includes(c.type)) errors.push(invalidValue(`${at}.type`, c.type, types));
    if (c.format && !COLUMN_FORMATS.includes(c.format)) errors.push(invalidValue(`${at}.format`, c.format, `must be one of ${COLUMN_FORMATS.join(',')}`));
    errors.push(...(c.jsonPath ? validateSimplePath(c.jsonPath, `${at}.JSONPath`) : [required(`${at}.JSONPath`)]));
    return errors;
  });
}

function validateScalePath(text: string, path: string, roots: readonly string[], rule: string): FieldError[] {
  const errors = validateSimplePath(text, path);
  if (!errors.length && !roots.some((r) => text.startsWith(r))) errors.push(invalidValue(path, text, rule));
  return errors;
}

/** Complaints about the paths behind the scale subresource. */
export function validateSubresources(subresources: Raw | undefined, path: string): FieldError[] {
  const scale = subresources?.scale as Raw | undefined;
  if (!scale) return [];
  const at = (field: string): string => `${path}.scale.${field}`;
  const { specReplicasPath: spec, statusReplicasPath: status, labelSelectorPath: selector } = scale as Record<string, string | undefined>;
  return [
    ...(spec ? validateScalePath(spec, at('specReplicasPath'), ['.spec.'], 'should be a json path under .spec') : [required(at('specReplicasPath'))]),
    ...(status ? validateScalePath(status, at('statusReplicasPath'), ['.status.'], 'should be a json path under .status') : [required(at('statusReplicasPath'))]),
    ...(selector ? validateScalePath(selector, at('labelSelectorPath'), ['.spec.', '.status.'], 'should be a json path under either .spec or .status') : []),
  ];
}

const OBJECT_META = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };

/** The schema with the metadata that every object has. */
function withMetadata(root: Raw): Raw {
  const properties = (root.properties ?? {}) as Raw;
  return properties.metadata ? root : { ...root, properties: { ...properties, metadata: OBJECT_META } };
}

/** Complaints about the fields by which objects may be selected. `schema` is the one that they must occur in. */
export function validateSelectableFields(fields: readonly Raw[], schema: Raw, path: string, mayBeMany: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  const root = withMetadata(schema);
  fields.forEach((f, i) => {
    const at = `${path}[${i}].jsonPath`;
    const text = (f.jsonPath ?? '') as string;
    if (!text) return void errors.push(required(at));
    const found = findField(text, root, false);
    if ('problem' in found) return void errors.push(invalidValue(at, text, `is an invalid path: ${found.problem}`));
    const { steps } = found;
    if (steps[0] === 'metadata') errors.push(invalidValue(at, text, 'must not point to fields in metadata'));
    if (!['string', 'boolean', 'integer'].includes(found.schema.type)) {
      const rule = 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errors.push(invalidValue(at, text, rule));
    }
    const key = steps.join('.');
    if (seen.has(key)) errors.push(duplicate(at, text));
    seen.add(key);
  });
  if (seen.size > SELECTABLE_MAX && !mayBeMany) errors.push(tooMany(path, seen.size, SELECTABLE_MAX));
  return errors;
}
