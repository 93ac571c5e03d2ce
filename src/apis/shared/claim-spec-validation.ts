import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { pushLabelNameErrors, pushMessages } from './checks';
import { semanticEqual } from './equality';
import { givenEmpty } from '../../api/schema/empties';
import { validateAnnotations } from './annotations';
import { validateLabels, validateLabelSelector } from './labels';
import { isDns1123Subdomain } from './names';
import type { Raw } from './raw';
import { validatePositiveQuantity } from './resource-names';

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const VOLUME_MODES = ['Block', 'Filesystem'];

export interface ClaimValidation {
  /** Selector values are not checked: the stored claim has bad ones. */
  allowInvalidSelectorValues?: boolean;
  /** API groups of data sources are not checked: the stored claim has one. */
  allowInvalidDataSourceGroup?: boolean;
}

/** Complaints about access modes that do not exist or do not go together. */
export function pushAccessModeErrors(errors: FieldError[], modes: readonly string[], path: string): void {
  for (const m of modes) if (!ACCESS_MODES.includes(m)) errors.push(notSupported(path, m, ACCESS_MODES));
  if (modes.includes('ReadWriteOncePod') && modes.some((m) => m !== 'ReadWriteOncePod' && ACCESS_MODES.includes(m))) {
    errors.push(forbiddenField(path, 'may not use ReadWriteOncePod with other access modes'));
  }
}

function pushDataSourceErrors(errors: FieldError[], source: Raw, path: string, v: ClaimValidation): void {
  if (!source.name) errors.push(required(`${path}.name`));
  if (!source.kind) errors.push(required(`${path}.kind`));
  const group = (source.apiGroup ?? '') as string;
  if (!group && source.kind !== 'PersistentVolumeClaim') {
    errors.push(invalidValue(path, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  if (group && !v.allowInvalidDataSourceGroup) pushMessages(errors, isDns1123Subdomain(group), group, `${path}.apiGroup`);
}

/** Complaints about a PersistentVolumeClaimSpec at `path`, of a claim or of a template for claims. */
export function validateClaimSpec(spec: Raw | undefined, path: string, v: ClaimValidation = {}): FieldError[] {
  const s = spec ?? {};
  const errors: FieldError[] = [];
  const modes = (s.accessModes ?? []) as string[];
  if (!modes.length) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  errors.push(...validateLabelSelector(s.selector, `${path}.selector`, { allowInvalidValues: v.allowInvalidSelectorValues }));
  pushAccessModeErrors(errors, modes, `${path}.accessModes`);
  const storage = s.resources?.requests?.storage as string | undefined;
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  else errors.push(...validatePositiveQuantity(storage, `${path}.resources[storage]`));
  if (s.storageClassName) pushMessages(errors, isDns1123Subdomain(s.storageClassName), s.storageClassName, `${path}.storageClassName`);
  if (s.volumeMode !== undefined && !VOLUME_MODES.includes(s.volumeMode)) errors.push(notSupported(`${path}.volumeMode`, s.volumeMode, VOLUME_MODES));
  if (s.dataSource) pushDataSourceErrors(errors, s.dataSource, `${path}.dataSource`, v);
  if (s.dataSourceRef) {
    const namespace = s.dataSourceRef.namespace as string | undefined;
    pushDataSourceErrors(errors, s.dataSourceRef, `${path}.dataSourceRef`, v);
    if (namespace) pushLabelNameErrors(errors, namespace, `${path}.dataSourceRef.namespace`);
    // upstream shows a field path as the bad value, which prints as {}
    if (namespace && s.dataSource) errors.push(invalidValue(path, {}, 'may not be specified when dataSourceRef.namespace is specified'));
    if (!namespace && s.dataSource && !sameSource(s.dataSource, s.dataSourceRef)) errors.push(invalidValue(path, {}, 'must match dataSourceRef'));
  }
  if (s.volumeAttributesClassName) {
    pushMessages(errors, isDns1123Subdomain(s.volumeAttributesClassName), s.volumeAttributesClassName, `${path}.volumeAttributesClassName`);
  }
  return errors;
}

function sameSource(a: Raw, b: Raw): boolean {
  return semanticEqual([a.apiGroup, a.kind, a.name], [b.apiGroup, b.kind, b.name]);
}

/** What a template's metadata may not say, in the order of Go's struct, and as upstream spells the field. */
const NOT_IN_TEMPLATE = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** Complaints about metadata at `path` that claims get from a template: labels and annotations, nothing else. */
export function validateTemplateMetadata(meta: Raw, path: string): FieldError[] {
  const errors = [...validateAnnotations(meta.annotations, `${path}.annotations`), ...validateLabels(meta.labels, `${path}.labels`)];
  for (const field of NOT_IN_TEMPLATE) {
    const set = meta[field] !== undefined || givenEmpty(meta, field) !== undefined;
    if (set) errors.push(forbiddenField(`${path}.${field === 'uid' ? 'uID' : field}`, 'cannot be set'));
  }
  return errors;
}

/** Complaints about a PersistentVolumeClaimTemplate (ephemeral volumes) at `path`. */
export function validateClaimTemplate(template: Raw, path: string): FieldError[] {
  const errors = validateTemplateMetadata((template.metadata ?? {}) as Raw, `${path}.metadata`);
  errors.push(...validateClaimSpec(template.spec as Raw | undefined, `${path}.spec`));
  return errors;
}
