import { parseLabelSelectorText } from './label-parser';

export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** metav1.LabelSelector as JSON. */
export interface LabelSelectorSpec {
  matchLabels?: Record<string, string>;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** A compiled label selector. `empty` ones match everything, `nothing` ones match nothing. */
export class LabelSelector {
  constructor(
    readonly requirements: readonly Requirement[],
    readonly nothing = false,
  ) {}

  get empty(): boolean {
    return this.requirements.length === 0 && !this.nothing;
  }

  /** Whether an object with these labels is selected. */
  matches(labels: Readonly<Record<string, string>> | undefined): boolean {
    if (this.nothing) return false;
    for (const r of this.requirements) if (!satisfies(r, labels)) return false;
    return true;
  }
}

function satisfies(r: Requirement, labels: Readonly<Record<string, string>> | undefined): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, r.key) ? labels[r.key] : undefined;
  switch (r.operator) {
    case 'In':
      return value !== undefined && r.values.includes(value);
    case 'NotIn':
      return value === undefined || !r.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
      const a = BigInt(value.replace('+', ''));
      const b = BigInt(r.values[0]!.replace('+', ''));
      return r.operator === 'Gt' ? a > b : a < b;
    }
  }
}

export const EVERYTHING = new LabelSelector([]);
export const NOTHING = new LabelSelector([], true);

/**
 * Parses the text form ("a=b,c in (d,e),!f"); '' selects everything.
 * @throws Error with labels.Parse's words when the text cannot be understood
 */
export function parseLabelSelector(text: string): LabelSelector {
  return text === '' ? EVERYTHING : new LabelSelector(parseLabelSelectorText(text));
}

/**
 * Compiles a metav1.LabelSelector: undefined selects nothing, an empty one everything (LabelSelectorAsSelector).
 * @throws Error for an operator that does not exist
 */
export function selectorFrom(spec: LabelSelectorSpec | undefined): LabelSelector {
  if (!spec) return NOTHING;
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(spec.matchLabels ?? {})) requirements.push({ key, operator: 'In', values: [value] });
  for (const e of spec.matchExpressions ?? []) {
    if (e.operator !== 'In' && e.operator !== 'NotIn' && e.operator !== 'Exists' && e.operator !== 'DoesNotExist') {
      throw new Error(`"${e.operator}" is not a valid label selector operator`);
    }
    requirements.push({ key: e.key, operator: e.operator, values: e.values ?? [] });
  }
  return requirements.length ? new LabelSelector(requirements) : EVERYTHING;
}

/** A selector for exactly these labels (a Service's spec.selector); undefined or empty selects nothing. */
export function selectorFromSet(labels: Readonly<Record<string, string>> | undefined): LabelSelector {
  const entries = Object.entries(labels ?? {});
  return entries.length ? new LabelSelector(entries.map(([key, v]) => ({ key, operator: 'In' as const, values: [v] }))) : NOTHING;
}

/** The text form of a metav1.LabelSelector as Kubernetes prints it: keys sorted, "a=b,c in (d,e)"; nothing selected: '<none>' handled by callers ('' here). */
export function formatSelector(spec: LabelSelectorSpec | undefined): string {
  return formatRequirements(selectorFrom(spec));
}

/** Text of a compiled selector, sorted by key as labels.Selector.String does. */
export function formatRequirements(selector: LabelSelector): string {
  const parts = [...selector.requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return parts.map(formatRequirement).join(',');
}

function formatRequirement(r: Requirement): string {
  const sorted = [...r.values].sort();
  switch (r.operator) {
    case 'In':
      return r.values.length === 1 ? `${r.key}=${r.values[0]}` : `${r.key} in (${sorted.join(',')})`;
    case 'NotIn':
      return r.values.length === 1 ? `${r.key}!=${r.values[0]}` : `${r.key} notin (${sorted.join(',')})`;
    case 'Exists':
      return r.key;
    case 'DoesNotExist':
      return `!${r.key}`;
    case 'Gt':
      return `${r.key}>${r.values[0]}`;
    case 'Lt':
      return `${r.key}<${r.values[0]}`;
  }
}
