import { hasLabels } from './pod';
import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from './types';

/** Whether the pod's nodeSelector and required node affinity let it run on the node. */
export function fitsNode(spec: PodSpec, node: Node): boolean {
  if (spec.nodeSelector && !hasLabels(node.metadata.labels, spec.nodeSelector)) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return !terms || terms.some((t) => matchesTerm(t, node));
}

/** One term of a node selector; an empty one matches nothing. */
export function matchesTerm(t: NodeSelectorTerm, node: Node): boolean {
  if (!t.matchExpressions?.length && !t.matchFields?.length) return false;
  const labels = node.metadata.labels ?? {};
  return (
    (t.matchExpressions ?? []).every((r) => satisfies(r, labels[r.key])) &&
    (t.matchFields ?? []).every((r) => satisfies(r, r.key === 'metadata.name' ? node.metadata.name : undefined))
  );
}

function satisfies(r: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (r.operator) {
    case 'In':
      return value !== undefined && (r.values ?? []).includes(value);
    case 'NotIn':
      return value === undefined || !(r.values ?? []).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const bound = r.values?.[0];
      if (value === undefined || bound === undefined || !/^-?\d+$/.test(value) || !/^-?\d+$/.test(bound)) return false;
      return r.operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
    default:
      return false;
  }
}
