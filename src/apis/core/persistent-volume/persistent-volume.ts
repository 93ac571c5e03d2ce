import { required } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { formatTime } from '../../../api/meta/time';
import type { ResourceDefinition, Strategy } from '../../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../../shared/columns';
import { nameIsDnsSubdomain } from '../../shared/names';
import { nodeSelectorTermWarnings } from '../../shared/node-label-warnings';
import type { Raw } from '../../shared/raw';
import { defaultResourceList } from '../../shared/resource-defaults';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../../shared/verbs';
import { defaultLegacySource } from '../../shared/volume-defaults';
import { validatePersistentVolume } from './validation';

/** Annotation that named the storage class before there was a field. */
export const BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';

const DEPRECATED_ANNOTATIONS: readonly (readonly [string, string])[] = [
  [BETA_STORAGE_CLASS, 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
];
const DEPRECATED_SOURCES: readonly (readonly [string, string, string?])[] = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];
const MODE_LETTERS: readonly (readonly [string, string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

/** 'RWO,ROX': access modes as tables show them. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return MODE_LETTERS.filter(([mode]) => modes?.includes(mode)).map(([, letters]) => letters).join(',');
}

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  const status = (o.status ??= {}) as Raw;
  status.phase ||= 'Pending';
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  defaultResourceList(spec.capacity);
  for (const key in spec) if (spec[key] !== null && typeof spec[key] === 'object') defaultLegacySource(key, spec[key] as Raw);
}

function warnings(o: KubeObject): string[] {
  const found: string[] = [];
  for (const [key, message] of DEPRECATED_ANNOTATIONS) if (o.metadata.annotations?.[key] !== undefined) found.push(`metadata.annotations[${key}]: ${message}`);
  if (o.spec.persistentVolumeReclaimPolicy === 'Recycle') {
    found.push('spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.');
  }
  ((o.spec.nodeAffinity?.required?.nodeSelectorTerms ?? []) as Raw[]).forEach((t, i) => {
    found.push(...nodeSelectorTermWarnings(t, false, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`));
  });
  for (const [source, message, shown] of DEPRECATED_SOURCES) if (o.spec[source]) found.push(`spec.${shown ?? source}: ${message}`);
  return found;
}

const strategy: Strategy = {
  metadata: { onUpdate: ['whole', 'whole'] },
  default: setDefaults,
  prepareForCreate(c, o) {
    o.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(c.clock.now()) };
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
  },
  validate: (_c, o, old) => validatePersistentVolume(o, old),
  warnings: (_c, o) => warnings(o),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(c, o, old) {
    o.spec = old.spec;
    const before = old.status?.lastPhaseTransitionTime as string | undefined;
    const status = o.status as Raw;
    if (old.status?.phase === status.phase) {
      if (status.lastPhaseTransitionTime === undefined && before !== undefined) status.lastPhaseTransitionTime = before;
    } else if (status.lastPhaseTransitionTime === undefined || status.lastPhaseTransitionTime === before) {
      status.lastPhaseTransitionTime = formatTime(c.clock.now());
    }
  },
  validate: (_c, o) => (o.metadata.resourceVersion ? [] : [required('resourceVersion')]),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_SPEC,
};

function text(get: (o: KubeObject) => unknown): (o: KubeObject) => string {
  return (o) => (get(o) as string | undefined) ?? '';
}

export const persistentVolume: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'PersistentVolume' },
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.PersistentVolume',
  strategy,
  columns: [
    nameColumn,
    { name: 'Capacity', type: 'string', cell: (o) => (o.spec?.capacity?.storage as string | undefined) ?? '0' },
    { name: 'Access Modes', type: 'string', cell: (o) => accessModesText(o.spec?.accessModes as string[] | undefined) },
    { name: 'Reclaim Policy', type: 'string', cell: text((o) => o.spec?.persistentVolumeReclaimPolicy) },
    { name: 'Status', type: 'string', cell: (o) => (o.metadata.deletionTimestamp ? 'Terminating' : ((o.status?.phase as string | undefined) ?? '')) },
    { name: 'Claim', type: 'string', cell: (o) => (o.spec?.claimRef ? `${o.spec.claimRef.namespace ?? ''}/${o.spec.claimRef.name ?? ''}` : '') },
    { name: 'StorageClass', type: 'string', cell: (o) => o.metadata.annotations?.[BETA_STORAGE_CLASS] ?? ((o.spec?.storageClassName as string | undefined) ?? '') },
    { name: 'VolumeAttributesClass', type: 'string', cell: (o) => (o.spec?.volumeAttributesClassName as string | undefined) ?? '<unset>' },
    { name: 'Reason', type: 'string', cell: text((o) => o.status?.reason) },
    ageColumn,
    { name: 'VolumeMode', type: 'string', priority: 1, cell: (o) => (o.spec?.volumeMode as string | undefined) ?? '<unset>' },
  ],
  subresources: { status: viewOf(statusStrategy) },
  returnsDeletedObject: true,
};
