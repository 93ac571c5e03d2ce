import type { KubeObject } from '../../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../../shared/columns';
import { nameIsDnsSubdomain } from '../../shared/names';
import { claimSpecWarnings } from '../../shared/pod-warnings';
import type { Raw } from '../../shared/raw';
import { defaultResourceList } from '../../shared/resource-defaults';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../../shared/verbs';
import { defaultClaimSpec } from '../../shared/volume-defaults';
import { accessModesText, BETA_STORAGE_CLASS } from '../persistent-volume/persistent-volume';
import { validateClaim, validateClaimStatus } from './validation';
import { CHANGE_THEN_WHOLE } from '../../shared/metadata-rules';

function setDefaults(o: KubeObject): void {
  o.spec ??= {};
  const status = (o.status ??= {}) as Raw;
  status.phase ||= 'Pending';
  defaultClaimSpec(o.spec as Raw);
  defaultResourceList(status.capacity);
  defaultResourceList(status.allocatedResources);
}

function isClaimOrSnapshot(source: Raw | undefined): boolean {
  const group = (source?.apiGroup ?? '') as string;
  return (source?.kind === 'PersistentVolumeClaim' && group === '') || (source?.kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io');
}

/** dataSource and dataSourceRef say the same in an old and a new way: each is filled from the other. */
function normalizeSources(spec: Raw, old: Raw | undefined): void {
  // references into other namespaces need a feature gate that is off
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) delete spec.dataSourceRef;
  if (!old?.dataSource && !old?.dataSourceRef && !spec.dataSourceRef && !isClaimOrSnapshot(spec.dataSource)) delete spec.dataSource;
  const copy = (s: Raw): Raw => ({ apiGroup: s.apiGroup ?? null, kind: s.kind, name: s.name });
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = copy(spec.dataSource);
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) spec.dataSource = copy(spec.dataSourceRef);
}

function warnings(o: KubeObject): string[] {
  const found = claimSpecWarnings(o.spec as Raw, 'spec');
  if (o.metadata.annotations?.[BETA_STORAGE_CLASS] === undefined) return found;
  return [`metadata.annotations[${BETA_STORAGE_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`, ...found];
}

const strategy: Strategy = {
  metadata: CHANGE_THEN_WHOLE,
  default: setDefaults,
  prepareForCreate(_c, o) {
    o.status = { phase: 'Pending' };
    normalizeSources(o.spec as Raw, undefined);
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    normalizeSources(o.spec as Raw, old.spec as Raw);
  },
  validate: (_c, o, old) => validateClaim(o, old),
  warnings: (_c, o) => warnings(o),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate: (_c, o) => validateClaimStatus(o),
  validateName: nameIsDnsSubdomain,
  resetFields: RESETS_SPEC,
};

export const persistentVolumeClaim: ResourceDefinition = {
  gvk: { group: '', version: 'v1', kind: 'PersistentVolumeClaim' },
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.core.v1.PersistentVolumeClaim',
  strategy,
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', cell: (o) => (o.metadata.deletionTimestamp ? 'Terminating' : ((o.status?.phase as string | undefined) ?? '')) },
    { name: 'Volume', type: 'string', cell: (o) => (o.spec?.volumeName as string | undefined) ?? '' },
    { name: 'Capacity', type: 'string', cell: (o) => (o.spec?.volumeName ? ((o.status?.capacity?.storage as string | undefined) ?? '0') : '') },
    { name: 'Access Modes', type: 'string', cell: (o) => (o.spec?.volumeName ? accessModesText(o.status?.accessModes as string[] | undefined) : '') },
    { name: 'StorageClass', type: 'string', cell: (o) => o.metadata.annotations?.[BETA_STORAGE_CLASS] ?? ((o.spec?.storageClassName as string | undefined) ?? '') },
    { name: 'VolumeAttributesClass', type: 'string', cell: (o) => (o.spec?.volumeAttributesClassName as string | undefined) ?? '<unset>' },
    ageColumn,
    { name: 'VolumeMode', type: 'string', priority: 1, cell: (o) => (o.spec?.volumeMode as string | undefined) ?? '<unset>' },
  ],
  subresources: { status: viewOf(statusStrategy) },
  returnsDeletedObject: true,
};
