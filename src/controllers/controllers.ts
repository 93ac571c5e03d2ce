import type { Component, ComponentContext } from '../client/component';
import { createAttachDetachController } from './attachdetach/attach-detach-controller';
import { createCsrApprovingController } from './certificates/csr-approving-controller';
import { createCsrCleanerController } from './certificates/csr-cleaner-controller';
import { createCsrSigningController } from './certificates/csr-signing-controller';
import { createCloudNodeController } from './cloud/cloud-node-controller';
import { createServiceLbController } from './cloud/service-lb-controller';
import { createClusterRoleAggregationController } from './clusterroleaggregation/cluster-role-aggregation-controller';
import { createCronJobController } from './cronjob/cronjob-controller';
import { createCsiDriver } from './csidriver/csi-driver';
import { createDaemonSetController } from './daemonset/daemonset-controller';
import { createDeploymentController } from './deployment/deployment-controller';
import { createDisruptionController } from './disruption/disruption-controller';
import { createEndpointsController } from './endpoints/endpoints-controller';
import { createEndpointSliceController } from './endpointslice/endpointslice-controller';
import { createEndpointSliceMirroringController } from './endpointslicemirroring/endpointslicemirroring-controller';
import { createEphemeralVolumeController } from './ephemeralvolume/ephemeral-volume-controller';
import { createExpandController } from './expander/expand-controller';
import { createGarbageCollector } from './garbagecollector/garbage-collector';
import { createHorizontalPodAutoscalerController } from './horizontalpodautoscaler/horizontal-pod-autoscaler-controller';
import { createJobController } from './job/job-controller';
import { createLegacyTokenCleaner } from './legacytoken/legacy-token-cleaner';
import { createNamespaceController } from './namespace/namespace-controller';
import { createNodeLifecycleController } from './nodelifecycle/node-lifecycle-controller';
import { createNodeIpamController } from './nodeipam/node-ipam-controller';
import { createNodeTtlController } from './nodettl/node-ttl-controller';
import { createPersistentVolumeController } from './persistentvolume/persistentvolume-controller';
import { createPodGcController } from './podgc/pod-gc-controller';
import { createReplicaSetController, createReplicationControllerController } from './replicaset/replica-controller';
import { createResourceClaimController } from './resourceclaim/resource-claim-controller';
import { createResourceQuotaController } from './resourcequota/resourcequota-controller';
import { createRootCaPublisher } from './rootcapublisher/root-ca-publisher';
import { createServiceAccountController } from './serviceaccount/default-serviceaccount-controller';
import { createServiceAccountTokenController } from './serviceaccounttoken/service-account-token-controller';
import { createServiceCidrController } from './servicecidr/service-cidr-controller';
import { createStatefulSetController } from './statefulset/statefulset-controller';
import { createTaintEvictionController } from './tainteviction/taint-eviction-controller';
import { createTtlAfterFinishedController } from './ttlafterfinished/ttl-after-finished-controller';
import { createPvProtectionController } from './volumeprotection/pv-protection-controller';
import { createPvcProtectionController } from './volumeprotection/pvc-protection-controller';
import { createVacProtectionController } from './volumeprotection/vac-protection-controller';

/** What some controllers must be told beyond the API. */
export interface ControllerOptions {
  /** PEM of the authorities that the API server's certificate is checked against; published in every namespace. */
  rootCa: string;
  /** Certificate and key, PEM, by which certificates are signed that clients ask for. */
  authority: { cert: string; key: string };
  /** Signs the claims of a JSON web token, whose issuer is among them, by the key of service accounts. */
  signToken(claims: object): string;
}

/** A controller as the composition root sees it. */
export interface ControllerEntry {
  /** Name for --components and logs. */
  name: string;
  /** ServiceAccount in kube-system that it acts as; its roles are among the bootstrap objects. */
  serviceAccount: string;
  /** Runs only with that add-on, or when it is named. */
  addon?: string;
  /** It signs with the keys of the cluster. */
  signs?: true;
  create(x: ComponentContext, o: ControllerOptions): Component;
}

/** All controllers, in the order in which they are started. Adding one is a line here. */
export const CONTROLLERS: readonly ControllerEntry[] = [
  { name: 'serviceaccount', serviceAccount: 'service-account-controller', create: createServiceAccountController },
  { name: 'serviceaccount-token', serviceAccount: 'tokens-controller', signs: true, create: createServiceAccountTokenController },
  { name: 'root-ca-publisher', serviceAccount: 'root-ca-cert-publisher', create: (x, o) => createRootCaPublisher(x, o.rootCa) },
  { name: 'namespace', serviceAccount: 'namespace-controller', create: createNamespaceController },
  { name: 'garbage-collector', serviceAccount: 'generic-garbage-collector', create: createGarbageCollector },
  { name: 'deployment', serviceAccount: 'deployment-controller', create: createDeploymentController },
  { name: 'replicaset', serviceAccount: 'replicaset-controller', create: createReplicaSetController },
  { name: 'replicationcontroller', serviceAccount: 'replication-controller', create: createReplicationControllerController },
  { name: 'daemonset', serviceAccount: 'daemon-set-controller', create: createDaemonSetController },
  { name: 'statefulset', serviceAccount: 'statefulset-controller', create: createStatefulSetController },
  { name: 'job', serviceAccount: 'job-controller', create: createJobController },
  { name: 'cronjob', serviceAccount: 'cronjob-controller', create: createCronJobController },
  { name: 'ttl-after-finished', serviceAccount: 'ttl-after-finished-controller', create: createTtlAfterFinishedController },
  { name: 'disruption', serviceAccount: 'disruption-controller', create: createDisruptionController },
  { name: 'horizontal-pod-autoscaler', serviceAccount: 'horizontal-pod-autoscaler', create: createHorizontalPodAutoscalerController },
  { name: 'resourcequota', serviceAccount: 'resourcequota-controller', create: createResourceQuotaController },
  { name: 'endpointslice', serviceAccount: 'endpointslice-controller', create: createEndpointSliceController },
  { name: 'endpoints', serviceAccount: 'endpoint-controller', create: createEndpointsController },
  { name: 'endpointslice-mirroring', serviceAccount: 'endpointslicemirroring-controller', create: createEndpointSliceMirroringController },
  { name: 'persistentvolume-binder', serviceAccount: 'persistent-volume-binder', create: createPersistentVolumeController },
  { name: 'persistentvolume-attach-detach', serviceAccount: 'attachdetach-controller', create: createAttachDetachController },
  { name: 'persistentvolume-expander', serviceAccount: 'expand-controller', create: createExpandController },
  { name: 'csi-driver', serviceAccount: 'csi-driver', addon: 'storage', create: createCsiDriver },
  { name: 'pvc-protection', serviceAccount: 'pvc-protection-controller', create: createPvcProtectionController },
  { name: 'pv-protection', serviceAccount: 'pv-protection-controller', create: createPvProtectionController },
  { name: 'volumeattributesclass-protection', serviceAccount: 'volumeattributesclass-protection-controller', create: createVacProtectionController },
  { name: 'ephemeral-volume', serviceAccount: 'ephemeral-volume-controller', create: createEphemeralVolumeController },
  { name: 'node-lifecycle', serviceAccount: 'node-controller', create: createNodeLifecycleController },
  { name: 'taint-eviction', serviceAccount: 'node-controller', create: createTaintEvictionController },
  { name: 'node-ipam', serviceAccount: 'node-controller', create: (x) => createNodeIpamController(x) },
  { name: 'node-ttl', serviceAccount: 'ttl-controller', create: createNodeTtlController },
  { name: 'cloud-node', serviceAccount: 'cloud-node-controller', addon: 'cloud', create: createCloudNodeController },
  { name: 'service-lb', serviceAccount: 'service-controller', addon: 'cloud', create: createServiceLbController },
  { name: 'pod-gc', serviceAccount: 'pod-garbage-collector', create: createPodGcController },
  { name: 'resourceclaim', serviceAccount: 'resource-claim-controller', create: createResourceClaimController },
  { name: 'service-cidr', serviceAccount: 'service-cidrs-controller', create: createServiceCidrController },
  { name: 'legacy-serviceaccount-token-cleaner', serviceAccount: 'legacy-service-account-token-cleaner', create: createLegacyTokenCleaner },
  { name: 'clusterrole-aggregation', serviceAccount: 'clusterrole-aggregation-controller', create: createClusterRoleAggregationController },
  { name: 'csr-approving', serviceAccount: 'certificate-controller', create: createCsrApprovingController },
  { name: 'csr-signing', serviceAccount: 'certificate-controller', signs: true, create: (x, o) => createCsrSigningController(x, o.authority) },
  { name: 'csr-cleaner', serviceAccount: 'certificate-controller', create: createCsrCleanerController },
];
