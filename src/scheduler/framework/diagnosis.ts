import type { NodeInfo } from '../cache/node-info';
import type { Verdict } from './verdict';

/** Why a pod found no node. */
export class Diagnosis {
  readonly verdicts = new Map<NodeInfo, Verdict>();
  /** Holds for the nodes without a verdict of their own. */
  absent: Verdict = { code: 'unresolvable', reasons: [] };
  /** Plugins that refused the pod; their requeueOn decides when it is tried again. */
  readonly refusedBy = new Set<string>();
  /** Plugins that wait for something to be done for the pod. */
  readonly pendingOn = new Set<string>();
  preFilterMessage = '';
  postFilterMessage = '';

  constructor(readonly nodeCount: number) {}

  verdictOf(node: NodeInfo): Verdict {
    return this.verdicts.get(node) ?? this.absent;
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
    const counts = new Map<string, number>();
    const count = (reason: string, n: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + n);
    for (const v of this.verdicts.values()) for (const r of v.reasons) count(r, 1);
    const rest = this.nodeCount - this.verdicts.size;
    if (rest > 0) for (const r of this.absent.reasons) count(r, rest);
    return [...counts].map(([reason, n]) => `${n} ${reason}`).sort();
  }
}
