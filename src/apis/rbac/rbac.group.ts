import type { ApiGroup } from '../../apiserver/registry/strategy';
import { clusterRole } from './cluster-role';
import { clusterRoleBinding } from './cluster-role-binding';
import { role } from './role';
import { roleBinding } from './role-binding';
import { RBAC_GROUP } from './role-ref';

/** rbac.authorization.k8s.io: roles and their bindings. */
export const rbacGroup: ApiGroup = {
  name: RBAC_GROUP,
  versions: ['v1'],
  resources: [clusterRoleBinding, clusterRole, roleBinding, role],
};
