import type { KubeObject } from '../../api/meta/object';
import type { Taint, Toleration } from '../../api/selectors/tolerations';
import type { NodeSelectorTermSpec } from '../../api/selectors/node-selector';

/** The parts of resource.k8s.io/v1 that allocation reads and writes, as JSON. */
export interface AttributeValue {
  string?: string;
  int?: number;
  bool?: boolean;
  version?: string;
}

interface Placement {
  nodeName?: string;
  allNodes?: boolean;
  nodeSelector?: NodeSelectorSpec;
}

export interface NodeSelectorSpec {
  nodeSelectorTerms: NodeSelectorTermSpec[];
}

export interface Device extends Placement {
  name: string;
  attributes?: Record<string, AttributeValue>;
  capacity?: Record<string, { value: string }>;
  taints?: Taint[];
  allowMultipleAllocations?: boolean;
  consumesCounters?: { counterSet: string; counters: Record<string, { value: string }> }[];
}

export interface SliceSpec extends Placement {
  driver: string;
  pool: { name: string; generation: number; resourceSliceCount: number };
  perDeviceNodeSelection?: boolean;
  devices?: Device[];
  sharedCounters?: { name: string; counters: Record<string, { value: string }> }[];
}

export interface SelectorSpec {
  cel?: { expression: string };
}

/** What is wanted of devices: an `exactly`, or one of the alternatives of a `firstAvailable`. */
export interface WantedDevices {
  deviceClassName: string;
  selectors?: SelectorSpec[];
  allocationMode?: 'ExactCount' | 'All';
  count?: number;
  adminAccess?: boolean;
  tolerations?: Toleration[];
}

export interface DeviceRequest {
  name: string;
  exactly?: WantedDevices;
  firstAvailable?: (WantedDevices & { name: string })[];
}

export interface ConstraintSpec {
  requests?: string[];
  matchAttribute?: string;
  distinctAttribute?: string;
}

interface ConfigSpec {
  requests?: string[];
  opaque?: object;
}

export interface ClaimDevices {
  requests?: DeviceRequest[];
  constraints?: ConstraintSpec[];
  config?: ConfigSpec[];
}

export interface AllocatedDevice {
  request: string;
  driver: string;
  pool: string;
  device: string;
  adminAccess?: boolean;
  tolerations?: Toleration[];
}

export interface Allocation {
  devices: { results: AllocatedDevice[]; config?: (ConfigSpec & { source: 'FromClass' | 'FromClaim' })[] };
  nodeSelector?: NodeSelectorSpec;
  allocationTimestamp?: string;
}

export function devicesOf(claim: KubeObject): ClaimDevices {
  return (claim['spec']?.devices ?? {}) as ClaimDevices;
}

export function allocationOf(claim: KubeObject): Allocation | undefined {
  return claim['status']?.allocation as Allocation | undefined;
}

/** What names a device in the whole cluster. */
export function deviceId(d: { driver: string; pool: string; device: string }): string {
  return `${d.driver}/${d.pool}/${d.device}`;
}
