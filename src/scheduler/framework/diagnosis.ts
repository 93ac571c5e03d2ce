import type { NodeInfo } from '../cache/node-info';
import type { Verdict } from './verdict';

/** Why a pod found no node. */
export class Diagnosis {
  private readonly nodes: NodeInfo[] = [];
  private readonly verdicts: Verdict[] = [];
  private byNode: Map<NodeInfo, Verdict> | undefined;
  /** Holds for the nodes without a verdict of their own. */
  absent: Verdict = { code: 'unresolvable', reasons: [] };
  /** Plugins that refused the pod; their requeueOn decides when it is tried again. */
  readonly refusedBy = new Set<string>();
  /** Plugins that wait for something to be done for the pod. */
  readonly pendingOn = new Set<string>();
  preFilterMessage = '';
  postFilterMessage = '';

  constructor(readonly nodeCount: number) {}

  /** Notes why a node did not do; once a node. */
  note(node: NodeInfo, v: Verdict): void {
    this.nodes.push(node);
    this.verdicts.push(v);
    this.byNode = undefined;
  }

  verdictOf(node: NodeInfo): Verdict {
    this.byNode ??= new Map(this.nodes.map((n, i) => [n, this.verdicts[i]!]));
    return this.byNode.get(node) ?? this.absent;
  }

  /** Those of all nodes that were refused in a way that taking pods away may change. */
  resolvable(all: readonly NodeInfo[]): NodeInfo[] {
    if (this.absent.code === 'unschedulable') return all.filter((n) => this.verdictOf(n).code === 'unschedulable');
    return this.nodes.filter((_, i) => this.verdicts[i]!.code === 'unschedulable');
  }

  refuse(plugin: string, v: Verdict): void {
    (v.code === 'pending' ? this.pendingOn : this.refusedBy).add(plugin);
  }

  /** The sentence of the event and condition: "0/3 nodes are available: 2 Insufficient cpu, …" (FitError.Error upstream). */
  message(): string {
    let text = `0/${this.nodeCount} nodes are available:`;
    if (this.preFilterMessage) text += ` ${this.preFilterMessage}.`;
    else {
      const reasons = this.histogram();
      if (reasons.length) text += ` ${reasons.join(', ')}.`;
    }
    return this.postFilterMessage ? `${text} ${this.postFilterMessage}` : text;
  }

  private histogram(): string[] {
    // Most nodes are refused with one and the same verdict.
    const same = new Map<Verdict, number>();
    for (const v of this.verdicts) same.set(v, (same.get(v) ?? 0) + 1);
    const counts = new Map<string, number>();
    const count = (reason: string, n: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + n);
    for (const [v, n] of same) for (const r of v.reasons) count(r, n);
    const rest = this.nodeCount - this.verdicts.length;
    if (rest > 0) for (const r of this.absent.reasons) count(r, rest);
    return [...counts].map(([reason, n]) => `${n} ${reason}`).sort();
  }
}
