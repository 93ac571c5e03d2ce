import { validateDefaults } from './default-validation';
import { forbiddenField, invalidValue, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { givenEmpty } from '../../api/schema/empties';
import { semanticEqual } from '../shared/equality';
import { goValue } from '../shared/go-value';
import type { Raw } from '../shared/raw';
import { internalSpecOf } from './internal-spec';
import type { JsonSchema } from './json-schema';
import { validateSchemaRules } from './schema-rules';
import { structuralProblem, validateStructural } from './structural';

/** What an update may keep although a new definition could not have it. */
export interface SchemaRules {
  requireSchema: boolean;
  /** Selectable fields of the version ('': of all versions) may be too many, as they were. */
  manySelectable(version: string): boolean;
}

const SELECTABLE_MAX = 8;

/** Rules for `o`, given the stored definition on update. */
export function schemaRulesFor(o: KubeObject, old: KubeObject | undefined): SchemaRules {
  if (!old) return { requireSchema: true, manySelectable: () => false };
  const [now, before] = [internalSpecOf(o.spec ?? {}), internalSpecOf(old.spec ?? {})];
  const fieldsOf = (spec: Raw, version: string): Raw[] | undefined =>
    version === '' ? spec.selectableFields : ((spec.versions ?? []) as Raw[]).find((v) => v.name === version)?.selectableFields;
  return {
    requireSchema: Boolean(before.validation?.openAPIV3Schema) || ((before.versions ?? []) as Raw[]).every((v) => v.schema?.openAPIV3Schema),
    manySelectable: (version) => {
      const list = fieldsOf(before, version);
      return (list?.length ?? 0) > SELECTABLE_MAX && semanticEqual(list, fieldsOf(now, version));
    },
  };
}

/** Fields of the root of a schema that go together with a status subresource, in upstream's order and names. */
const AT_ROOT: readonly string[] = [
  'description', 'type', 'format', 'title', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength', 'minLength', 'pattern',
  'maxItems', 'minItems', 'uniqueItems', 'multipleOf', 'required', 'items', 'properties', 'externalDocs', 'example',
  'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-validations',
]; // prettier-ignore

const NOT_AT_ROOT: readonly string[] = [
  'id', '$schema', '$ref', 'nullable', 'default', 'enum', 'maxProperties', 'minProperties', 'allOf', 'oneOf', 'anyOf', 'not', 'additionalProperties',
  'patternProperties', 'dependencies', 'additionalItems', 'definitions', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys', 'x-kubernetes-list-type', 'x-kubernetes-map-type',
]; // prettier-ignore

function goNameOf(field: string): string {
  const name = field.replace(/^x-kubernetes-/, 'x-').replace(/(?:^|-)([a-z])/g, (_s, c: string) => c.toUpperCase());
  return name.startsWith('X') || !field.startsWith('x-') ? name : `X${name}`;
}

function validateRootForStatus(schema: JsonSchema, path: string): FieldError[] {
  if (schema.type && schema.type !== 'object') {
    const rule = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalidValue(`${path}.type`, schema.type, rule)];
  }
  const given = (field: string): boolean => schema[field] !== undefined || givenEmpty(schema, field) !== undefined;
  if (!NOT_AT_ROOT.some(given)) return [];
  const allowed = AT_ROOT.map(goNameOf).join(' ');
  return [invalidValue(path, goValue('JSONSchemaProps', schema), `only [${allowed}] fields are allowed at the root of the schema if the status subresource is enabled`)];
}

/** Complaints about the schema of a version (CustomResourceValidation). `status`: objects have a status subresource. */
export function validateVersionSchema(validation: Raw | undefined, path: string, status: boolean): FieldError[] {
  const schema = validation?.openAPIV3Schema as JsonSchema | undefined;
  if (!schema) return [];
  const at = `${path}.openAPIV3Schema`;
  const errors = status ? validateRootForStatus(schema, at) : [];
  if (schema.nullable) errors.push(forbiddenField(`${at}.nullable`, 'nullable cannot be true at the root'));
  const problem = structuralProblem(schema);
  if (problem === undefined) {
    const structure = validateStructural(schema, at);
    errors.push(...(structure.length ? structure : validateDefaults(schema, at)));
  }
  errors.push(...validateSchemaRules(schema, at));
  if (!errors.length && problem !== undefined) errors.push(invalidValue(at, '', problem));
  return errors;
}
