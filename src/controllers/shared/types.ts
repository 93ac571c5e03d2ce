import type { KubeObject, ObjectMeta } from '../../api/meta/object';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';

/** The fields of built-in kinds that controllers read and write, as JSON. Values are as the API serves them: defaulted and validated. */

export interface PodTemplate {
  metadata?: ObjectMeta;
  spec: PodSpec;
}

export interface Container {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort: number; protocol?: string; hostPort?: number }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  env?: object[];
  restartPolicy?: string;
}

export interface PodSpec {
  nodeName?: string;
  hostname?: string;
  subdomain?: string;
  setHostnameAsFQDN?: boolean;
  restartPolicy?: string;
  schedulerName?: string;
  hostNetwork?: boolean;
  nodeSelector?: Record<string, string>;
  affinity?: Record<string, unknown> & { nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] } } };
  tolerations?: Toleration[];
  containers: Container[];
  initContainers?: Container[];
  volumes?: ({ name: string; persistentVolumeClaim?: { claimName: string }; ephemeral?: object } & Record<string, unknown>)[];
  terminationGracePeriodSeconds?: number;
  activeDeadlineSeconds?: number;
  overhead?: Record<string, string>;
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  readinessGates?: { conditionType: string }[];
  schedulingGates?: { name: string }[];
  priorityClassName?: string;
}

export interface NodeSelectorRequirement {
  key: string;
  operator: string;
  values?: string[];
}

export interface NodeSelectorTerm {
  matchExpressions?: NodeSelectorRequirement[];
  matchFields?: NodeSelectorRequirement[];
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
  timeAdded?: string;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  lastProbeTime?: string;
  lastHeartbeatTime?: string;
  observedGeneration?: number;
}

export interface ContainerStatus {
  name: string;
  restartCount?: number;
  ready?: boolean;
  state?: { waiting?: object; running?: { startedAt?: string }; terminated?: { exitCode: number; finishedAt?: string } };
}

export interface PodStatus {
  phase?: string;
  reason?: string;
  message?: string;
  conditions?: Condition[];
  podIP?: string;
  podIPs?: { ip: string }[];
  hostIP?: string;
  startTime?: string;
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status?: PodStatus;
}

export interface Node extends KubeObject {
  spec: { unschedulable?: boolean; taints?: Taint[]; podCIDR?: string };
  status?: { conditions?: Condition[]; allocatable?: Record<string, string> };
}

/** An object with pods made of a template. */
export interface Workload extends KubeObject {
  spec: { replicas?: number; selector?: LabelSelectorSpec; template: PodTemplate; minReadySeconds?: number } & Record<string, unknown>;
}
