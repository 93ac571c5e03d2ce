import { own } from '../../shared/own';
import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { quantityValue } from '../../../api/quantity';
import { pushMessages, pushNotSupported } from '../../shared/checks';
import { pushAccessModeErrors, VOLUME_MODES } from '../../shared/claim-spec-validation';
import { semanticEqual } from '../../shared/equality';
import { goDiff } from '../../shared/go-diff';
import { goMap, goValue } from '../../shared/go-value';
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

function pushCapacityErrors(errors: FieldError[], spec: Raw, path: string): void {
  const capacity = (spec.capacity ?? {}) as ResourceList;
  const names = Object.keys(capacity);
  if (!names.length) errors.push(required(path));
  if (capacity.storage === undefined || names.length > 1) {
    errors.push(notSupported(path, goMap(spec, 'capacity'), ['storage']));
  }
  for (const name of names) {
    const q = capacity[name]!;
    if (quantityValue(q) < 0) errors.push(invalidValue(`${path}[${name}]`, quantityValue(q), 'must be a valid resource quantity'));
    errors.push(...validatePositiveQuantity(q, `${path}[${name}]`));
  }
}

/** True when nothing is left of the path but the root. */
function isRoot(path: string): boolean {
  return path.startsWith('/') && path.split('/').every((p) => p === '' || p === '.');
}

/** What is looked at otherwise in a volume that stands in a VolumeAttachment instead of being one of its own. */
interface VolumeRules {
  inline: boolean;
  name: string;
  /** The affinity before an update. */
  before?: Raw;
}

const INLINE = 'may not be specified in the context of inline volumes';

function pushInlineErrors(errors: FieldError[], spec: Raw, path: string): void {
  if (spec.claimRef) errors.push(forbiddenField(`${path}.claimRef`, INLINE));
  if (Object.keys((spec.capacity ?? {}) as object).length) errors.push(forbiddenField(`${path}.capacity`, INLINE));
  if (!spec.csi) errors.push(required(`${path}.csi`, 'has to be specified in the context of inline volumes'));
}

function pushAffinityErrors(errors: FieldError[], affinity: Raw, path: string, before: Raw | undefined): void {
  const lenient = nodeSelectorHasInvalidValue(before?.required as Raw | undefined);
  if (affinity.required) errors.push(...validateNodeSelector(affinity.required, `${path}.required`, lenient));
  else errors.push(required(`${path}.required`, 'must specify required node constraints'));
}

/** Complaints about the spec of a PersistentVolume, or of one that stands inline (ValidatePersistentVolumeSpec). */
export function validateVolumeSpec(spec: Raw, path: string, { inline, name, before }: VolumeRules): FieldError[] {
  const errors: FieldError[] = [];
  if (inline) pushInlineErrors(errors, spec, path);
  const modes = (spec.accessModes ?? []) as string[];
  if (!modes.length) errors.push(required(`${path}.accessModes`));
  pushAccessModeErrors(errors, modes, `${path}.accessModes`);
  if (!inline) pushCapacityErrors(errors, spec, `${path}.capacity`);
  const reclaim = spec.persistentVolumeReclaimPolicy as string | undefined;
  if (reclaim && !inline) pushNotSupported(errors, reclaim, RECLAIM_POLICIES, `${path}.persistentVolumeReclaimPolicy`);
  else if (reclaim && reclaim !== 'Retain') errors.push(forbiddenField(`${path}.persistentVolumeReclaimPolicy`, 'may only be Retain in the context of inline volumes'));
  if (spec.nodeAffinity && inline) errors.push(forbiddenField(`${path}.nodeAffinity`, INLINE));
  else if (spec.nodeAffinity) pushAffinityErrors(errors, spec.nodeAffinity as Raw, `${path}.nodeAffinity`, before);
  const found = pushSourceErrors(errors, spec, path, ORDER, SOURCE_CHECKS, { persistent: true, name });
  if (ORDER.find((k) => spec[k] !== undefined) === 'local' && (!spec.nodeAffinity || inline)) errors.push(required(`${path}.nodeAffinity`, 'Local volume requires node affinity'));
  if (!found) errors.push(required(path, 'must specify a volume type'));
  if (spec.hostPath && isRoot((spec.hostPath.path ?? '') as string) && reclaim === 'Recycle') {
    errors.push(forbiddenField(`${path}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (spec.storageClassName && inline) errors.push(forbiddenField(`${path}.storageClassName`, INLINE));
  else if (spec.storageClassName) pushMessages(errors, isDns1123Subdomain(spec.storageClassName as string), spec.storageClassName, `${path}.storageClassName`);
  if (spec.volumeMode !== undefined && !inline) pushNotSupported(errors, spec.volumeMode, VOLUME_MODES, `${path}.volumeMode`);
  else if (spec.volumeMode !== undefined && spec.volumeMode !== 'Filesystem') errors.push(forbiddenField(`${path}.volumeMode`, 'may not specify volumeMode other than Filesystem in the context of inline volumes'));
  // The options of an attachment do not have attributes classes on.
  if (!inline) pushAttributesErrors(errors, spec, path);
  return errors;
}

function pushAttributesErrors(errors: FieldError[], spec: Raw, path: string): void {
  const attributes = spec.volumeAttributesClassName as string | undefined;
  if (attributes === undefined) return;
  if (!attributes) errors.push(required(`${path}.volumeAttributesClassName`, 'an empty string is disallowed'));
  else pushMessages(errors, isDns1123Subdomain(attributes), attributes, `${path}.volumeAttributesClassName`);
  if (!spec.csi) errors.push(required(`${path}.csi`, 'has to be specified when using volumeAttributesClassName'));
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
        // Upstream looks an unknown label up as '', and so takes any key for renamed that has been made empty.
        if (key !== undefined && (own(BETA_LABELS, r.key as string) ?? '') === key) r.key = key;
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
    errors.push(invalidValue('nodeAffinity', goValue('*VolumeNodeAffinity', o.spec.nodeAffinity), 'field is immutable, except for updating from beta label to GA'));
  }
  if (old.spec.volumeAttributesClassName !== undefined && o.spec.volumeAttributesClassName === undefined) {
    errors.push(forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

/** Complaints about a PersistentVolume; on update upstream checks the spec twice, and so do the causes appear twice. */
export function validatePersistentVolume(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = (): FieldError[] => validateVolumeSpec((o.spec ?? {}) as Raw, 'spec', { inline: false, name: o.metadata.name ?? '', before: old?.spec?.nodeAffinity as Raw | undefined });
  const errors = [...spec(), ...mountOptionErrors(o)];
  return old ? [...errors, ...spec(), ...validateChange(o, old)] : errors;
}
