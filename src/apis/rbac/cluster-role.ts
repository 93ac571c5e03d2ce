import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition } from '../../apiserver/registry/strategy';
import { createdAtColumn, nameColumn } from '../shared/columns';
import { selectorHasInvalidValue, validateLabelSelector, type LabelSelectorSource } from '../shared/labels';
import { nameIsPathSegment } from '../shared/names';
import { ALL_VERBS } from '../shared/verbs';
import { validatePolicyRules } from './policy-rule';
import { RBAC_GROUP } from './role-ref';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

function selectorsOf(o: KubeObject | undefined): LabelSelectorSource[] {
  return o?.aggregationRule?.clusterRoleSelectors ?? [];
}

function validateAggregation(o: KubeObject, old: KubeObject | undefined): FieldError[] {
  if (!o.aggregationRule) return [];
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = selectorsOf(o);
  if (!selectors.length) return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  const allowInvalidValues = selectorsOf(old).some((s) => selectorHasInvalidValue(s));
  return selectors.flatMap((s, i) => {
    const errors = validateLabelSelector(s, `${path}[${i}]`, { allowInvalidValues });
    // the selector cannot be compiled either, and upstream prints the nil it got
    const compiles = allowInvalidValues ? validateLabelSelector(s, '').length === 0 : errors.length === 0;
    return compiles ? errors : [...errors, invalidValue(`${path}[${i}]`, null, 'invalid label selector.')];
  });
}

export const clusterRole: ResourceDefinition = {
  gvk: { group: RBAC_GROUP, version: 'v1', kind: 'ClusterRole' },
  plural: 'clusterroles',
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.rbac.v1.ClusterRole',
  strategy: {
    metadata: WHOLE_THEN_CHANGE,
    validateName: nameIsPathSegment,
    validate: (_c, o, old) => [...validatePolicyRules(o.rules, false), ...validateAggregation(o, old)],
    allowCreateOnUpdate: true,
  },
  columns: [nameColumn, createdAtColumn],
};
