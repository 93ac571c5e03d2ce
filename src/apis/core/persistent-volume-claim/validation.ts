import { copyWith } from '../../../api/schema/empties';
import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { compareQuantity, quantityValue } from '../../../api/quantity';
import { pushMessages } from '../../shared/checks';
import { validateClaimSpec } from '../../shared/claim-spec-validation';
import { semanticEqual } from '../../shared/equality';
import { goDiff } from '../../shared/go-diff';
import { validateLabelSelector } from '../../shared/labels';
import { isQualifiedName } from '../../shared/names';
import type { Raw, ResourceList } from '../../shared/raw';
import { isNativeResource, validateResourceQuantity } from '../../shared/resource-names';
import { BETA_STORAGE_CLASS } from '../persistent-volume/persistent-volume';

const RESIZE_STATUSES = ['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress', 'NodeResizeInfeasible', 'NodeResizePending'].sort();
const IMMUTABLE = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** The class moves from the annotation to the field, unchanged. */
function classLeavesAnnotation(o: KubeObject, old: KubeObject): boolean {
  const before = old.metadata.annotations?.[BETA_STORAGE_CLASS];
  const now = o.metadata.annotations?.[BETA_STORAGE_CLASS];
  return before !== undefined && old.spec.storageClassName === undefined && o.spec.storageClassName === before && (now === undefined || now === before);
}

/** A class is given for the first time. */
function classAppears(o: KubeObject, old: KubeObject): boolean {
  const annotation = old.metadata.annotations?.[BETA_STORAGE_CLASS];
  return o.spec.storageClassName !== undefined && old.spec.storageClassName === undefined && (annotation === undefined || o.spec.storageClassName === annotation);
}

/** What may not change once the claim exists (ValidatePersistentVolumeClaimUpdate). */
function validateChange(o: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = copyWith(o.spec as Raw, {});
  const before = { ...old.spec } as Raw;
  if (!before.volumeName) before.volumeName = spec.volumeName;
  if (classLeavesAnnotation(o, old)) delete spec.storageClassName;
  else {
    const annotation = o.metadata.annotations?.[BETA_STORAGE_CLASS] ?? '';
    if (annotation !== (old.metadata.annotations?.[BETA_STORAGE_CLASS] ?? '')) {
      errors.push(invalidValue(`metadata.annotations.${BETA_STORAGE_CLASS}`, annotation, 'field is immutable'));
    }
    if (classAppears(o, old)) spec.storageClassName = before.storageClassName;
  }
  const size = o.spec.resources?.requests?.storage as string | undefined;
  const oldSize = old.spec.resources?.requests?.storage as string | undefined;
  if (o.status?.phase === 'Bound') {
    if (spec.resources?.requests) spec.resources = { ...spec.resources, requests: { ...spec.resources.requests, storage: oldSize } };
    spec.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  if (!semanticEqual(spec, before)) errors.push(forbiddenField('spec', `${IMMUTABLE}\n${goDiff('PersistentVolumeClaimSpec', before, spec)}`));
  if (compareQuantity(size ?? '0', oldSize ?? '0') < 0 && compareQuantity(size ?? '0', (old.status?.capacity?.storage as string | undefined) ?? '0') <= 0) {
    errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  if (o.spec.volumeMode !== old.spec.volumeMode) errors.push(invalidValue('volumeMode', o.spec.volumeMode ?? null, 'field is immutable'));
  if (o.spec.volumeAttributesClassName !== old.spec.volumeAttributesClassName && old.status?.currentVolumeAttributesClassName !== undefined && !o.spec.volumeAttributesClassName) {
    const what = o.spec.volumeAttributesClassName === undefined ? 'nil' : 'empty string';
    errors.push(forbiddenField('spec.volumeAttributesClassName', `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`));
  }
  return errors;
}

/** Complaints about a PersistentVolumeClaim. */
export function validateClaim(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  if (!old) return validateClaimSpec(spec, 'spec');
  const errors = validateClaimSpec(spec, 'spec', {
    allowInvalidDataSourceGroup: old.spec.dataSource?.apiGroup != null || old.spec.dataSourceRef?.apiGroup != null,
    allowInvalidSelectorValues: validateLabelSelector(old.spec.selector, '').length > 0,
  });
  return [...errors, ...validateChange(o, old)];
}

function validateResourceKey(name: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  pushMessages(errors, isQualifiedName(name), name, path);
  if (!errors.length && isNativeResource(name) && name !== 'storage') errors.push(notSupported(path, name, ['storage']));
  return errors;
}

function validateBasic(quantity: string, path: string): FieldError[] {
  const value = quantityValue(quantity);
  return value < 0 ? [invalidValue(path, value, 'must be a valid resource quantity')] : [];
}

/** Complaints about the status of a PersistentVolumeClaim. */
export function validateClaimStatus(o: KubeObject): FieldError[] {
  const status = (o.status ?? {}) as Raw;
  const errors: FieldError[] = [];
  if (!o.metadata.resourceVersion) errors.push(required('resourceVersion'));
  if (!o.spec?.accessModes?.length) errors.push(required('Spec.accessModes'));
  const capacity = (status.capacity ?? {}) as ResourceList;
  for (const r in capacity) errors.push(...validateBasic(capacity[r]!, `status.capacity[${r}]`));
  const statuses = (status.allocatedResourceStatuses ?? {}) as Record<string, string>;
  for (const r in statuses) {
    errors.push(...validateResourceKey(r, 'status.allocatedResourceStatuses'));
    if (!RESIZE_STATUSES.includes(statuses[r]!)) errors.push(notSupported('status.allocatedResourceStatuses', r, RESIZE_STATUSES));
  }
  const allocated = (status.allocatedResources ?? {}) as ResourceList;
  for (const r in allocated) {
    const path = `status.allocatedResources[${r}]`;
    const bad = validateResourceKey(r, 'status.allocatedResources');
    const basic = bad.length ? [] : validateBasic(allocated[r]!, path);
    errors.push(...bad, ...basic);
    if (!bad.length && !basic.length) errors.push(...validateResourceQuantity('storage', allocated[r]!, path));
  }
  return errors;
}
