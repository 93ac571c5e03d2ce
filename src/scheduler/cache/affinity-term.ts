import type { LabelSelector, LabelSelectorSpec } from '../../api/selectors/label-selector';
import { EVERYTHING, NOTHING, formatRequirements, selectorFrom } from '../../api/selectors/label-selector';

/** A compiled v1.PodAffinityTerm. Terms with the same key mean the same. */
export interface AffinityTerm {
  readonly key: string;
  readonly topologyKey: string;
  readonly selector: LabelSelector;
  readonly namespaces: ReadonlySet<string>;
  /** Matches no namespace when the term has no namespaceSelector. */
  readonly namespaceSelector: LabelSelector;
}

export interface WeightedTerm {
  readonly term: AffinityTerm;
  readonly weight: number;
}

interface TermSpec {
  labelSelector?: LabelSelectorSpec;
  topologyKey: string;
  namespaces?: string[];
  namespaceSelector?: LabelSelectorSpec;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

/** Compiles a term of a pod in `namespace`, which is meant when the term names none. The server has merged matchLabelKeys into the selector. */
export function affinityTerm(spec: TermSpec, namespace: string): AffinityTerm {
  const selector = spec.labelSelector ? selectorFrom(spec.labelSelector) : NOTHING;
  const names = spec.namespaces?.length || spec.namespaceSelector ? (spec.namespaces ?? []) : [namespace];
  const namespaceSelector = spec.namespaceSelector ? selectorFrom(spec.namespaceSelector) : NOTHING;
  const key = [spec.topologyKey, [...names].sort().join(','), selectorKey(namespaceSelector), selectorKey(selector)].join('\n');
  return { key, topologyKey: spec.topologyKey, selector, namespaces: new Set(names), namespaceSelector };
}

/** Whether a pod with these labels in this namespace is meant; `namespaceLabels` are those of the namespace, as far as known. */
export function termMatches(
  t: AffinityTerm,
  namespace: string,
  labels: Readonly<Record<string, string>> | undefined,
  namespaceLabels: Readonly<Record<string, string>> | undefined,
): boolean {
  if (!t.namespaces.has(namespace) && !t.namespaceSelector.matches(namespaceLabels)) return false;
  return t.selector.matches(labels);
}

/** A text that is the same for selectors that select the same way. */
export function selectorKey(s: LabelSelector): string {
  return s.nothing ? '!' : s === EVERYTHING ? '*' : formatRequirements(s);
}
