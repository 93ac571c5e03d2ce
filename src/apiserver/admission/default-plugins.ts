import type { AdmissionPlugin } from './admission';
import { DefaultStorageClass } from './default-storage-class';
import { DefaultTolerationSeconds } from './default-toleration-seconds';
import { NamespaceLifecycle } from './namespace-lifecycle';
import { PriorityAdmission } from './priority';
import { ServiceAccountAdmission } from './service-account';
import { StorageObjectInUseProtection } from './storage-protection';
import { TaintNodesByCondition } from './taint-nodes';

/** The admission plugins in kube-apiserver's order. */
export function defaultAdmissionPlugins(): AdmissionPlugin[] {
  return [
    new NamespaceLifecycle(),
    new ServiceAccountAdmission(),
    new TaintNodesByCondition(),
    new PriorityAdmission(),
    new DefaultTolerationSeconds(),
    new DefaultStorageClass(),
    new StorageObjectInUseProtection(),
  ];
}
