import type { KubeObject } from '../meta/object';
import type { Requirement } from './label-selector';
import { LabelSelector, selectorFromSet } from './label-selector';

interface RequirementSpec {
  key: string;
  operator: string;
  values?: string[];
}

export interface NodeSelectorTermSpec {
  matchExpressions?: RequirementSpec[];
  matchFields?: RequirementSpec[];
}

interface Term {
  labels: LabelSelector | undefined;
  fields: readonly RequirementSpec[];
}

/** Terms of a node selector, compiled; any of them has to hold. Empty terms and those with an unknown operator match nothing. */
export class NodeSelector {
  private readonly terms: readonly Term[];

  constructor(terms: readonly NodeSelectorTermSpec[]) {
    this.terms = terms.map(compile).filter((t) => t !== undefined);
  }

  matches(node: { readonly name: string; readonly labels: Readonly<Record<string, string>> }): boolean {
    for (const t of this.terms) {
      if (t.labels && !t.labels.matches(node.labels)) continue;
      if (t.fields.every((f) => fieldHolds(f, node.name))) return true;
    }
    return false;
  }
}

function compile(spec: NodeSelectorTermSpec): Term | undefined {
  const expressions = spec.matchExpressions ?? [];
  const fields = spec.matchFields ?? [];
  if (!expressions.length && !fields.length) return undefined;
  const known = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];
  if (expressions.some((e) => !known.includes(e.operator))) return undefined;
  if (fields.some((f) => f.operator !== 'In' && f.operator !== 'NotIn')) return undefined;
  const requirements = expressions.map((e): Requirement => ({ key: e.key, operator: e.operator as Requirement['operator'], values: e.values ?? [] }));
  return { labels: requirements.length ? new LabelSelector(requirements) : undefined, fields };
}

function fieldHolds(f: RequirementSpec, nodeName: string): boolean {
  if (f.key !== 'metadata.name') return f.operator === 'NotIn';
  return (f.values ?? []).includes(nodeName) === (f.operator === 'In');
}

/** What a pod's nodeSelector and required node affinity demand of a node; undefined when they demand nothing. */
export class RequiredNodeAffinity {
  private constructor(
    private readonly labels: LabelSelector | undefined,
    private readonly selector: NodeSelector | undefined,
  ) {}

  /** Of a pod, or of a template for pods. */
  static of(pod: KubeObject | { spec: object }): RequiredNodeAffinity | undefined {
    const spec = pod['spec'] as KubeObject['spec'];
    const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution as { nodeSelectorTerms: NodeSelectorTermSpec[] } | undefined;
    const hasLabels = spec.nodeSelector && Object.keys(spec.nodeSelector as object).length > 0;
    if (!required && !hasLabels) return undefined;
    return new RequiredNodeAffinity(
      hasLabels ? selectorFromSet(spec.nodeSelector as Record<string, string>) : undefined,
      required ? new NodeSelector(required.nodeSelectorTerms ?? []) : undefined,
    );
  }

  matches(node: { readonly name: string; readonly labels: Readonly<Record<string, string>> }): boolean {
    return (this.labels?.matches(node.labels) ?? true) && (this.selector?.matches(node) ?? true);
  }
}
