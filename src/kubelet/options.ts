import type { Runtime } from './runtime/runtime';
import type { Stage } from './stages/stage';
import type { StaticManifest } from './static/static-pods';

export interface KubeletOptions {
  /** Nodes node-1 … to register; 0 for none. */
  nodes?: number;
  /** What comes before the number in their names. */
  nodeNamePrefix?: string;
  /** Capacity of the nodes, also of those taken over that name none. */
  capacity?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
  /** Whether Node objects that others make are run too; on unless switched off. */
  adopt?: boolean;
  kubeletVersion?: string;
  /** Seconds after which a node without a sign of life is given up by the control plane. */
  leaseDurationSeconds?: number;
  /** Milliseconds between signs of life of a node, and between reports of its status. */
  leaseRenewInterval?: number;
  statusReportInterval?: number;
  /** Milliseconds that pulling an image takes which the node has not. */
  imagePullLatency?: number;
  /** Normal events of all nodes together: so many a second, so many at once. */
  eventRate?: number;
  eventBurst?: number;
  /** Requests about pods at a time. */
  parallelism?: number;
  /** Stages of pods and nodes: those for all of a kind take the place of what is built in, others come on top. */
  stages?: readonly Stage[];
  /** Pods that nodes run on their own account. */
  staticPods?: readonly StaticManifest[];
  /** What runs the containers; simulated unless given. */
  runtime?: Runtime;
}

export const DEFAULT_CAPACITY: Readonly<Record<string, string>> = { cpu: '4', 'ephemeral-storage': '100Gi', 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', memory: '8Gi', pods: '110' };
