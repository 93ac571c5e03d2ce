import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
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

/** Says since when it is noted which token Secrets are used; kube-apiserver makes it at its first start. `now` in milliseconds. */
export function tokenTracking(now: number): KubeObject {
  const metadata = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { since: formatTime(now).slice(0, 10) } };
}
