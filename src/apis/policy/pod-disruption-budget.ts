import { invalidValue, notSupported, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { validateConditions } from '../shared/conditions';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { validateAtMost100Percent, validateIntOrPercent } from '../shared/int-or-percent';
import { selectorHasInvalidValue, validateLabelSelector } from '../shared/labels';
import { ALL_VERBS, VIEW_VERBS } from '../shared/verbs';
import { GENERIC } from '../shared/metadata-rules';

const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'];

/** The status before the disruption controller has seen the budget: its counts are always written. */
function emptyStatus(): object {
  return { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
}

function validateSpec(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec ?? {};
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(invalidValue('spec', shownSpec(spec), 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable']) {
    const value = spec[field];
    if (value === undefined) continue;
    errors.push(...validateIntOrPercent(value, `spec.${field}`), ...validateAtMost100Percent(value, `spec.${field}`));
  }
  const allowInvalidValues = selectorHasInvalidValue(old?.spec?.selector);
  errors.push(...validateLabelSelector(spec.selector, 'spec.selector', { allowInvalidValues }));
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && policy !== 'AlwaysAllow' && policy !== 'IfHealthyBudget') {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget']));
  }
  return errors;
}

/** The spec under the names of upstream's internal type, as its message prints it. */
function shownSpec(spec: Record<string, unknown>): object {
  return {
    MinAvailable: spec.minAvailable ?? null,
    Selector: spec.selector ?? null,
    MaxUnavailable: spec.maxUnavailable ?? null,
    UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
  };
}

function validateStatus(o: KubeObject): FieldError[] {
  const status = o.status ?? {};
  const errors = validateConditions(status.conditions, 'status.conditions');
  for (const field of COUNTS) {
    const n = status[field] ?? 0;
    if (n < 0) errors.push(invalidValue(`status.${field}`, n, 'must be greater than or equal to 0'));
  }
  return errors;
}

export const podDisruptionBudget: ResourceDefinition = {
  gvk: { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget' },
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.policy.v1.PodDisruptionBudget',
  strategy: {
    metadata: GENERIC,
    prepareForCreate: (_c, o) => {
      o.status = emptyStatus();
      bumpGeneration(o, undefined);
    },
    prepareForUpdate: (_c, o, old) => {
      o.status = old.status;
      if (!semanticEqual(o.spec, old.spec)) bumpGeneration(o, old);
    },
    validate: (_c, o, old) => validateSpec(o, old),
    allowUnconditionalUpdate: false,
    resetFields: [['status']],
  },
  columns: [
    nameColumn,
    { name: 'Min Available', type: 'string', cell: (o) => String(o.spec?.minAvailable ?? 'N/A') },
    { name: 'Max Unavailable', type: 'string', cell: (o) => String(o.spec?.maxUnavailable ?? 'N/A') },
    { name: 'Allowed Disruptions', type: 'integer', cell: (o) => o.status?.disruptionsAllowed ?? 0 },
    ageColumn,
  ],
  subresources: {
    status: {
      type: 'update',
      verbs: VIEW_VERBS,
      strategy: {
        metadata: GENERIC,
        prepareForUpdate: (_c, o, old) => {
          o.spec = old.spec;
        },
        validate: (_c, o) => validateStatus(o),
        allowUnconditionalUpdate: false,
        resetFields: [['spec']],
      },
    },
  },
};
