import type { KubeObject } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import { podRequests } from '../cache/pod-requests';

/**
 * Changes of the cluster that may make a refused pod schedulable, as `resource/action`. Pods on nodes are `assigned-pod`, the refused pod
 * itself is `pod`. Plugins name those they care about in requeueOn.
 */
export type ClusterEventName =
  | 'node/add'
  | 'node/delete'
  | 'node/allocatable'
  | 'node/label'
  | 'node/taint'
  | 'node/condition'
  | 'node/annotation'
  | 'assigned-pod/add'
  | 'assigned-pod/delete'
  | 'assigned-pod/label'
  | 'assigned-pod/scale-down'
  | 'assigned-pod/update'
  | 'pod/add'
  | 'pod/label'
  | 'pod/scale-down'
  | 'pod/gates-gone'
  | 'pod/toleration'
  | 'pod/claims'
  | 'pod/update'
  | 'pvc/add'
  | 'pvc/update'
  | 'pv/add'
  | 'pv/update'
  | 'storage-class/add'
  | 'storage-class/update'
  | 'csi-node/add'
  | 'csi-node/update'
  | 'volume-attachment/delete'
  | 'resource-claim/add'
  | 'resource-claim/update'
  | 'device-class/add'
  | 'device-class/update'
  | 'resource-slice/add'
  | 'resource-slice/update'
  | 'timeout'
  | 'activate';

export interface ClusterEvent {
  name: ClusterEventName;
  old?: KubeObject;
  now?: KubeObject;
}

const RESOURCES: Readonly<Record<string, string>> = {
  node: 'Node',
  'assigned-pod': 'AssignedPod',
  pod: 'UnschedulablePod',
  pvc: 'PersistentVolumeClaim',
  pv: 'PersistentVolume',
  'storage-class': 'storage.k8s.io/StorageClass',
  'csi-node': 'storage.k8s.io/CSINode',
  'volume-attachment': 'storage.k8s.io/VolumeAttachment',
  'resource-claim': 'resource.k8s.io/ResourceClaim',
  'resource-slice': 'resource.k8s.io/ResourceSlice',
  'device-class': 'resource.k8s.io/DeviceClass',
};
const ACTIONS: Readonly<Record<string, string>> = {
  add: 'Add',
  update: 'Update',
  delete: 'Delete',
  allocatable: 'UpdateNodeAllocatable',
  taint: 'UpdateNodeTaint',
  condition: 'UpdateNodeCondition',
  annotation: 'UpdateNodeAnnotation',
  'scale-down': 'UpdatePodScaleDown',
  'gates-gone': 'UpdatePodSchedulingGatesEliminated',
  toleration: 'UpdatePodToleration',
  claims: 'UpdatePodGeneratedResourceClaim',
};

/** The name that upstream's metrics give an event: NodeUpdateNodeTaint, AssignedPodDelete, UnschedulableTimeout … */
export function eventLabel(name: ClusterEventName): string {
  if (name === 'timeout') return 'UnschedulableTimeout';
  if (name === 'activate') return 'ForceActivate';
  const [resource, action] = name.split('/') as [string, string];
  return `${RESOURCES[resource]!}${action === 'label' ? (resource === 'node' ? 'UpdateNodeLabel' : 'UpdatePodLabel') : ACTIONS[action]!}`;
}

/** What became different on a node in ways a scheduler cares about; nothing for mere heartbeats. */
export function nodeEvents(old: KubeObject, now: KubeObject): ClusterEventName[] {
  const events: ClusterEventName[] = [];
  if (old['spec']?.unschedulable && !now['spec']?.unschedulable) events.push('node/taint');
  if (differ(old['status']?.allocatable, now['status']?.allocatable)) events.push('node/allocatable');
  if (differ(old.metadata.labels, now.metadata.labels)) events.push('node/label');
  if (differ(old['spec']?.taints, now['spec']?.taints)) events.push('node/taint');
  if (differ(conditionStates(old), conditionStates(now))) events.push('node/condition');
  if (differ(old.metadata.annotations, now.metadata.annotations)) events.push('node/annotation');
  return [...new Set(events)];
}

/** What became different on a pod; `assigned` tells whether it is on a node. A change of no particular kind is 'update'. */
export function podEvents(old: KubeObject, now: KubeObject, assigned: boolean): ClusterEventName[] {
  const events: ClusterEventName[] = [];
  if (differ(old.metadata.labels, now.metadata.labels)) events.push(assigned ? 'assigned-pod/label' : 'pod/label');
  if (scaledDown(old, now)) events.push(assigned ? 'assigned-pod/scale-down' : 'pod/scale-down');
  if (!assigned) {
    if (old['spec']?.schedulingGates?.length && !now['spec']?.schedulingGates?.length) events.push('pod/gates-gone');
    if ((old['spec']?.tolerations?.length ?? 0) !== (now['spec']?.tolerations?.length ?? 0)) events.push('pod/toleration');
    if (differ(old['status']?.resourceClaimStatuses, now['status']?.resourceClaimStatuses)) events.push('pod/claims');
  }
  if (events.length === 0) events.push(assigned ? 'assigned-pod/update' : 'pod/update');
  return events;
}

function scaledDown(old: KubeObject, now: KubeObject): boolean {
  // Requests change only with the spec (generation) or while a resize is being carried out (container statuses).
  if (old['spec'] === now['spec'] && old['status'] === now['status']) return false;
  if (old.metadata.generation === now.metadata.generation && !resizing(old) && !resizing(now)) return false;
  const before = podRequests(old);
  const after = podRequests(now);
  if (after.milliCpu < before.milliCpu || after.memory < before.memory || after.ephemeral < before.ephemeral) return true;
  for (const [name, v] of before.scalar ?? []) if ((after.scalar?.get(name) ?? 0) < v) return true;
  return false;
}

/** Whether an in-place resize of the pod is under way or held back. */
export function resizing(pod: KubeObject): boolean {
  const conditions = pod['status']?.conditions as { type: string }[] | undefined;
  return conditions?.some((c) => c.type === 'PodResizeInProgress' || c.type === 'PodResizePending') ?? false;
}

function conditionStates(node: KubeObject): Record<string, string> {
  const states: Record<string, string> = {};
  for (const c of (node['status']?.conditions ?? []) as { type: string; status: string }[]) states[c.type] = c.status;
  return states;
}

function differ(a: unknown, b: unknown): boolean {
  return a !== b && !sameJson(a ?? {}, b ?? {});
}
