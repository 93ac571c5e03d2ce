import type { KubeObject } from '../../api/meta/object';
import { isBestEffort } from '../../api/quota/pod-resources';
import { RequiredNodeAffinity } from '../../api/selectors/node-selector';
import type { Taint, Toleration } from '../../api/selectors/tolerations';
import { tolerates, untolerated } from '../../api/selectors/tolerations';
import type { ManagedNode } from '../node/managed-node';
import { isMirror } from '../static/mirror';
import type { Demand } from './demand';
import { amountsOf, demandOf } from './demand';

/** Why a node does not take a pod: v1.PodStatus reason and message. */
export interface Rejection {
  reason: string;
  message: string;
}

const OUT_OF: Readonly<Record<string, string>> = { cpu: 'OutOfcpu', memory: 'OutOfmemory', 'ephemeral-storage': 'OutOfephemeral-storage', pods: 'OutOfpods' };

const TOO_LITTLE_MEMORY: Taint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };

/** Pods with this priority or more run whatever the node lacks (scheduling.SystemCriticalPriority). */
const CRITICAL = 2_000_000_000;

/** What the pods of one node take together, and whether another one fits (lifecycle.predicateAdmitHandler of the kubelet). */
export class NodeAdmission {
  private readonly pods = new Map<string, Demand>();
  private readonly used = new Map<string, number>();
  private readonly waiting = new Set<() => void>();
  private known: { status: unknown; allocatable: Map<string, number> } | undefined;

  constructor(private readonly node: ManagedNode) {}

  /** Takes the pod in, or says why not; one that is in already stays. */
  admit(pod: KubeObject): Rejection | undefined {
    if (this.pods.has(pod.metadata.uid!)) return undefined;
    const demand = demandOf(pod);
    const rejection = this.underPressure(pod) ?? this.unfit(pod, demand);
    if (!rejection) this.add(pod, demand);
    return rejection;
  }

  /** Counts a pod that runs here already, whatever it takes; `spec`: what it was given, where a resize waits. */
  claim(pod: KubeObject, spec: KubeObject['spec']): void {
    if (!this.pods.has(pod.metadata.uid!)) this.add(pod, demandOf({ ...pod, spec }));
  }

  release(uid: string): void {
    if (this.subtract(uid)) this.freed();
  }

  /** What is allocatable, in the units of Demand; empty while the node does not say. */
  get allocatable(): ReadonlyMap<string, number> {
    const status = this.node.object['status'];
    if (this.known?.status !== status) this.known = { status, allocatable: amountsOf((status?.allocatable ?? {}) as Record<string, string>) };
    return this.known!.allocatable;
  }

  /** Counts a pod with the requests that it has now instead of those it came with; or says what there is too little of, and leaves it. */
  resize(pod: KubeObject): string | undefined {
    const uid = pod.metadata.uid!;
    const before = this.pods.get(uid);
    const demand = demandOf(pod);
    this.subtract(uid);
    const rejection = this.insufficient(demand);
    this.add(pod, (rejection ? before : undefined) ?? demand);
    return rejection?.message;
  }

  /** Calls `fn` whenever pods have left room; the result takes that back. */
  onFreed(fn: () => void): () => void {
    this.waiting.add(fn);
    return () => void this.waiting.delete(fn);
  }

  private subtract(uid: string): boolean {
    const demand = this.pods.get(uid);
    if (!demand) return false;
    this.pods.delete(uid);
    for (const [name, n] of demand.amounts) this.used.set(name, (this.used.get(name) ?? 0) - n);
    return true;
  }

  /** There may be more room than before. */
  freed(): void {
    for (const fn of [...this.waiting]) fn();
  }

  private add(pod: KubeObject, demand: Demand): void {
    this.pods.set(pod.metadata.uid!, demand);
    for (const [name, n] of demand.amounts) this.used.set(name, (this.used.get(name) ?? 0) + n);
  }

  /** Eviction manager's Admit: under memory pressure only pods with requests, or that tolerate it; under any other, none. */
  private underPressure(pod: KubeObject): Rejection | undefined {
    const conditions = this.node.pressures;
    if (!conditions.length || isCritical(pod)) return undefined;
    if (conditions.length === 1 && conditions[0] === 'MemoryPressure') {
      const tolerations = (pod['spec'].tolerations ?? []) as Toleration[];
      if (!isBestEffort(pod) || tolerations.some((t) => tolerates(t, TOO_LITTLE_MEMORY))) return undefined;
    }
    return { reason: 'Evicted', message: `The node had condition: [${conditions.join(' ')}]. ` };
  }

  private unfit(pod: KubeObject, demand: Demand): Rejection | undefined {
    const { object } = this.node;
    return (
      this.insufficient(demand) ??
      predicate('NodeAffinity', RequiredNodeAffinity.of(pod)?.matches({ name: this.node.name, labels: object.metadata.labels ?? {} }) === false, "node(s) didn't match Pod's node affinity/selector") ??
      predicate('NodePorts', demand.ports.some((p) => this.portTaken(p)), "node(s) didn't have free ports for the requested pod ports") ??
      predicate('TaintToleration', !isMirror(pod) && !this.tolerated(pod), "node(s) had taints that the pod didn't tolerate")
    );
  }

  private insufficient(demand: Demand): Rejection | undefined {
    const { allocatable } = this;
    if (!allocatable.size) return undefined;
    const short = (name: string, requested: number, used: number, capacity: number): Rejection => ({
      reason: OUT_OF[name] ?? `OutOf${name}`,
      message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
    });
    const most = allocatable.get('pods');
    if (most !== undefined && this.pods.size + 1 > most) return short('pods', 1, this.pods.size, most);
    for (const [name, requested] of demand.amounts) {
      const capacity = allocatable.get(name);
      // Resources that the node does not know are the cluster's own affair.
      if (requested <= 0 || (capacity === undefined && !(name in OUT_OF))) continue;
      const used = this.used.get(name) ?? 0;
      if (requested > (capacity ?? 0) - used) return short(name, requested, used, capacity ?? 0);
    }
    return undefined;
  }

  private portTaken(wanted: { ip: string; key: string }): boolean {
    for (const { ports } of this.pods.values()) {
      for (const p of ports) if (p.key === wanted.key && (p.ip === wanted.ip || p.ip === '0.0.0.0' || wanted.ip === '0.0.0.0')) return true;
    }
    return false;
  }

  /** Only taints that send pods away count: whoever names the node itself may ignore the others. */
  private tolerated(pod: KubeObject): boolean {
    const taints = ((this.node.object['spec']?.taints ?? []) as Taint[]).filter((t) => t.effect === 'NoExecute');
    return !taints.length || !untolerated(taints, pod['spec'].tolerations as Toleration[] | undefined);
  }
}

/** Whether the node keeps the pod whatever happens: static pods and those of system priority. */
export function isCritical(pod: KubeObject): boolean {
  return isMirror(pod) || ((pod['spec'].priority as number | undefined) ?? 0) >= CRITICAL;
}

function predicate(name: string, failed: boolean, why: string): Rejection | undefined {
  return failed ? { reason: name, message: `Predicate ${name} failed: ${why}` } : undefined;
}
