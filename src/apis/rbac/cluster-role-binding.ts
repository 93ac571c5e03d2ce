import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { nameIsPathSegment } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { bindingColumns } from './role-binding';
import { defaultBinding, RBAC_GROUP, validateBinding } from './role-ref';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

export const clusterRoleBinding: ResourceDefinition = {
  gvk: { group: RBAC_GROUP, version: 'v1', kind: 'ClusterRoleBinding' },
  plural: 'clusterrolebindings',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.rbac.v1.ClusterRoleBinding',
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    default: defaultBinding,
    validateName: nameIsPathSegment,
    validate: (_c, o, old) => validateBinding(o, ['ClusterRole'], false, old),
    allowCreateOnUpdate: true,
  },
  columns: bindingColumns,
};
