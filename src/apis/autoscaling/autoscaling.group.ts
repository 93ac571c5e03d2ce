import type { ApiGroup } from '../../apiserver/registry/strategy';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler';
import { horizontalPodAutoscalerV1 } from './horizontal-pod-autoscaler-v1';

/** autoscaling: autoscalers, stored as v2. */
export const autoscalingGroup: ApiGroup = { name: 'autoscaling', versions: ['v2', 'v1'], resources: [horizontalPodAutoscaler, horizontalPodAutoscalerV1] };
