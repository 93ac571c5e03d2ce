import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { quantityValue } from '../../../api/quantity';
import { pushMessages, pushNotSupported } from '../../shared/checks';
import { pushAccessModeErrors, VOLUME_MODES } from '../../shared/claim-spec-validation';
import { semanticEqual } from '../../shared/equality';
import { goDiff } from '../../shared/go-diff';
import { isDns1123Subdomain } from '../../shared/names';
import { nodeSelectorHasInvalidValue, validateNodeSelector } from '../../shared/node-selector-validation';
import type { Raw, ResourceList } from '../../shared/raw';
import { validatePositiveQuantity } from '../../shared/resource-names';
import { pushSourceErrors, SOURCE_CHECKS } from '../../shared/volume-sources';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';

/** Sources in the order in which they are looked at. */
const ORDER = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;
const WITH_MOUNT_OPTIONS = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
];
const BETA_LABELS: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};

function sourceOf(spec: Raw): Raw {
  const source: Raw = {};
  for (const kind of ORDER) if (spec[kind] !== undefined) source[kind] = spec[kind];
  return source;
}

function pushCapacityErrors(errors: FieldError[], capacity: ResourceList): void {
  const names = Object.keys(capacity);
  if (!names.length) errors.push(required('spec.capacity'));
  if (capacity.storage === undefined || names.length > 1) {
    errors.push(notSupported('spec.capacity', names.length ? capacity : null, ['storage']));
  }
  for (const name of names) {
    const q = capacity[name]!;
    if (quantityValue(q) < 0) errors.push(invalidValue(`spec.capacity[${name}]`, quantityValue(q), 'must be a valid resource quantity'));
    errors.push(...validatePositiveQuantity(q, `spec.capacity[${name}]`));
  }
}

/** True when nothing is left of the path but the root. */
function isRoot(path: string): boolean {
  return path.startsWith('/') && path.split('/').every((p) => p === '' || p === '.');
}

/** Complaints about the spec of a PersistentVolume (ValidatePersistentVolumeSpec). */
function validateSpec(o: KubeObject, old: KubeObject | undefined): FieldError[] {
  const spec = (o.spec ?? {}) as Raw;
  const errors: FieldError[] = [];
  const modes = (spec.accessModes ?? []) as string[];
  if (!modes.length) errors.push(required('spec.accessModes'));
  pushAccessModeErrors(errors, modes, 'spec.accessModes');
  pushCapacityErrors(errors, (spec.capacity ?? {}) as ResourceList);
  if (spec.persistentVolumeReclaimPolicy) pushNotSupported(errors, spec.persistentVolumeReclaimPolicy, RECLAIM_POLICIES, 'spec.persistentVolumeReclaimPolicy');
  if (spec.nodeAffinity) {
    const lenient = nodeSelectorHasInvalidValue(old?.spec?.nodeAffinity?.required as Raw | undefined);
    if (spec.nodeAffinity.required) errors.push(...validateNodeSelector(spec.nodeAffinity.required, 'spec.nodeAffinity.required', lenient));
    else errors.push(required('spec.nodeAffinity.required', 'must specify required node constraints'));
  }
  const found = pushSourceErrors(errors, spec, 'spec', ORDER, SOURCE_CHECKS, { persistent: true, name: o.metadata.name ?? '' });
  if (spec.local && !spec.nodeAffinity) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  if (!found) errors.push(required('spec', 'must specify a volume type'));
  if (spec.hostPath && isRoot((spec.hostPath.path ?? '') as string) && spec.persistentVolumeReclaimPolicy === 'Recycle') {
    errors.push(forbiddenField('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (spec.storageClassName) pushMessages(errors, isDns1123Subdomain(spec.storageClassName), spec.storageClassName, 'spec.storageClassName');
  if (spec.volumeMode !== undefined) pushNotSupported(errors, spec.volumeMode, VOLUME_MODES, 'spec.volumeMode');
  const attributes = spec.volumeAttributesClassName as string | undefined;
  if (attributes !== undefined) {
    if (!attributes) errors.push(required('spec.volumeAttributesClassName', 'an empty string is disallowed'));
    else pushMessages(errors, isDns1123Subdomain(attributes), attributes, 'spec.volumeAttributesClassName');
    if (!spec.csi) errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'));
  }
  return errors;
}

function mountOptionErrors(o: KubeObject): FieldError[] {
  if (o.metadata.annotations?.[MOUNT_OPTIONS] === undefined || WITH_MOUNT_OPTIONS.some((k) => o.spec?.[k])) return [];
  return [forbiddenField(`metadata.annotations.${MOUNT_OPTIONS}`, 'may not specify mount options for this volume type')];
}

/** The affinity with labels of the beta brought to their names of today, where the new one did so too. */
function withRenamedLabels(old: Raw, now: Raw | undefined): Raw {
  const copy = structuredClone(old);
  const terms = (a: Raw | undefined): Raw[] => (a?.required?.nodeSelectorTerms ?? []) as Raw[];
  terms(copy).forEach((t, i) => {
    for (const list of ['matchExpressions', 'matchFields']) {
      ((t[list] ?? []) as Raw[]).forEach((r, j) => {
        const key = terms(now)[i]?.[list]?.[j]?.key as string | undefined;
        if (key !== undefined && BETA_LABELS[r.key as string] === key) r.key = key;
      });
    }
  });
  return copy;
}

/** What may not change once the volume exists (ValidatePersistentVolumeUpdate). */
function validateChange(o: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const source = sourceOf(o.spec as Raw);
  const oldSource = sourceOf(old.spec as Raw);
  if (oldSource.csi && !oldSource.csi.controllerExpandSecretRef && source.csi?.controllerExpandSecretRef) {
    source.csi = { ...source.csi };
    delete source.csi.controllerExpandSecretRef;
  }
  if (!semanticEqual(source, oldSource)) {
    const diff = goDiff('PersistentVolumeSource', oldSource, source);
    errors.push(forbiddenField('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${diff}`));
  }
  if (o.spec.volumeMode !== old.spec.volumeMode) errors.push(invalidValue('volumeMode', o.spec.volumeMode, 'field is immutable'));
  const affinity = old.spec.nodeAffinity as Raw | undefined;
  if (affinity && !semanticEqual(o.spec.nodeAffinity, withRenamedLabels(affinity, o.spec.nodeAffinity as Raw | undefined))) {
    errors.push(invalidValue('nodeAffinity', o.spec.nodeAffinity ?? null, 'field is immutable, except for updating from beta label to GA'));
  }
  if (old.spec.volumeAttributesClassName !== undefined && o.spec.volumeAttributesClassName === undefined) {
    errors.push(forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

/** Complaints about a PersistentVolume; on update upstream checks the spec twice, and so do the causes appear twice. */
export function validatePersistentVolume(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors = [...validateSpec(o, old), ...mountOptionErrors(o)];
  return old ? [...errors, ...validateSpec(o, old), ...validateChange(o, old)] : errors;
}
