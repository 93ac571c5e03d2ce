import type { KubeObject } from '../../api/meta/object';
import type { LabelSelector } from '../../api/selectors/label-selector';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { PodInfo } from '../cache/pod-info';

/** What a PodDisruptionBudget still allows. */
export interface Budget {
  namespace: string;
  selector: LabelSelector;
  allowed: number;
  /** Pods whose eviction the server has already counted. */
  disrupted: ReadonlySet<string>;
}

export function budgetsOf(objects: readonly KubeObject[]): Budget[] {
  return objects
    .map((o) => ({
      namespace: o.metadata.namespace!,
      selector: selectorFrom(o['spec']?.selector as Parameters<typeof selectorFrom>[0]),
      allowed: (o['status']?.disruptionsAllowed as number | undefined) ?? 0,
      disrupted: new Set(Object.keys((o['status']?.disruptedPods as object | undefined) ?? {})),
    }))
    .filter((b) => !b.selector.empty && !b.selector.nothing);
}

/** Splits pods, keeping their order, into those that would exceed a budget when all before them go too, and the rest. */
export function violating(pods: readonly PodInfo[], budgets: readonly Budget[]): { violates: PodInfo[]; respects: PodInfo[] } {
  const left = budgets.map((b) => b.allowed);
  const violates: PodInfo[] = [];
  const respects: PodInfo[] = [];
  for (const p of pods) {
    let exceeds = false;
    if (p.labels && Object.keys(p.labels).length) {
      budgets.forEach((b, i) => {
        if (b.namespace !== p.namespace || !b.selector.matches(p.labels) || b.disrupted.has(p.name)) return;
        if (--left[i]! < 0) exceeds = true;
      });
    }
    (exceeds ? violates : respects).push(p);
  }
  return { violates, respects };
}
