import { invalidValue, notSupportedText, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { goValue } from '../shared/go-value';
import { isDns1035Label, isDns1123Subdomain } from '../shared/names';
import type { Raw } from '../shared/raw';
import { validateApproval } from './api-approval';
import { knowsReviewVersion, validateConversion } from './conversion-validation';
import { internalSpecOf } from './internal-spec';
import { validateNames } from './names-validation';
import { schemaRulesFor, validateVersionSchema, type SchemaRules } from './version-schema';
import { validateColumns, validateDeprecation, validateSelectableFields, validateSubresources } from './version-validation';

export function versionsOf(o: KubeObject | undefined): Raw[] {
  return (o?.spec?.versions ?? []) as Raw[];
}

/** Condition of the status, e.g. Established. */
export function isConditionTrue(o: KubeObject, type: string): boolean {
  return ((o.status?.conditions ?? []) as Raw[]).some((c) => c.type === type && c.status === 'True');
}

function validateGroup(group: string | undefined, path: string): FieldError[] {
  if (!group) return [required(path)];
  const bad = isDns1123Subdomain(group);
  if (bad.length) return [invalidValue(path, group, bad.join(','))];
  return group.includes('.') ? [] : [invalidValue(path, group, 'should be a domain with at least one dot')];
}

function validateScope(scope: string | undefined, path: string): FieldError[] {
  if (!scope) return [required(path)];
  return scope === 'Cluster' || scope === 'Namespaced' ? [] : [notSupportedText(path, scope, ['Cluster', 'Namespaced'])];
}

function validateVersions(spec: Raw, versions: readonly Raw[], rules: SchemaRules): FieldError[] {
  const errors: FieldError[] = [];
  versions.forEach((v, i) => {
    const at = `spec.versions[${i}]`;
    const bad = isDns1035Label(v.name ?? '');
    if (bad.length) errors.push(invalidValue(`${at}.name`, v.name ?? '', bad.join(',')));
    errors.push(...validateDeprecation(v, at));
    const subresources = (versions.some((x) => x.subresources) ? v.subresources : spec.subresources) as Raw | undefined;
    errors.push(...validateVersionSchema(v.schema, `${at}.schema`, subresources?.status !== undefined));
    errors.push(...validateSubresources(v.subresources, `${at}.subresources`), ...validateColumns(v.additionalPrinterColumns, `${at}.additionalPrinterColumns`));
    if (!v.selectableFields?.length) return;
    const path = `${at}.selectableFields`;
    if (!v.schema?.openAPIV3Schema) errors.push(invalidValue(path, '', 'may only be set when `version.schema.openAPIV3Schema` is not included'));
    else errors.push(...validateSelectableFields(v.selectableFields, v.schema.openAPIV3Schema, path, rules.manySelectable(v.name)));
  });
  return errors;
}

/** One version stores, and none is there twice. */
function validateVersionSet(spec: Raw, versions: readonly Raw[]): FieldError[] {
  const errors: FieldError[] = [];
  const shown = (): unknown => (spec.versions == null ? null : goValue('[]CustomResourceDefinitionVersion', versions));
  if (new Set(versions.map((v) => v.name)).size !== versions.length) errors.push(invalidValue('spec.versions', shown(), 'must contain unique version names'));
  if (versions.filter((v) => v.storage).length !== 1) {
    errors.push(invalidValue('spec.versions', shown(), 'must have exactly one version marked as storage version'));
  }
  if (spec.version) {
    const bad = isDns1035Label(spec.version);
    if (bad.length) errors.push(invalidValue('spec.version', spec.version, bad.join(',')));
  }
  return errors;
}

function validateSpec(spec: Raw, rules: SchemaRules, mustKnowReviewVersion: boolean): FieldError[] {
  const versions = (spec.versions ?? []) as Raw[];
  const errors = [...validateGroup(spec.group, 'spec.group'), ...validateScope(spec.scope, 'spec.scope')];
  if (!spec.validation?.openAPIV3Schema) {
    versions.forEach((v, i) => {
      const at = `spec.versions[${i}].schema.openAPIV3Schema`;
      if (v.schema?.openAPIV3Schema) return;
      if (rules.requireSchema) errors.push(required(at));
      else if (v.served && !spec.preserveUnknownFields) errors.push(required(at, 'because otherwise all fields are pruned'));
    });
  }
  errors.push(...validateVersions(spec, versions, rules), ...validateVersionSet(spec, versions));
  const names = (spec.names ?? {}) as Raw;
  for (const field of ['plural', 'singular', 'kind', 'listKind']) if (!names[field]) errors.push(required(`spec.names.${field}`));
  errors.push(...validateNames(names, 'spec.names'));
  const anyStatus = spec.subresources?.status !== undefined || versions.some((v) => v.subresources?.status !== undefined);
  errors.push(...validateVersionSchema(spec.validation, 'spec.validation', anyStatus));
  errors.push(...validateSubresources(spec.subresources, 'spec.subresources'), ...validateColumns(spec.additionalPrinterColumns, 'spec.additionalPrinterColumns'));
  if (spec.selectableFields?.length) {
    if (!spec.validation) errors.push(invalidValue('spec.selectableFields', '', 'may only be set when validations.schema is included'));
    else errors.push(...validateSelectableFields(spec.selectableFields, spec.validation.openAPIV3Schema ?? {}, 'spec.selectableFields', rules.manySelectable('')));
  }
  const conversion = spec.conversion as Raw | undefined;
  if (conversion && conversion.strategy !== 'None' && spec.preserveUnknownFields) {
    errors.push(invalidValue('spec.conversion.strategy', conversion.strategy ?? '', 'must be None if spec.preserveUnknownFields is true'));
  }
  errors.push(...validateConversion(conversion, 'spec.conversion', mustKnowReviewVersion));
  return errors;
}

/** What cannot change: the group and plural ever, scope and kind once the names are taken. */
function validateKept(o: KubeObject, old: KubeObject): FieldError[] {
  const fields = [['group'], ['names', 'plural']];
  if (isConditionTrue(old, 'Established')) fields.unshift(['scope'], ['names', 'kind']);
  return fields.flatMap((steps) => {
    const at = (x: KubeObject): unknown => steps.reduce<Raw | undefined>((v, s) => v?.[s] as Raw | undefined, x.spec);
    return at(o) === at(old) ? [] : [invalidValue(`spec.${steps.join('.')}`, at(o) ?? '', 'field is immutable')];
  });
}

function validateStoredVersions(o: KubeObject): FieldError[] {
  const stored = (o.status?.storedVersions ?? []) as string[];
  const path = 'status.storedVersions';
  if (!stored.length) return [invalidValue(path, null, 'must have at least one stored version')];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const v of versionsOf(o)) {
    // The second version of a name is not found any more.
    const found = stored.includes(v.name) && !names.has(v.name);
    names.add(v.name);
    if (v.storage && !found) errors.push(invalidValue(path, stored, `must have the storage version ${v.name}`));
  }
  stored.forEach((v, i) => {
    if (names.has(v)) return;
    const rule = `missing from spec.versions; ${v} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${v} and removes ${v} from status.storedVersions`;
    errors.push(invalidValue(`${path}[${i}]`, v, rule));
  });
  return errors;
}

/** Complaints about a CustomResourceDefinition, beyond those about its metadata. */
export function validateDefinition(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const knew = !old || knowsReviewVersion(old.spec?.conversion?.webhook?.conversionReviewVersions);
  errors.push(...validateSpec(internalSpecOf(o.spec ?? {}), schemaRulesFor(o, old), knew));
  if (old) errors.push(...validateKept(o, old));
  errors.push(...validateNames(o.status?.acceptedNames ?? {}, 'status.acceptedNames'), ...validateStoredVersions(o), ...validateApproval(o, old));
  if (o.spec?.preserveUnknownFields && !old?.spec?.preserveUnknownFields) {
    const rule = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalidValue('spec.preserveUnknownFields', true, rule));
  }
  return errors;
}
