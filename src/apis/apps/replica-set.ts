import { invalidValue, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn, templateColumns } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { defaultPodTemplate } from '../shared/pod-defaults';
import { dropDisabledTemplateFields } from '../shared/pod-disabled-fields';
import { validatePodTemplate } from '../shared/pod-template-validation';
import { podTemplateWarnings } from '../shared/pod-warnings';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';
import { statusCount, validateNonNegative, validateStatusCounts } from './counts';
import { checkSelector, selectorCell, selectorText, shownSelector, validateTemplateLabels } from './selector';
import { hostNameWarnings, templateOf, validateEndlessPods } from './template';

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  spec.replicas ??= 1;
  defaultPodTemplate((spec.template ??= {}) as Raw);
}

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  const errors = [...validateNonNegative(spec.replicas, 'spec.replicas'), ...validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds')];
  const { errors: selectorErrors, compiled } = checkSelector(spec.selector, 'deployment'); // upstream's word
  errors.push(...selectorErrors);
  if (!compiled) errors.push(invalidValue('spec.selector', shownSelector(spec.selector), 'invalid label selector'));
  else {
    errors.push(...validateTemplateLabels(spec.template, compiled));
    errors.push(...validatePodTemplate(spec.template, 'spec.template'));
    errors.push(...validateEndlessPods(spec.template, 'ReplicaSet'));
  }
  if (old && !semanticEqual(spec.selector, old.spec?.selector)) errors.push(invalidValue('spec.selector', shownSelector(spec.selector), 'field is immutable'));
  return errors;
}

function warnings(o: KubeObject, old?: KubeObject): string[] {
  if (old && o.metadata.generation === old.metadata.generation) return [];
  return [...(old ? [] : hostNameWarnings(o)), ...podTemplateWarnings(o.spec.template as Raw, 'spec.template', templateOf(old))];
}

const strategy: Strategy = {
  default: setDefaults,
  prepareForCreate(_c, o) {
    o.status = { replicas: 0 };
    bumpGeneration(o, undefined);
    dropDisabledTemplateFields(o.spec.template as Raw, undefined);
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    dropDisabledTemplateFields(o.spec.template as Raw, templateOf(old));
    bumpGeneration(o, old, !semanticEqual(o.spec, old.spec));
  },
  validate: (_c, o, old) => validate(o, old),
  warnings: (_c, o, old) => warnings(o, old),
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate: (_c, o, old) =>
    validateStatusCounts(o, old!, {
      fields: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'],
      atMostReplicas: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
      readyName: 'readyReplicas',
    }),
  resetFields: RESETS_SPEC,
};

export const replicaSet: ResourceDefinition = {
  gvk: { group: 'apps', version: 'v1', kind: 'ReplicaSet' },
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.apps.v1.ReplicaSet',
  strategy,
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: (o) => (o.spec?.replicas as number | undefined) ?? 0 },
    { name: 'Current', type: 'integer', cell: statusCount('replicas') },
    { name: 'Ready', type: 'integer', cell: statusCount('readyReplicas') },
    ageColumn,
    ...templateColumns(templateOf),
    { name: 'Selector', type: 'string', priority: 1, cell: selectorCell },
  ],
  subresources: {
    scale: {
      type: 'scale',
      replicas: (o) => (o.spec?.replicas as number | undefined) ?? 0,
      statusReplicas: statusCount('replicas'),
      selector: selectorText,
      setReplicas(o, n) {
        o.spec.replicas = n;
      },
    },
    status: viewOf(statusStrategy),
  },
};
