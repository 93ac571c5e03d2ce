import type { NodeInfo } from './node-info';

/** How many nodes have each value of a label; kept for the labels asked for. */
export class TopologyDomains {
  private readonly byKey = new Map<string, { values: Map<string, number>; nodes: number }>();

  constructor(private readonly list: () => readonly NodeInfo[]) {}

  /** Nodes by value of a label, and how many nodes have the label at all. Live. */
  of(key: string): { readonly values: ReadonlyMap<string, number>; readonly nodes: number } {
    let d = this.byKey.get(key);
    if (!d) {
      d = { values: new Map(), nodes: 0 };
      for (const n of this.list()) count(d, n.labels[key], 1);
      this.byKey.set(key, d);
    }
    return d;
  }

  /** A node has come (`before` undefined) or has other labels now. */
  relabelled(node: NodeInfo, before: Readonly<Record<string, string>> | undefined): void {
    for (const [key, d] of this.byKey) {
      count(d, before?.[key], -1);
      count(d, node.labels[key], 1);
    }
  }

  /** A node that had these labels is gone. */
  removed(labels: Readonly<Record<string, string>>): void {
    for (const [key, d] of this.byKey) count(d, labels[key], -1);
  }
}

function count(d: { values: Map<string, number>; nodes: number }, value: string | undefined, n: number): void {
  if (value === undefined) return;
  d.nodes += n;
  const sum = (d.values.get(value) ?? 0) + n;
  if (sum === 0) d.values.delete(value);
  else d.values.set(value, sum);
}
