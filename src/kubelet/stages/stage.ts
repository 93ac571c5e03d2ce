import type { KubeObject } from '../../api/meta/object';

/** A condition on an object: the values a path yields, compared as KWOK's selectors do. */
export interface StageExpression {
  /** A path such as `.status.phase`, `.metadata.ownerReferences.[].kind` or `.status.conditions.[] | select( .type == "Ready" ) | .status`. */
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: readonly string[];
}

export interface StageSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchAnnotations?: Readonly<Record<string, string>>;
  matchExpressions?: readonly StageExpression[];
}

/** What happens when a stage's time has come. */
export interface StageNext {
  /** Something that the node agent does itself; see the default stages. */
  action?: string;
  /** Merged into the object's status; may be worked out from the object. */
  status?: Record<string, unknown> | ((o: KubeObject) => Record<string, unknown>);
  event?: { type: 'Normal' | 'Warning'; reason: string; message: string };
  finalizers?: { add?: readonly string[]; remove?: readonly string[]; empty?: boolean };
  delete?: boolean;
}

/** A step in the life of simulated objects, in the manner of KWOK: which objects, after how long, what then. */
export interface Stage {
  name: string;
  kind: 'Pod' | 'Node';
  selector: StageSelector;
  /** Among several stages that an object matches one is drawn by weight; with none weighted, all are equal. */
  weight?: number;
  /** Milliseconds to wait; with `jitterMs`, some time between the two. */
  delay?: { ms: number; jitterMs?: number };
  next: StageNext;
}
