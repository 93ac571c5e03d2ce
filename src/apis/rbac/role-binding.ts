import type { Column, ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { nameIsPathSegment } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { defaultBinding, RBAC_GROUP, subjectNames, validateBinding } from './role-ref';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

/** Columns of both kinds of binding. */
export const bindingColumns: readonly Column[] = [
  nameColumn,
  { name: 'Role', type: 'string', cell: (o) => `${o.roleRef?.kind ?? ''}/${o.roleRef?.name ?? ''}` },
  ageColumn,
  { name: 'Users', type: 'string', priority: 1, cell: (o) => subjectNames(o, 'User') },
  { name: 'Groups', type: 'string', priority: 1, cell: (o) => subjectNames(o, 'Group') },
  { name: 'ServiceAccounts', type: 'string', priority: 1, cell: (o) => subjectNames(o, 'ServiceAccount') },
];

export const roleBinding: ResourceDefinition = {
  gvk: { group: RBAC_GROUP, version: 'v1', kind: 'RoleBinding' },
  plural: 'rolebindings',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.rbac.v1.RoleBinding',
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    default: defaultBinding,
    validateName: nameIsPathSegment,
    validate: (_c, o, old) => validateBinding(o, ['Role', 'ClusterRole'], true, old),
    allowCreateOnUpdate: true,
  },
  columns: bindingColumns,
};
