import type { KubeObject } from '../../api/meta/object';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import { LabelSelector, NOTHING, selectorFrom } from '../../api/selectors/label-selector';
import type { ClusterCache } from '../cache/cluster-cache';
import type { NodeInfo } from '../cache/node-info';
import type { RequiredNodeAffinity } from '../../api/selectors/node-selector';
import type { Tally } from '../cache/tally';
import type { Toleration } from '../../api/selectors/tolerations';
import { untolerated } from '../../api/selectors/tolerations';

/** v1.TopologySpreadConstraint as JSON. */
export interface ConstraintSpec {
  maxSkew: number;
  topologyKey: string;
  whenUnsatisfiable: string;
  labelSelector?: LabelSelectorSpec;
  minDomains?: number;
  nodeAffinityPolicy?: string;
  nodeTaintsPolicy?: string;
  matchLabelKeys?: string[];
}

export interface Constraint {
  maxSkew: number;
  topologyKey: string;
  selector: LabelSelector;
  minDomains: number;
  honorsAffinity: boolean;
  honorsTaints: boolean;
}

/** The constraints of one kind (DoNotSchedule or ScheduleAnyway), compiled; `selector` takes the place of their own. */
export function compileConstraints(specs: readonly ConstraintSpec[], kind: string, pod: KubeObject, selector?: LabelSelector): Constraint[] {
  return specs
    .filter((s) => s.whenUnsatisfiable === kind)
    .map((s) => ({
      maxSkew: s.maxSkew,
      topologyKey: s.topologyKey,
      selector: selector ?? selectorWithKeys(s, pod),
      minDomains: s.minDomains ?? 1,
      honorsAffinity: s.nodeAffinityPolicy !== 'Ignore',
      honorsTaints: s.nodeTaintsPolicy === 'Honor',
    }));
}

/** The constraint's selector, narrowed to pods that have the same values of matchLabelKeys. */
function selectorWithKeys(s: ConstraintSpec, pod: KubeObject): LabelSelector {
  const selector = selectorFrom(s.labelSelector);
  const labels = pod.metadata.labels ?? {};
  const same = (s.matchLabelKeys ?? []).filter((k) => k in labels).map((key) => ({ key, operator: 'In' as const, values: [labels[key]!] }));
  return same.length && !selector.nothing ? new LabelSelector([...same, ...selector.requirements]) : selector;
}

/** Pods that a constraint counts, per node and topology value. A selector for everything counts nothing, as upstream. */
export function tallyFor(cache: ClusterCache, c: Constraint, namespace: string): Tally {
  return cache.topology.count({ namespaces: new Set([namespace]), selectors: [c.selector.empty ? NOTHING : c.selector], terminating: false });
}

/** Whether every node counts for every constraint, so that the sums the cache keeps can be taken as they are. */
export function allNodesCount(cache: ClusterCache, constraints: readonly Constraint[], affinity: RequiredNodeAffinity | undefined, keysRequired: boolean): boolean {
  const nodes = cache.list().length;
  return constraints.every((c) => !(c.honorsAffinity && affinity) && !c.honorsTaints && (!keysRequired || cache.domains.of(c.topologyKey).nodes === nodes));
}

/** Whether a node counts for a constraint of a pod: by its node affinity and by the node's taints. */
export function nodeCounts(c: Constraint, node: NodeInfo, affinity: RequiredNodeAffinity | undefined, tolerations: readonly Toleration[] | undefined): boolean {
  if (c.honorsAffinity && affinity && !affinity.matches(node)) return false;
  return !c.honorsTaints || !untolerated(node.hardTaints, tolerations);
}

export function hasAllKeys(node: { labels: Readonly<Record<string, string>> }, constraints: readonly Constraint[]): boolean {
  for (const c of constraints) if (node.labels[c.topologyKey] === undefined) return false;
  return true;
}
