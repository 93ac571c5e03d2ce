import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { goMap } from '../shared/go-value';
import { nodeLabelDeprecation } from '../shared/node-label-warnings';
import { ALL_VERBS } from '../shared/verbs';
import { validateAllowedTopologies, type TopologyTerm } from './allowed-topologies';
import { validateParameters, validateProvisioner } from './parameters';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

function validateStorageClass(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors = [...validateProvisioner(o.provisioner, 'provisioner'), ...validateParameters(o.parameters, true, 'parameters')];
  const policy: string = o.reclaimPolicy;
  if (policy && policy !== 'Delete' && policy !== 'Retain') errors.push(notSupported('reclaimPolicy', policy, ['Delete', 'Retain']));
  const mode: string | undefined = o.volumeBindingMode;
  if (mode === undefined) errors.push(required('volumeBindingMode'));
  else if (mode !== 'Immediate' && mode !== 'WaitForFirstConsumer') {
    errors.push(notSupported('volumeBindingMode', mode, ['Immediate', 'WaitForFirstConsumer']));
  }
  errors.push(...validateAllowedTopologies(o.allowedTopologies, 'allowedTopologies'));
  if (old) {
    for (const field of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']) {
      if (!semanticEqual(o[field], old[field])) errors.push(invalidValue(field, field === 'parameters' ? goMap(o, field) : o[field], 'field is immutable'));
    }
  }
  return errors;
}

function topologyWarnings(o: KubeObject): string[] {
  return ((o.allowedTopologies ?? []) as TopologyTerm[]).flatMap((term, i) =>
    (term.matchLabelExpressions ?? []).flatMap((e, j) => {
      const message = nodeLabelDeprecation(e.key ?? '');
      return message ? [`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${message}`] : [];
    }),
  );
}

function isDefaultClass(o: KubeObject): boolean {
  const a = o.metadata.annotations;
  return a?.['storageclass.kubernetes.io/is-default-class'] === 'true' || a?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true';
}

export const storageClass: ResourceDefinition = {
  gvk: { group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass' },
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.storage.v1.StorageClass',
  returnsDeletedObject: true,
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    default: (o) => {
      o.reclaimPolicy ??= 'Delete';
      o.volumeBindingMode ??= 'Immediate';
    },
    validate: (_c, o, old) => validateStorageClass(o, old),
    warnings: (_c, o) => topologyWarnings(o),
  },
  columns: [
    { ...nameColumn, cell: (o) => (isDefaultClass(o) ? `${o.metadata.name} (default)` : o.metadata.name!) },
    { name: 'Provisioner', type: 'string', cell: (o) => o.provisioner ?? '' },
    { name: 'ReclaimPolicy', type: 'string', cell: (o) => o.reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', type: 'string', cell: (o) => o.volumeBindingMode ?? 'Immediate' },
    { name: 'AllowVolumeExpansion', type: 'string', cell: (o) => o.allowVolumeExpansion ?? false },
    ageColumn,
  ],
};
