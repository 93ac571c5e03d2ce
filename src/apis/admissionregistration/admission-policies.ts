import { required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn } from '../shared/columns';
import { validateConditions } from '../shared/conditions';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import type { Raw } from '../shared/raw';
import { resetMetadataForStatus } from '../shared/status';
import { ALL_VERBS, RESETS_STATUS, viewOf } from '../shared/verbs';
import { paramKindCell } from './param-validation';
import { validateMutatingPolicy, validateValidatingPolicy } from './policy-validation';
import { defaultMatching } from './rule-validation';
import { staticNameWarnings } from './webhook-configurations';
import { CHANGE_PLAIN, WHOLE_PLAIN } from '../shared/metadata-rules';

const GROUP = 'admissionregistration.k8s.io';

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  spec.failurePolicy ??= 'Fail';
  defaultMatching(spec.matchConstraints);
}

const common: Strategy = {
  metadata: WHOLE_PLAIN,
  default: setDefaults,
  prepareForCreate: (_c, o) => bumpGeneration(o, undefined),
  prepareForUpdate: (_c, o, old) => bumpGeneration(o, old, !semanticEqual(o.spec, old.spec)),
  warnings: (_c, o) => staticNameWarnings(o),
  allowUnconditionalUpdate: false,
};

function validateStatus(o: KubeObject): FieldError[] {
  const warnings = (o.status?.typeChecking?.expressionWarnings ?? []) as { warning?: string; fieldRef?: string }[];
  const errors = warnings.flatMap(({ warning, fieldRef }, i) => {
    const path = `status.typeChecking.expressionWarnings[${i}]`;
    return [...(warning ? [] : [required(`${path}.warning`)]), ...(fieldRef?.trim() ? [] : [required(`${path}.fieldRef`)])];
  });
  return [...errors, ...validateConditions(o.status?.conditions, 'status.conditions')];
}

export const mutatingAdmissionPolicy: ResourceDefinition = {
  gvk: { group: GROUP, version: 'v1', kind: 'MutatingAdmissionPolicy' },
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy',
  // Newly stable: stored so that the release before can read it.
  storageVersion: 'v1beta1',
  strategy: { ...common, validate: (_c, o, old) => validateMutatingPolicy(o, old) },
  columns: [
    nameColumn,
    { name: 'Mutations', type: 'integer', cell: (o) => ((o.spec?.mutations ?? []) as unknown[]).length },
    { name: 'ParamKind', type: 'string', cell: paramKindCell },
    ageColumn,
  ],
};

export const validatingAdmissionPolicy: ResourceDefinition = {
  gvk: { group: GROUP, version: 'v1', kind: 'ValidatingAdmissionPolicy' },
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
  strategy: {
    ...common,
    prepareForCreate(_c, o) {
      o.status = {};
      bumpGeneration(o, undefined);
    },
    prepareForUpdate(_c, o, old) {
      o.status = old.status;
      bumpGeneration(o, old, !semanticEqual(o.spec, old.spec));
    },
    validate: (_c, o, old) => validateValidatingPolicy(o, old),
    resetFields: RESETS_STATUS,
  },
  columns: [
    nameColumn,
    { name: 'Validations', type: 'integer', cell: (o) => ((o.spec?.validations ?? []) as unknown[]).length },
    { name: 'ParamKind', type: 'string', cell: paramKindCell },
    ageColumn,
  ],
  subresources: {
    status: viewOf({
      metadata: CHANGE_PLAIN,
      default: setDefaults,
      prepareForUpdate(_c, o, old) {
        o.spec = old.spec;
        resetMetadataForStatus(o, old);
      },
      validate: (_c, o) => validateStatus(o),
      allowUnconditionalUpdate: false,
      resetFields: [['metadata'], ['spec']],
    }),
  },
};
