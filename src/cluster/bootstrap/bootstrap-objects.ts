import type { KubeObject } from '../../api/meta/object';
import apiServices from './api-services.json';
import clusterRoleBindings from './cluster-role-bindings.json';
import clusterRoles from './cluster-roles.json';
import flowSchemas from './flow-schemas.json';
import namespaces from './namespaces.json';
import priorityClasses from './priority-classes.json';
import priorityLevels from './priority-levels.json';
import roleBindings from './role-bindings.json';
import roles from './roles.json';
import serviceNetwork from './service-network.json';

/**
 * What a fresh cluster holds: namespaces, default roles and bindings, priority classes, flow schemas and priority levels, the service
 * network, and an APIService for every built-in version. In the order in which they can be created; fresh copies, without status.
 */
export function bootstrapObjects(): KubeObject[] {
  return structuredClone([
    ...namespaces,
    ...priorityClasses,
    ...priorityLevels,
    ...flowSchemas,
    ...serviceNetwork,
    ...clusterRoles,
    ...clusterRoleBindings,
    ...roles,
    ...roleBindings,
    ...apiServices,
  ]) as KubeObject[];
}
