import type { ApiGroup } from '../../apiserver/registry/strategy';
import { podDisruptionBudget } from './pod-disruption-budget';

/** policy: disruption budgets. */
export const policyGroup: ApiGroup = { name: 'policy', versions: ['v1'], resources: [podDisruptionBudget] };
