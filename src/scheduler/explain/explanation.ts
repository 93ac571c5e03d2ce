/** A plugin that keeps the pod off a node, or out of the queue. */
export interface Refusal {
  plugin: string;
  message: string;
}

/** What a plugin thinks of a node: `raw` is in a unit of its own, `normalized` from 0 to 100; the node's total is the sum of normalized × weight. */
export interface PluginScore {
  plugin: string;
  raw: number;
  normalized: number;
  weight: number;
}

export interface NodeExplanation {
  name: string;
  /** Empty when the pod fits. The scheduler stops at the first. */
  rejectedBy: Refusal[];
  /** For nodes that fit; plugins that have nothing to say for this pod are left out. */
  scores?: PluginScore[];
  total?: number;
}

/** How the nodes of a cluster compare for one pod, worked out anew from the cluster as it is. */
export interface PodExplanation {
  namespace: string;
  name: string;
  profile: string;
  /** Where the pod is; it is taken away from there before the nodes are compared. */
  node?: string;
  /** Why the pod may not be tried at all. */
  heldBackBy?: Refusal;
  /** Who refused the pod before nodes were looked at. */
  refusedBy?: Refusal;
  /** Nodes that fit, best first, then those that do not, by name. */
  nodes: NodeExplanation[];
  /** The best nodes: when they are several, chance decides. */
  best: string[];
}
