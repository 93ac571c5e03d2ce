import { forbiddenField, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { ALL_VERBS } from '../shared/verbs';
import { validateParameters, validateProvisioner } from './parameters';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

function validateClass(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (old) {
    if (o.driverName !== old.driverName) errors.push(forbiddenField('driverName', 'updates to driverName are forbidden.'));
    if (!semanticEqual(o.parameters, old.parameters)) errors.push(forbiddenField('parameters', 'updates to parameters are forbidden.'));
  }
  errors.push(...validateProvisioner(o.driverName, 'driverName'), ...validateParameters(o.parameters, false, 'parameters'));
  return errors;
}

export const volumeAttributesClass: ResourceDefinition = {
  gvk: { group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttributesClass' },
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.storage.v1.VolumeAttributesClass',
  returnsDeletedObject: true,
  strategy: {
    metadata: CHANGE_THEN_WHOLE,
    validate: (_c, o, old) => validateClass(o, old),
  },
  columns: [nameColumn, { name: 'DriverName', type: 'string', cell: (o) => o.driverName ?? '' }, ageColumn],
};
