import type { KubeObject } from '../../api/meta/object';
import { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import { podRequests } from '../cache/pod-requests';
import type { ClusterEvent } from '../framework/cluster-event';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import type { Verdict } from '../framework/verdict';
import type { ResourceWeight, ScoringShape } from './resource-scorers';
import { DEFAULT_RESOURCES, leastAllocated, mostAllocated, requestedToCapacityRatio, ResourceAmounts } from './resource-scorers';

interface FitArgs {
  ignoredResources?: string[];
  ignoredResourceGroups?: string[];
  scoringStrategy?: {
    type?: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
    resources?: ResourceWeight[];
    requestedToCapacityRatio?: { shape: ScoringShape };
  };
}

/** A pod's requests must fit into what is left of a node; nodes with more (or, by configuration, less) left are preferred. */
export function nodeResourcesFit(_: PluginContext, args: FitArgs = {}): SchedulerPlugin {
  const ignored = new Set(args.ignoredResources ?? []);
  const ignoredGroups = new Set(args.ignoredResourceGroups ?? []);
  const ignores = (name: string): boolean => ignored.has(name) || (ignoredGroups.size > 0 && ignoredGroups.has(name.split('/')[0]!));
  const strategy = args.scoringStrategy ?? {};
  const resources = strategy.resources ?? DEFAULT_RESOURCES;
  const amounts = new ResourceAmounts(resources, 'non-zero');
  const rate =
    strategy.type === 'MostAllocated'
      ? mostAllocated(resources)
      : strategy.type === 'RequestedToCapacityRatio'
        ? requestedToCapacityRatio(resources, strategy.requestedToCapacityRatio?.shape ?? [])
        : leastAllocated(resources);

  return {
    name: 'NodeResourcesFit',
    requeueOn: [
      { on: 'assigned-pod/delete', when: () => true },
      { on: 'assigned-pod/scale-down', when: freesSomething },
      { on: 'pod/scale-down', when: (pod, e) => e.now!.metadata.uid === pod.uid },
      { on: 'node/add', when: (pod, e) => !insufficient(pod, emptyNode(e.now!), ignores) },
      { on: 'node/allocatable', when: (pod, e) => !insufficient(pod, emptyNode(e.now!), ignores) && hasGrown(pod, e) },
    ],
    filter: (_state, pod, node) => insufficient(pod, node, ignores),
    score(_state, pod, node) {
      amounts.read(pod, node);
      return rate(amounts.requested, amounts.allocatable);
    },
  };
}

const PODS = 1;
const CPU = 2;
const MEMORY = 4;
const EPHEMERAL = 8;
const HOPELESS = 16;
const REASONS = [
  [PODS, 'Too many pods'],
  [CPU, 'Insufficient cpu'],
  [MEMORY, 'Insufficient memory'],
  [EPHEMERAL, 'Insufficient ephemeral-storage'],
] as const;
/** The verdict of every combination, so that thousands of refusals make no object. */
const COMMON: readonly Verdict[] = Array.from({ length: 32 }, (_, bits) => verdictOf(bits, []));

function verdictOf(bits: number, scalar: readonly string[]): Verdict {
  const reasons = REASONS.filter(([bit]) => bits & bit).map(([, reason]) => reason);
  return { code: bits & HOPELESS ? 'unresolvable' : 'unschedulable', reasons: [...reasons, ...scalar] };
}

/** Every resource that does not suffice; unresolvable when the empty node would not either. */
function insufficient(pod: PodInfo, node: NodeInfo, ignores: (name: string) => boolean): Verdict | undefined {
  const r = pod.requests;
  let short = node.pods.size + 1 > node.maxPods ? PODS : 0;
  if (r.milliCpu > 0 && r.milliCpu > node.milliCpu - node.usedMilliCpu) short |= r.milliCpu > node.milliCpu ? CPU | HOPELESS : CPU;
  if (r.memory > 0 && r.memory > node.memory - node.usedMemory) short |= r.memory > node.memory ? MEMORY | HOPELESS : MEMORY;
  if (r.ephemeral > 0 && r.ephemeral > node.ephemeral - node.usedEphemeral) short |= r.ephemeral > node.ephemeral ? EPHEMERAL | HOPELESS : EPHEMERAL;
  let scalar: string[] | undefined;
  if (r.scalar) {
    for (const [name, wanted] of r.scalar) {
      if (wanted === 0 || ignores(name)) continue;
      const has = node.scalar.get(name) ?? 0;
      if (wanted <= has - (node.usedScalar.get(name) ?? 0)) continue;
      (scalar ??= []).push(`Insufficient ${name}`);
      if (wanted > has) short |= HOPELESS;
    }
  }
  if (scalar) return verdictOf(short, scalar);
  return short === 0 ? undefined : COMMON[short];
}

function emptyNode(node: KubeObject): NodeInfo {
  const info = new NodeInfo(node.metadata.name!);
  info.setNode(node);
  return info;
}

/** Whether the node has more of something that the pod asks for. */
function hasGrown(pod: PodInfo, e: ClusterEvent): boolean {
  const before = emptyNode(e.old!);
  const now = emptyNode(e.now!);
  const r = pod.requests;
  if (now.maxPods > before.maxPods) return true;
  if (r.milliCpu > 0 && now.milliCpu > before.milliCpu) return true;
  if (r.memory > 0 && now.memory > before.memory) return true;
  if (r.ephemeral > 0 && now.ephemeral > before.ephemeral) return true;
  for (const [name, v] of r.scalar ?? []) if (v > 0 && (now.scalar.get(name) ?? 0) > (before.scalar.get(name) ?? 0)) return true;
  return false;
}

/** Whether a pod on a node was scaled down in something that the waiting pod asks for. */
function freesSomething(pod: PodInfo, e: ClusterEvent): boolean {
  const before = podRequests(e.old!);
  const now = podRequests(e.now!);
  const r = pod.requests;
  if (r.milliCpu > 0 && now.milliCpu < before.milliCpu) return true;
  if (r.memory > 0 && now.memory < before.memory) return true;
  if (r.ephemeral > 0 && now.ephemeral < before.ephemeral) return true;
  for (const [name, v] of r.scalar ?? []) if (v > 0 && (now.scalar?.get(name) ?? 0) < (before.scalar?.get(name) ?? 0)) return true;
  return false;
}
