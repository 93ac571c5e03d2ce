import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { createdAtColumn, nameColumn } from '../shared/columns';
import { nameIsPathSegment } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { validatePolicyRules } from './policy-rule';
import { RBAC_GROUP } from './role-ref';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

export const role: ResourceDefinition = {
  gvk: { group: RBAC_GROUP, version: 'v1', kind: 'Role' },
  plural: 'roles',
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.rbac.v1.Role',
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    validateName: nameIsPathSegment,
    validate: (_c, o) => validatePolicyRules(o.rules, true),
    allowCreateOnUpdate: true,
  },
  columns: [nameColumn, createdAtColumn],
};
