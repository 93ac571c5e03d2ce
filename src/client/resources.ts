import type { GVR } from '../api/meta/object';
import { parseApiVersion } from '../api/meta/object';

/** 'apps/v1/deployments' or 'v1/pods' as a GVR: how controllers name what they watch. */
export function gvrOf(path: string): GVR {
  const i = path.lastIndexOf('/');
  if (i <= 0 || i === path.length - 1) throw new Error(`resource "${path}" must look like apps/v1/deployments or v1/pods`);
  return { ...parseApiVersion(path.slice(0, i)), resource: path.slice(i + 1) };
}

/** Inverse of gvrOf; also serves as a map key. */
export function gvrPath(r: GVR): string {
  return r.group ? `${r.group}/${r.version}/${r.resource}` : `${r.version}/${r.resource}`;
}

/** The built-in resources that components of the cluster work with. */
export const PODS = gvrOf('v1/pods');
export const NODES = gvrOf('v1/nodes');
export const SERVICES = gvrOf('v1/services');
export const ENDPOINTS = gvrOf('v1/endpoints');
export const NAMESPACES = gvrOf('v1/namespaces');
export const CONFIG_MAPS = gvrOf('v1/configmaps');
export const SECRETS = gvrOf('v1/secrets');
export const SERVICE_ACCOUNTS = gvrOf('v1/serviceaccounts');
export const REPLICATION_CONTROLLERS = gvrOf('v1/replicationcontrollers');
export const RESOURCE_QUOTAS = gvrOf('v1/resourcequotas');
export const PERSISTENT_VOLUMES = gvrOf('v1/persistentvolumes');
export const PERSISTENT_VOLUME_CLAIMS = gvrOf('v1/persistentvolumeclaims');
export const CORE_EVENTS = gvrOf('v1/events');
export const EVENTS = gvrOf('events.k8s.io/v1/events');
export const DEPLOYMENTS = gvrOf('apps/v1/deployments');
export const REPLICA_SETS = gvrOf('apps/v1/replicasets');
export const DAEMON_SETS = gvrOf('apps/v1/daemonsets');
export const STATEFUL_SETS = gvrOf('apps/v1/statefulsets');
export const CONTROLLER_REVISIONS = gvrOf('apps/v1/controllerrevisions');
export const JOBS = gvrOf('batch/v1/jobs');
export const CRON_JOBS = gvrOf('batch/v1/cronjobs');
export const ENDPOINT_SLICES = gvrOf('discovery.k8s.io/v1/endpointslices');
export const LEASES = gvrOf('coordination.k8s.io/v1/leases');
export const POD_DISRUPTION_BUDGETS = gvrOf('policy/v1/poddisruptionbudgets');
export const HORIZONTAL_POD_AUTOSCALERS = gvrOf('autoscaling/v2/horizontalpodautoscalers');
export const STORAGE_CLASSES = gvrOf('storage.k8s.io/v1/storageclasses');
export const CSI_NODES = gvrOf('storage.k8s.io/v1/csinodes');
export const CLUSTER_ROLES = gvrOf('rbac.authorization.k8s.io/v1/clusterroles');
export const CERTIFICATE_SIGNING_REQUESTS = gvrOf('certificates.k8s.io/v1/certificatesigningrequests');
export const CSI_DRIVERS = gvrOf('storage.k8s.io/v1/csidrivers');
export const VOLUME_ATTACHMENTS = gvrOf('storage.k8s.io/v1/volumeattachments');
export const VOLUME_ATTRIBUTES_CLASSES = gvrOf('storage.k8s.io/v1/volumeattributesclasses');
export const SERVICE_CIDRS = gvrOf('networking.k8s.io/v1/servicecidrs');
export const IP_ADDRESSES = gvrOf('networking.k8s.io/v1/ipaddresses');
export const RESOURCE_CLAIMS = gvrOf('resource.k8s.io/v1/resourceclaims');
export const DEVICE_CLASSES = gvrOf('resource.k8s.io/v1/deviceclasses');
export const RESOURCE_SLICES = gvrOf('resource.k8s.io/v1/resourceslices');
export const RESOURCE_CLAIM_TEMPLATES = gvrOf('resource.k8s.io/v1/resourceclaimtemplates');
