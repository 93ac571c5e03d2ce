import type { NodeInfo } from './node-info';

/** Numbers per node, and summed per value of the node labels asked for; kept current one change at a time. */
export class Tally {
  readonly byNode = new Map<NodeInfo, number>();
  /** Changes with every change. */
  version = 0;
  private readonly byKey = new Map<string, Map<string, number>>();

  add(node: NodeInfo, n: number): void {
    this.version++;
    bump(this.byNode, node, n);
    for (const [key, values] of this.byKey) {
      const value = node.labels[key];
      if (value !== undefined) bump(values, value, n);
    }
  }

  /** Sums by value of a node label; values whose sum is 0 are absent. Live: it changes with the tally. */
  byValue(key: string): ReadonlyMap<string, number> {
    let values = this.byKey.get(key);
    if (!values) {
      values = new Map();
      for (const [node, n] of this.byNode) {
        const value = node.labels[key];
        if (value !== undefined) bump(values, value, n);
      }
      this.byKey.set(key, values);
    }
    return values;
  }

  /** To be called after a node's labels have changed. */
  relabelled(node: NodeInfo, before: Readonly<Record<string, string>>): void {
    const n = this.byNode.get(node);
    if (n === undefined) return;
    this.version++;
    for (const [key, values] of this.byKey) {
      const old = before[key];
      const now = node.labels[key];
      if (old === now) continue;
      if (old !== undefined) bump(values, old, -n);
      if (now !== undefined) bump(values, now, n);
    }
  }
}

function bump<K>(map: Map<K, number>, key: K, n: number): void {
  const sum = (map.get(key) ?? 0) + n;
  if (sum === 0) map.delete(key);
  else map.set(key, sum);
}
