import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler';
import { autoscalerFromV2, autoscalerToV2 } from './v1-conversion';

const { columns } = horizontalPodAutoscaler;

/** autoscaling/v1: another view on what is stored as v2. Only its defaults are its own. */
export const horizontalPodAutoscalerV1: ResourceDefinition = {
  ...horizontalPodAutoscaler,
  gvk: { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' },
  schema: 'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
  strategy: {
    default(o) {
      (o.spec ??= {}).minReplicas ??= 1;
    },
    resetFields: RESETS_STATUS,
  },
  columns: columns.map((c) => ({ ...c, cell: (o, now) => c.cell(autoscalerToV2(o), now) })),
  subresources: { status: viewOf({ resetFields: RESETS_SPEC }) },
  storedAs: { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers', toStored: autoscalerToV2, fromStored: autoscalerFromV2 },
};
