import { invalidValue, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { compareQuantity } from '../../api/quantity';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { shownSelector } from '../apps/selector';
import { createdAtColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { selectorHasInvalidValue, validateLabelSelector, type LabelSelectorSource } from '../shared/labels';
import { nameIsDnsSubdomain } from '../shared/names';
import { nodeLabelDeprecation } from '../shared/node-label-warnings';
import { ALL_VERBS } from '../shared/verbs';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

function validateCapacity(o: KubeObject, old?: KubeObject): FieldError[] {
  const allowInvalidValues = selectorHasInvalidValue(old?.nodeTopology);
  const errors = validateLabelSelector(o.nodeTopology, 'nodeTopology', { allowInvalidValues });
  const className: string = o.storageClassName ?? '';
  for (const m of nameIsDnsSubdomain(className, false)) errors.push(invalidValue('storageClassName', className, m));
  if (o.capacity !== undefined && compareQuantity(o.capacity, '0') < 0) {
    errors.push(invalidValue('capacity', o.capacity, 'must be greater than or equal to 0'));
  }
  if (old) {
    if (!semanticEqual(o.nodeTopology, old.nodeTopology)) errors.push(invalidValue('nodeTopology', shownSelector(o.nodeTopology), 'field is immutable'));
    if (className !== (old.storageClassName ?? '')) errors.push(invalidValue('storageClassName', className, 'field is immutable'));
  }
  return errors;
}

function topologyWarnings(selector: LabelSelectorSource | undefined): string[] {
  const warnings: string[] = [];
  selector?.matchExpressions?.forEach(({ key }, i) => {
    const why = nodeLabelDeprecation(key);
    if (why) warnings.push(`nodeTopology.matchExpressions[${i}].key: ${key} is ${why}`);
  });
  for (const key in selector?.matchLabels) {
    const why = nodeLabelDeprecation(key);
    if (why) warnings.push(`nodeTopology.matchLabels.${key}: ${why}`);
  }
  return warnings;
}

export const csiStorageCapacity: ResourceDefinition = {
  gvk: { group: 'storage.k8s.io', version: 'v1', kind: 'CSIStorageCapacity' },
  plural: 'csistoragecapacities',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.storage.v1.CSIStorageCapacity',
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    validate: (_c, o, old) => validateCapacity(o, old),
    warnings: (_c, o) => topologyWarnings(o.nodeTopology),
    allowUnconditionalUpdate: false,
  },
  columns: [nameColumn, createdAtColumn],
};
