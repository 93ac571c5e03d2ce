import { forbiddenField, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, nameColumn, templateColumns } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { intOrPercentValue, validateAtMost100Percent, validateIntOrPercent } from '../shared/int-or-percent';
import { defaultPodTemplate } from '../shared/pod-defaults';
import { dropDisabledTemplateFields } from '../shared/pod-disabled-fields';
import { validatePodTemplate } from '../shared/pod-template-validation';
import { podTemplateWarnings } from '../shared/pod-warnings';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_STATUS, viewOf } from '../shared/verbs';
import { statusCount, validateNonNegative, validateStatusCounts } from './counts';
import { checkSelector, selectorText, shownSelector, validateTemplateLabels } from './selector';
import { hostNameWarnings, templateOf, validateEndlessPods } from './template';

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  spec.replicas ??= 1;
  const strategy = (spec.strategy ??= {}) as Raw;
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {}) as Raw;
    rolling.maxUnavailable ??= '25%';
    rolling.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  defaultPodTemplate(spec.template as Raw | undefined);
}

function validateStrategy(strategy: Raw): FieldError[] {
  const path = 'spec.strategy';
  const rolling = strategy.rollingUpdate as Raw | undefined;
  if (strategy.type === 'Recreate') {
    return rolling ? [forbiddenField(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")] : [];
  }
  if (strategy.type !== 'RollingUpdate') {
    const shown = { Type: strategy.type, RollingUpdate: rolling ? { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 } : null };
    return [notSupported(path, shown, ['Recreate', 'RollingUpdate'])];
  }
  if (!rolling) return [required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil')];
  const { maxUnavailable, maxSurge } = rolling;
  const at = `${path}.rollingUpdate`;
  const errors = [...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`), ...validateIntOrPercent(maxSurge, `${at}.maxSurge`)];
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    errors.push(invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  errors.push(...validateAtMost100Percent(maxUnavailable, `${at}.maxUnavailable`));
  return errors;
}

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  const errors = validateNonNegative(spec.replicas, 'spec.replicas');
  const { errors: selectorErrors, compiled } = checkSelector(spec.selector, 'deployment');
  errors.push(...selectorErrors);
  if (!compiled) errors.push(invalidValue('spec.selector', shownSelector(spec.selector), 'invalid label selector'));
  else {
    errors.push(...validateTemplateLabels(spec.template, compiled));
    errors.push(...validatePodTemplate(spec.template, 'spec.template'));
    errors.push(...validateEndlessPods(spec.template, 'ReplicaSet'));
  }
  errors.push(...validateStrategy(spec.strategy));
  errors.push(...validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'));
  errors.push(...validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'));
  const deadline = spec.progressDeadlineSeconds as number | undefined;
  if (deadline !== undefined) {
    errors.push(...validateNonNegative(deadline, 'spec.progressDeadlineSeconds'));
    if (deadline <= (spec.minReadySeconds ?? 0)) errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
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
    o.status = {};
    bumpGeneration(o, undefined);
    dropDisabledTemplateFields(o.spec.template as Raw, undefined);
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    dropDisabledTemplateFields(o.spec.template as Raw, templateOf(old));
    // annotations count as well: the controller copies them to replica sets
    bumpGeneration(o, old, !semanticEqual(o.spec, old.spec) || !semanticEqual(o.metadata.annotations, old.metadata.annotations));
  },
  validate: (_c, o, old) => validate(o, old),
  warnings: (_c, o, old) => warnings(o, old),
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
    if (old.metadata.labels) o.metadata.labels = old.metadata.labels;
    else delete o.metadata.labels;
  },
  validate: (_c, o, old) =>
    validateStatusCounts(o, old!, {
      fields: [
        'observedGeneration',
        'replicas',
        'updatedReplicas',
        'readyReplicas',
        'availableReplicas',
        'unavailableReplicas',
        'terminatingReplicas',
        'collisionCount',
      ],
      atMostReplicas: ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
      readyName: 'readyReplicas',
    }),
  resetFields: [['spec'], ['metadata', 'labels']],
};

export const deployment: ResourceDefinition = {
  gvk: { group: 'apps', version: 'v1', kind: 'Deployment' },
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.apps.v1.Deployment',
  strategy,
  columns: [
    nameColumn,
    { name: 'Ready', type: 'string', cell: (o) => `${statusCount('readyReplicas')(o)}/${o.spec?.replicas ?? 0}` },
    { name: 'Up-to-date', type: 'string', cell: statusCount('updatedReplicas') },
    { name: 'Available', type: 'string', cell: statusCount('availableReplicas') },
    ageColumn,
    ...templateColumns(templateOf),
    { name: 'Selector', type: 'string', priority: 1, cell: (o) => selectorText(o) ?? '' },
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
