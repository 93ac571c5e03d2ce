import type { GVR } from '../../src/api/meta/object';
import * as r from '../../src/client/resources';

interface FakeKind {
  gvr: GVR;
  kind: string;
  namespaced: boolean;
  /** Has a status subresource. */
  status?: boolean;
  initialStatus?: object;
  noGeneration?: boolean;
}

/** What the fake API server serves. */
export const KINDS: readonly FakeKind[] = [
  { gvr: r.PODS, kind: 'Pod', namespaced: true, status: true, initialStatus: { phase: 'Pending' } },
  { gvr: r.NODES, kind: 'Node', namespaced: false, status: true },
  { gvr: r.SERVICES, kind: 'Service', namespaced: true, status: true, noGeneration: true },
  { gvr: r.ENDPOINTS, kind: 'Endpoints', namespaced: true },
  { gvr: r.NAMESPACES, kind: 'Namespace', namespaced: false, status: true, initialStatus: { phase: 'Active' }, noGeneration: true },
  { gvr: r.CONFIG_MAPS, kind: 'ConfigMap', namespaced: true },
  { gvr: r.SECRETS, kind: 'Secret', namespaced: true },
  { gvr: r.SERVICE_ACCOUNTS, kind: 'ServiceAccount', namespaced: true },
  { gvr: r.REPLICATION_CONTROLLERS, kind: 'ReplicationController', namespaced: true, status: true, initialStatus: { replicas: 0 } },
  { gvr: r.RESOURCE_QUOTAS, kind: 'ResourceQuota', namespaced: true, status: true, noGeneration: true },
  { gvr: r.PERSISTENT_VOLUMES, kind: 'PersistentVolume', namespaced: false, status: true, initialStatus: { phase: 'Pending' }, noGeneration: true },
  { gvr: r.PERSISTENT_VOLUME_CLAIMS, kind: 'PersistentVolumeClaim', namespaced: true, status: true, initialStatus: { phase: 'Pending' }, noGeneration: true },
  { gvr: r.CORE_EVENTS, kind: 'Event', namespaced: true },
  { gvr: r.EVENTS, kind: 'Event', namespaced: true },
  { gvr: r.DEPLOYMENTS, kind: 'Deployment', namespaced: true, status: true },
  { gvr: r.REPLICA_SETS, kind: 'ReplicaSet', namespaced: true, status: true, initialStatus: { replicas: 0 } },
  { gvr: r.DAEMON_SETS, kind: 'DaemonSet', namespaced: true, status: true, initialStatus: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 } },
  { gvr: r.STATEFUL_SETS, kind: 'StatefulSet', namespaced: true, status: true, initialStatus: { replicas: 0, availableReplicas: 0 } },
  { gvr: r.CONTROLLER_REVISIONS, kind: 'ControllerRevision', namespaced: true },
  { gvr: r.JOBS, kind: 'Job', namespaced: true, status: true },
  { gvr: r.CRON_JOBS, kind: 'CronJob', namespaced: true, status: true },
  { gvr: r.ENDPOINT_SLICES, kind: 'EndpointSlice', namespaced: true },
  { gvr: r.LEASES, kind: 'Lease', namespaced: true, noGeneration: true },
  { gvr: r.POD_DISRUPTION_BUDGETS, kind: 'PodDisruptionBudget', namespaced: true, status: true },
  { gvr: r.HORIZONTAL_POD_AUTOSCALERS, kind: 'HorizontalPodAutoscaler', namespaced: true, status: true, noGeneration: true },
  { gvr: r.STORAGE_CLASSES, kind: 'StorageClass', namespaced: false },
  { gvr: r.DEVICE_CLASSES, kind: 'DeviceClass', namespaced: false },
  { gvr: r.RESOURCE_SLICES, kind: 'ResourceSlice', namespaced: false },
  { gvr: r.RESOURCE_CLAIMS, kind: 'ResourceClaim', namespaced: true },
  { gvr: r.CSI_NODES, kind: 'CSINode', namespaced: false },
  { gvr: r.VOLUME_ATTACHMENTS, kind: 'VolumeAttachment', namespaced: false },
  { gvr: r.CLUSTER_ROLES, kind: 'ClusterRole', namespaced: false },
  { gvr: r.CERTIFICATE_SIGNING_REQUESTS, kind: 'CertificateSigningRequest', namespaced: false, status: true, noGeneration: true },
];
