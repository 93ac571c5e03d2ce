import type { KubeObject } from '../../api/meta/object';

/** A condition on an object: the values a jq expression yields, compared as KWOK's selectors do. */
export interface StageExpression {
  /** Such as `.status.phase`, `.metadata.ownerReferences.[].kind` or `.status.conditions.[] | select( .type == "Ready" ) | .status`. */
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: readonly string[];
}

export interface StageSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchAnnotations?: Readonly<Record<string, string>>;
  matchExpressions?: readonly StageExpression[];
}

/** Functions that a stage's templates call beside the general ones, by name; bound to one object. */
export type StageFunctions = Readonly<Record<string, (...args: unknown[]) => unknown>>;

export interface StagePatch {
  subresource?: string;
  type: 'strategic' | 'merge' | 'json';
  /** The patch for an object. @throws Error when its template fails */
  body(o: KubeObject, functions: StageFunctions): unknown;
}

/** One thing after the other that happens when a stage's time has come; after a deletion only events follow. */
export interface StageStep {
  event?: { type: 'Normal' | 'Warning'; reason: string; message: string };
  finalizers?: { add?: readonly string[]; remove?: readonly string[]; empty?: boolean };
  delete?: boolean;
  patch?: StagePatch;
}

/** What happens when a stage's time has come. */
export interface StageNext {
  /** Something that the node agent does itself; see the default stages. */
  action?: string;
  steps?: readonly StageStep[];
}

/** A number that an object may set itself; undefined when it leaves that to others. Durations are in milliseconds from `now`, epoch milliseconds. */
export type StageNumber = number | ((o: KubeObject, now: number) => number | undefined);

/** A step in the life of simulated objects, in the manner of KWOK: which objects, after how long, what then. */
export interface Stage {
  name: string;
  kind: 'Pod' | 'Node';
  selector: StageSelector;
  /** Among several stages that an object matches one is drawn by weight; with none weighted, all are equal. */
  weight?: StageNumber;
  /** Milliseconds to wait; with `jitterMs`, some time between the two. */
  delay?: { ms: StageNumber; jitterMs?: StageNumber };
  next: StageNext;
}
