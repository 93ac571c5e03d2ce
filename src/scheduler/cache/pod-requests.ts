import type { KubeObject } from '../../api/meta/object';
import { quantityMilliValue, quantityValue } from '../../api/quantity';

/** What a pod asks of a node: CPU in thousandths, the rest in whole units (bytes for memory and storage). */
export interface Requests {
  milliCpu: number;
  memory: number;
  ephemeral: number;
  /** Huge pages, attachable volumes and extended resources; absent when there are none. */
  scalar?: Map<string, number>;
  /** CPU and memory with 100m and 200 MiB for every container that names none: scoring uses them. */
  nonZeroMilliCpu: number;
  nonZeroMemory: number;
}

export const DEFAULT_MILLI_CPU = 100;
export const DEFAULT_MEMORY = 200 * 1024 * 1024;

type ResourceList = Record<string, string>;
interface Container {
  name: string;
  restartPolicy?: string;
  resources?: { requests?: ResourceList };
}
interface Status {
  name: string;
  resources?: { requests?: ResourceList };
  allocatedResources?: ResourceList;
}

/**
 * A pod's effective requests (resourcehelper.PodRequests): containers summed, at least what initialising takes at its widest, pod-level
 * requests in place of the sums, overhead on top. While a resize is carried out the larger of wanted and given counts.
 */
export function podRequests(pod: KubeObject): Requests {
  const spec = pod['spec'] as { containers: Container[]; initContainers?: Container[]; overhead?: ResourceList; resources?: { requests?: ResourceList } };
  const statuses = statusesOf(pod);
  const infeasible = statuses !== undefined && isInfeasible(pod);
  const sum = emptyRequests();
  for (const c of spec.containers) add(sum, containerRequests(c, statuses, infeasible), true);
  if (spec.initContainers) addInit(sum, spec.initContainers, statuses, infeasible);
  const podLevel = spec.resources?.requests;
  if (podLevel) overridePodLevel(sum, podLevel);
  if (spec.overhead) add(sum, spec.overhead, false);
  return sum;
}

export function emptyRequests(): Requests {
  return { milliCpu: 0, memory: 0, ephemeral: 0, nonZeroMilliCpu: 0, nonZeroMemory: 0 };
}

/** Whether a resource is counted by name: extended, huge pages, attachable volumes, or under kubernetes.io/. */
export function isScalarResource(name: string): boolean {
  return (name.includes('/') && !name.startsWith('requests.')) || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-');
}

/** Adds the amounts of a resource list to `to`; `defaults`: missing CPU and memory count with their defaults for scoring. */
function add(to: Requests, list: ResourceList | undefined, defaults: boolean): void {
  let cpu: number | undefined;
  let memory: number | undefined;
  for (const name in list) {
    const q = list[name]!;
    if (name === 'cpu') to.milliCpu += cpu = quantityMilliValue(q);
    else if (name === 'memory') to.memory += memory = quantityValue(q);
    else if (name === 'ephemeral-storage') to.ephemeral += quantityValue(q);
    else if (isScalarResource(name)) (to.scalar ??= new Map()).set(name, (to.scalar.get(name) ?? 0) + quantityValue(q));
  }
  to.nonZeroMilliCpu += cpu ?? (defaults ? DEFAULT_MILLI_CPU : 0);
  to.nonZeroMemory += memory ?? (defaults ? DEFAULT_MEMORY : 0);
}

function addAll(to: Requests, r: Requests): void {
  to.milliCpu += r.milliCpu;
  to.memory += r.memory;
  to.ephemeral += r.ephemeral;
  to.nonZeroMilliCpu += r.nonZeroMilliCpu;
  to.nonZeroMemory += r.nonZeroMemory;
  for (const [name, v] of r.scalar ?? []) (to.scalar ??= new Map()).set(name, (to.scalar.get(name) ?? 0) + v);
}

function widen(to: Requests, r: Requests): void {
  to.milliCpu = Math.max(to.milliCpu, r.milliCpu);
  to.memory = Math.max(to.memory, r.memory);
  to.ephemeral = Math.max(to.ephemeral, r.ephemeral);
  to.nonZeroMilliCpu = Math.max(to.nonZeroMilliCpu, r.nonZeroMilliCpu);
  to.nonZeroMemory = Math.max(to.nonZeroMemory, r.nonZeroMemory);
  for (const [name, v] of r.scalar ?? []) (to.scalar ??= new Map()).set(name, Math.max(to.scalar.get(name) ?? 0, v));
}

/** Init containers run one after the other beside the sidecars started before them; sidecars run on with the containers. */
function addInit(sum: Requests, containers: readonly Container[], statuses: Map<string, Status> | undefined, infeasible: boolean): void {
  const sidecars = emptyRequests();
  const widest = emptyRequests();
  for (const c of containers) {
    const own = emptyRequests();
    if (c.restartPolicy === 'Always') {
      add(own, containerRequests(c, statuses, infeasible), true);
      addAll(sum, own);
      addAll(sidecars, own);
      widen(widest, sidecars);
    } else {
      add(own, c.resources?.requests, true);
      addAll(own, sidecars);
      widen(widest, own);
    }
  }
  widen(sum, widest);
}

function overridePodLevel(sum: Requests, list: ResourceList): void {
  for (const [name, q] of Object.entries(list)) {
    if (name === 'cpu') sum.milliCpu = sum.nonZeroMilliCpu = quantityMilliValue(q);
    else if (name === 'memory') sum.memory = sum.nonZeroMemory = quantityValue(q);
    else if (name.startsWith('hugepages-')) (sum.scalar ??= new Map()).set(name, quantityValue(q));
  }
}

/** Container statuses that tell of resources, or undefined when none does: the usual case. */
function statusesOf(pod: KubeObject): Map<string, Status> | undefined {
  const status = pod['status'] as { containerStatuses?: Status[]; initContainerStatuses?: Status[] } | undefined;
  let map: Map<string, Status> | undefined;
  for (const list of [status?.containerStatuses, status?.initContainerStatuses]) {
    if (list) for (const s of list) if (s.resources) (map ??= new Map()).set(s.name, s);
  }
  return map;
}

function isInfeasible(pod: KubeObject): boolean {
  const conditions = (pod['status']?.conditions ?? []) as { type: string; reason?: string }[];
  return conditions.some((c) => c.type === 'PodResizePending' && c.reason === 'Infeasible');
}

function containerRequests(c: Container, statuses: Map<string, Status> | undefined, infeasible: boolean): ResourceList | undefined {
  const wanted = c.resources?.requests;
  const s = statuses?.get(c.name);
  if (!s) return wanted;
  const lists = infeasible ? [s.resources?.requests, s.allocatedResources] : [wanted, s.resources?.requests, s.allocatedResources];
  const most: ResourceList = {};
  for (const list of lists) {
    for (const [name, q] of Object.entries(list ?? {})) {
      const before = most[name];
      if (before === undefined || quantityMilliValue(q) > quantityMilliValue(before)) most[name] = q;
    }
  }
  return most;
}
