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
import { podTopologySpread } from '../plugins/pod-topology-spread';
import { prioritySort } from '../plugins/priority-sort';
import { schedulingGates } from '../plugins/scheduling-gates';
import { taintToleration } from '../plugins/taint-toleration';
import { volumeBinding } from '../plugins/volume-binding';
import { volumeRestrictions } from '../plugins/volume-restrictions';
import { volumeZone } from '../plugins/volume-zone';
import type { PluginFactory } from './plugin';

/** A plugin of the default profile. The order is that of upstream; it decides whose refusal is reported and which postFilter comes first. */
export interface ProfileEntry {
  name: string;
  weight: number;
  make: PluginFactory;
}

export const DEFAULT_PROFILE: readonly ProfileEntry[] = [
  { name: 'SchedulingGates', weight: 1, make: schedulingGates },
  { name: 'PrioritySort', weight: 1, make: prioritySort },
  { name: 'NodeUnschedulable', weight: 1, make: nodeUnschedulable },
  { name: 'NodeName', weight: 1, make: nodeName },
  { name: 'TaintToleration', weight: 3, make: taintToleration },
  { name: 'NodeAffinity', weight: 2, make: nodeAffinity },
  { name: 'NodePorts', weight: 1, make: nodePorts },
  { name: 'NodeResourcesFit', weight: 1, make: nodeResourcesFit },
  { name: 'VolumeRestrictions', weight: 1, make: volumeRestrictions },
  { name: 'VolumeBinding', weight: 1, make: volumeBinding },
  { name: 'VolumeZone', weight: 1, make: volumeZone },
  { name: 'PodTopologySpread', weight: 2, make: podTopologySpread },
  { name: 'InterPodAffinity', weight: 2, make: interPodAffinity },
  { name: 'DynamicResources', weight: 2, make: dynamicResources },
  { name: 'DefaultPreemption', weight: 1, make: defaultPreemption },
  { name: 'NodeResourcesBalancedAllocation', weight: 1, make: balancedAllocation },
  { name: 'ImageLocality', weight: 1, make: imageLocality },
  { name: 'DefaultBinder', weight: 1, make: defaultBinder },
];
