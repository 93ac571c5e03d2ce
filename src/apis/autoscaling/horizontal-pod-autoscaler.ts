import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { Column, ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { validateNonNegative } from '../apps/counts';
import { ageColumn, nameColumn } from '../shared/columns';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';
import { defaultBehavior, validateBehavior } from './behavior';
import { apiVersionProblem, validateMetrics, validateReference, type ReferenceOptions } from './metrics-validation';
import { targetsCell } from './targets-cell';

/** What is aimed at when nothing is said. */
export const DEFAULT_CPU_METRIC = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } };

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) spec.metrics = [structuredClone(DEFAULT_CPU_METRIC)];
  defaultBehavior(spec.behavior);
}

function targetOptions(spec: Raw, old: KubeObject | undefined): ReferenceOptions {
  const now = (spec.scaleTargetRef ?? {}) as Raw;
  const before = old?.spec?.scaleTargetRef as Raw | undefined;
  if (before && before.apiVersion === now.apiVersion && before.kind === now.kind) return { allowInvalid: true };
  return { allowEmptyGroup: now.kind === 'ReplicationController' };
}

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  const errors: FieldError[] = [];
  const min = spec.minReplicas as number | undefined;
  const max = (spec.maxReplicas ?? 0) as number;
  // scaling to zero is off by default, but who already does may go on
  const lowest = old?.spec?.minReplicas === 0 ? 0 : 1;
  if (min !== undefined && min < lowest) errors.push(invalidValue('spec.minReplicas', min, `must be greater than or equal to ${lowest}`));
  if (max === 0) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (max < 0) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to 1'));
  if (min !== undefined && max < min) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  errors.push(...validateReference(spec.scaleTargetRef ?? {}, 'spec.scaleTargetRef', targetOptions(spec, old)));
  const described: ReferenceOptions = { allowEmptyGroup: true };
  described.allowInvalid = ((old?.spec?.metrics ?? []) as Raw[]).some(
    (m) => m.type === 'Object' && m.object && apiVersionProblem(m.object.describedObject?.apiVersion ?? '', described) !== undefined,
  );
  errors.push(...validateMetrics(spec.metrics ?? [], min, described), ...validateBehavior(spec.behavior));
  return errors;
}

const strategy: Strategy = {
  default: setDefaults,
  prepareForCreate(_c, o) {
    o.status = { desiredReplicas: 0, currentMetrics: null };
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
  },
  validate: (_c, o, old) => validate(o, old),
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate: (_c, o) => ['currentReplicas', 'desiredReplicas'].flatMap((f) => validateNonNegative(o.status?.[f], `status.${f}`)),
  resetFields: RESETS_SPEC,
};

const columns: readonly Column[] = [
  nameColumn,
  { name: 'Reference', type: 'string', cell: (o) => `${o.spec?.scaleTargetRef?.kind ?? ''}/${o.spec?.scaleTargetRef?.name ?? ''}` },
  { name: 'Targets', type: 'string', cell: targetsCell },
  { name: 'MinPods', type: 'string', cell: (o) => (o.spec?.minReplicas === undefined ? '<unset>' : String(o.spec.minReplicas)) },
  { name: 'MaxPods', type: 'string', cell: (o) => o.spec?.maxReplicas ?? 0 },
  { name: 'Replicas', type: 'string', cell: (o) => o.status?.currentReplicas ?? 0 },
  ageColumn,
];

export const horizontalPodAutoscaler: ResourceDefinition = {
  gvk: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  strategy,
  columns,
  subresources: { status: viewOf(statusStrategy) },
};
