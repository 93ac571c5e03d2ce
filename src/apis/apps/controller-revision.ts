import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { controllerOf, groupKind, parseApiVersion, type KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { ALL_VERBS } from '../shared/verbs';
import { validateNonNegative } from './counts';
import { CHANGE_THEN_WHOLE } from '../shared/metadata-rules';

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors = validateNonNegative(o.revision, 'revision');
  const data: unknown = o.data;
  if (old) {
    // Upstream compares the bytes.
    if (JSON.stringify(data ?? null) !== JSON.stringify(old.data ?? null)) errors.push(invalidValue('data', data ?? null, 'field is immutable'));
  } else if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
  else if (typeof data !== 'object' || Array.isArray(data)) errors.push(required('data', 'data must be a valid JSON object'));
  return errors;
}

/** 'statefulset.apps/web': whose revision it is. */
function controllerCell(o: KubeObject): string {
  const ref = controllerOf(o);
  return ref ? `${groupKind(parseApiVersion(ref.apiVersion).group, ref.kind).toLowerCase()}/${ref.name}` : '<none>';
}

export const controllerRevision: ResourceDefinition = {
  gvk: { group: 'apps', version: 'v1', kind: 'ControllerRevision' },
  plural: 'controllerrevisions',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.apps.v1.ControllerRevision',
  strategy: { metadata: CHANGE_THEN_WHOLE, validate: (_c, o, old) => validate(o, old) },
  columns: [
    nameColumn,
    { name: 'Controller', type: 'string', cell: controllerCell },
    { name: 'Revision', type: 'string', cell: (o) => (o.revision as number | undefined) ?? 0 },
    ageColumn,
  ],
};
