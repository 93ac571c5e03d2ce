import type { AdmissionPlugin } from './admission';
import { CertificateSubjectRestriction } from './certificate-subject-restriction';
import { PersistentVolumeClaimResize } from './claim-resize';
import { DefaultIngressClass } from './default-ingress-class';
import { DefaultStorageClass } from './default-storage-class';
import { DefaultTolerationSeconds } from './default-toleration-seconds';
import { LimitRanger } from './limit-ranger';
import { NamespaceLifecycle } from './namespace-lifecycle';
import { PodSecurity } from './pod-security/pod-security';
import { PodResizeValidator } from './pod-resize';
import { PodTopologyLabels } from './pod-topology-labels';
import { PriorityAdmission } from './priority';
import { ResourceQuotaAdmission } from './resource-quota';
import { RuntimeClassAdmission } from './runtime-class';
import { ServiceAccountAdmission } from './service-account';
import { StorageObjectInUseProtection } from './storage-protection';
import { TaintNodesByCondition } from './taint-nodes';

/** The admission plugins that are on by default, in kube-apiserver's order. */
export function defaultAdmissionPlugins(): AdmissionPlugin[] {
  return [
    new NamespaceLifecycle(),
    new LimitRanger(),
    new ServiceAccountAdmission(),
    new TaintNodesByCondition(),
    new PodSecurity(),
    new PriorityAdmission(),
    new DefaultTolerationSeconds(),
    new DefaultStorageClass(),
    new StorageObjectInUseProtection(),
    new PersistentVolumeClaimResize(),
    new RuntimeClassAdmission(),
    new CertificateSubjectRestriction(),
    new DefaultIngressClass(),
    new PodTopologyLabels(),
    new PodResizeValidator(),
    new ResourceQuotaAdmission(),
  ];
}
