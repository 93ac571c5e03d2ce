import { balancedAllocation } from '../plugins/balanced-allocation';
import { defaultBinder } from '../plugins/default-binder';
import { defaultPreemption } from '../plugins/default-preemption';
import { dynamicResources } from '../plugins/dynamic-resources';
import { imageLocality } from '../plugins/image-locality';
import { interPodAffinity } from '../plugins/inter-pod-affinity';
import { nodeAffinity } from '../plugins/node-affinity';
import { nodeName } from '../plugins/node-name';
import { nodePorts } from '../plugins/node-ports';
import { nodeResourcesFit } from '../plugins/node-resources-fit';
import { nodeUnschedulable } from '../plugins/node-unschedulable';
import { nodeVolumeLimits } from '../plugins/node-volume-limits';
import { podTopologySpread } from '../plugins/pod-topology-spread';
import { prioritySort } from '../plugins/priority-sort';
import { schedulingGates } from '../plugins/scheduling-gates';
import { taintToleration } from '../plugins/taint-toleration';
import { volumeBinding } from '../plugins/volume-binding';
import { volumeRestrictions } from '../plugins/volume-restrictions';
import { volumeZone } from '../plugins/volume-zone';
import type { ExtensionPoint } from './extension-points';
import type { PluginFactory } from './plugin';

/** A plugin that profiles can name. */
export interface ProfileEntry {
  name: string;
  weight: number;
  make: PluginFactory;
}

/** A plugin of the default profile, and where it takes part, which configurations are checked by before any plugin is made. */
export interface BuiltIn extends ProfileEntry {
  points: readonly ExtensionPoint[];
}

/** The order is that of upstream; it decides whose refusal is reported and which postFilter comes first. */
export const DEFAULT_PROFILE: readonly BuiltIn[] = [
  { name: 'SchedulingGates', weight: 1, points: ['preEnqueue'], make: schedulingGates },
  { name: 'PrioritySort', weight: 1, points: ['queueSort'], make: prioritySort },
  { name: 'NodeUnschedulable', weight: 1, points: ['filter'], make: nodeUnschedulable },
  { name: 'NodeName', weight: 1, points: ['preFilter', 'filter'], make: nodeName },
  { name: 'TaintToleration', weight: 3, points: ['filter', 'preScore', 'score'], make: taintToleration },
  { name: 'NodeAffinity', weight: 2, points: ['preFilter', 'filter', 'preScore', 'score'], make: nodeAffinity },
  { name: 'NodePorts', weight: 1, points: ['preFilter', 'filter'], make: nodePorts },
  { name: 'NodeResourcesFit', weight: 1, points: ['filter', 'score'], make: nodeResourcesFit },
  { name: 'VolumeRestrictions', weight: 1, points: ['preFilter', 'filter'], make: volumeRestrictions },
  { name: 'NodeVolumeLimits', weight: 1, points: ['preFilter', 'filter'], make: nodeVolumeLimits },
  { name: 'VolumeBinding', weight: 1, points: ['preFilter', 'filter', 'reserve', 'preBind'], make: volumeBinding },
  { name: 'VolumeZone', weight: 1, points: ['preFilter', 'filter'], make: volumeZone },
  { name: 'PodTopologySpread', weight: 2, points: ['preFilter', 'filter', 'preScore', 'score'], make: podTopologySpread },
  { name: 'InterPodAffinity', weight: 2, points: ['preFilter', 'filter', 'preScore', 'score'], make: interPodAffinity },
  { name: 'DynamicResources', weight: 2, points: ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'reserve', 'preBind'], make: dynamicResources },
  { name: 'DefaultPreemption', weight: 1, points: ['preEnqueue', 'postFilter'], make: defaultPreemption },
  { name: 'NodeResourcesBalancedAllocation', weight: 1, points: ['preScore', 'score'], make: balancedAllocation },
  { name: 'ImageLocality', weight: 1, points: ['preScore', 'score'], make: imageLocality },
  { name: 'DefaultBinder', weight: 1, points: ['bind'], make: defaultBinder },
];
