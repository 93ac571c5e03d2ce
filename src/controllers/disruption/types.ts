import type { KubeObject } from '../../api/meta/object';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import type { Condition } from '../shared/types';

export interface PodDisruptionBudgetStatus {
  observedGeneration?: number;
  disruptedPods?: Record<string, string>;
  disruptionsAllowed: number;
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
  conditions?: Condition[];
}

export interface PodDisruptionBudget extends KubeObject {
  spec: { minAvailable?: number | string; maxUnavailable?: number | string; selector?: LabelSelectorSpec };
  status: PodDisruptionBudgetStatus;
}
