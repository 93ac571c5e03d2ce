import type { Client } from '../../client/client';
import type { SeriesRecorder } from '../../client/event-recorder';
import type { Caches } from '../../client/informer';
import type { Clock } from '../../util/clock';
import type { Log } from '../../util/log';
import type { Random } from '../../util/random';
import type { ClusterCache } from '../cache/cluster-cache';
import type { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import type { SchedulerMetrics } from '../metrics';
import type { Nominator } from '../queue/nominator';
import type { WaitingPods } from '../cycle/waiting-pods';
import type { QueuedPod } from '../queue/queued-pod';
import type { ClusterEvent, ClusterEventName } from './cluster-event';
import type { CycleState } from './cycle-state';
import type { Diagnosis } from './diagnosis';
import type { Shared } from './shared';
import type { Verdict } from './verdict';

/** An event after which a pod that the plugin refused is worth another try; with `when`, only if that says so. */
export type RequeueRule = ClusterEventName | { on: ClusterEventName; when(pod: PodInfo, event: ClusterEvent): boolean };

/** A preFilter's answer that only these nodes come into question. */
export interface OnlyNodes {
  nodes: ReadonlySet<string>;
}

/** A postFilter's answer: a node that will fit once what was begun is done ('' takes an earlier nomination back), or why there is none. */
export interface PostFilterResult {
  nominate?: string;
  verdict?: Verdict;
}

/**
 * One rule of scheduling. Every hook is optional; those up to `permit` are called synchronously, one pod at a time, and answer with values:
 * `undefined` is yes, everything else a Verdict. The order of calls is the order of the hooks here.
 */
export interface SchedulerPlugin {
  readonly name: string;
  readonly requeueOn?: readonly RequeueRule[];
  /** Whether a is to be scheduled before b; one plugin of a profile has it. */
  less?(a: QueuedPod, b: QueuedPod): boolean;
  /** Whether the pod may enter the queue of pods to be scheduled. */
  preEnqueue?(pod: PodInfo): Verdict | undefined;
  /** Once a cycle, before nodes are looked at; SKIP leaves the plugin's filter out. */
  preFilter?(state: CycleState, pod: PodInfo): Verdict | OnlyNodes | undefined;
  /** Whether the pod can run on the node. The node's sums may include pods that are only tried out. */
  filter?(state: CycleState, pod: PodInfo, node: NodeInfo): Verdict | undefined;
  /** After no node was found: may make room. */
  postFilter?(state: CycleState, pod: PodInfo, diagnosis: Diagnosis): PostFilterResult;
  /** Once a cycle, with the nodes that fit; SKIP leaves the plugin's score out. */
  preScore?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Verdict | undefined;
  /** How good the node is; 0 to 100 when there is no normalize. */
  score?(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** Brings the first nodes.length scores into 0 to 100. */
  normalize?(state: CycleState, pod: PodInfo, scores: Float64Array, nodes: readonly NodeInfo[]): void;
  reserve?(state: CycleState, pod: PodInfo, nodeName: string): Verdict | undefined;
  /** Undoes reserve; called also when a later plugin's reserve, or binding, failed. */
  unreserve?(state: CycleState, pod: PodInfo, nodeName: string): void;
  /** A wait verdict holds the pod until the plugin calls Waiting.allow or reject, or `timeout` milliseconds have passed. */
  permit?(state: CycleState, pod: PodInfo, nodeName: string): { verdict: Verdict | undefined; timeout?: number };
  /** Whether preBind will have something to do, which takes time; without this hook it always has. */
  willPreBind?(state: CycleState, pod: PodInfo, nodeName: string): boolean;
  preBind?(state: CycleState, pod: PodInfo, nodeName: string): Promise<Verdict | undefined>;
  /** SKIP leaves binding to the next plugin. */
  bind?(state: CycleState, pod: PodInfo, nodeName: string): Promise<Verdict | undefined>;
  postBind?(state: CycleState, pod: PodInfo, nodeName: string): void;
}

/** What plugins are given when they are made. */
export interface PluginContext {
  schedulerName: string;
  client: Client;
  caches: Caches;
  clock: Clock;
  random: Random;
  log: Log;
  events: SeriesRecorder;
  metrics: SchedulerMetrics;
  cache: ClusterCache;
  nominator: Nominator;
  /** Pods that permit plugins let wait. */
  waiting: WaitingPods;
  /** Runs the profile's filters for a pod on a node, with the pods nominated for that node tried out as well. */
  fits(state: CycleState, pod: PodInfo, node: NodeInfo): Verdict | undefined;
  /** What the plugins of one name have in common over all profiles; made when the first asks for it. */
  shared: Shared;
  /** Puts a waiting pod back into the queue at once. */
  activate(pod: PodInfo): void;
}

/** Makes a plugin; `args` are its part of the profile's configuration. */
export type PluginFactory = (x: PluginContext, args: Record<string, unknown>) => SchedulerPlugin;
