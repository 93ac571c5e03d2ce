import type { NodeInfo } from './node-info';

/** Nodes in the order in which they are tried: one of each zone in turn, so that the first ones found are spread (node_tree upstream). */
export function interleaveZones(nodes: Iterable<NodeInfo>): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const n of nodes) {
    if (!n.node) continue;
    const zone = zoneOf(n);
    const list = zones.get(zone);
    if (list) list.push(n);
    else zones.set(zone, [n]);
  }
  const lists = [...zones.values()];
  if (lists.length === 1) return lists[0]!;
  const out: NodeInfo[] = [];
  const most = Math.max(0, ...lists.map((l) => l.length));
  for (let i = 0; i < most; i++) for (const l of lists) if (i < l.length) out.push(l[i]!);
  return out;
}

/** Region and zone of a node as one text; '' when it names neither. */
export function zoneOf(n: NodeInfo): string {
  const l = n.labels;
  const region = l['topology.kubernetes.io/region'] ?? l['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = l['topology.kubernetes.io/zone'] ?? l['failure-domain.beta.kubernetes.io/zone'] ?? '';
  return region || zone ? `${region}:\0:${zone}` : '';
}
