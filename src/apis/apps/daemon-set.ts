import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { ageColumn, formatLabels, nameColumn, templateColumns } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { goMap } from '../shared/go-value';
import { intOrPercentValue, validateAtMost100Percent, validateIntOrPercent } from '../shared/int-or-percent';
import { selectorHasInvalidValue, selectorIsEmpty, validateLabelSelector } from '../shared/labels';
import { defaultPodTemplate } from '../shared/pod-defaults';
import { dropDisabledTemplateFields } from '../shared/pod-disabled-fields';
import { validatePodTemplate } from '../shared/pod-template-validation';
import { podTemplateWarnings } from '../shared/pod-warnings';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';
import { statusCount, validateNonNegative, validateStatusCounts } from './counts';
import { selectorCell, shownSelector } from './selector';
import { templateOf, validateEndlessPods } from './template';

/** Where apps/v1 keeps what was spec.templateGeneration before it. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function setDefaults(o: KubeObject): void {
  // Conversion to the internal type and back writes the annotation always.
  setTemplateGeneration(o, templateGeneration(o));
  const spec = (o.spec ??= {}) as Raw;
  const strategy = (spec.updateStrategy ??= {}) as Raw;
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {}) as Raw;
    rolling.maxUnavailable ??= 1;
    rolling.maxSurge ??= 0;
  } else if (strategy.rollingUpdate) {
    // The internal type holds plain numbers, so that what nobody set is stored as 0.
    strategy.rollingUpdate.maxUnavailable ??= 0;
    strategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  defaultPodTemplate(spec.template as Raw | undefined);
}

function templateGeneration(o: KubeObject): number {
  const n = Number(o.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
  return Number.isInteger(n) ? n : 0;
}

function setTemplateGeneration(o: KubeObject, n: number): void {
  o.metadata.annotations = { ...o.metadata.annotations, [TEMPLATE_GENERATION]: String(n) };
}

function validateUpdateStrategy(strategy: Raw): FieldError[] {
  const path = 'spec.updateStrategy';
  const rolling = strategy.rollingUpdate as Raw | undefined;
  if (strategy.type === 'OnDelete') return [];
  if (strategy.type !== 'RollingUpdate') {
    const shown = { Type: strategy.type, RollingUpdate: rolling ? { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 } : null };
    return [notSupported(path, shown, ['RollingUpdate', 'OnDelete'])];
  }
  const at = `${path}.rollingUpdate`;
  if (!rolling) return [required(at)];
  const { maxUnavailable, maxSurge } = rolling;
  const errors = [
    ...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${at}.maxSurge`),
    ...validateAtMost100Percent(maxUnavailable, `${at}.maxUnavailable`),
    ...validateAtMost100Percent(maxSurge, `${at}.maxSurge`),
  ];
  const unavailable = intOrPercentValue(maxUnavailable) !== 0;
  const surge = intOrPercentValue(maxSurge) !== 0;
  if (unavailable && surge) errors.push(invalidValue(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  else if (!unavailable && !surge) errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return errors;
}

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  const errors: FieldError[] = [];
  const { selector, template } = spec;
  if (old && !semanticEqual(selector, old.spec?.selector)) errors.push(invalidValue('spec.selector', shownSelector(selector), 'field is immutable'));
  const selectorErrors = validateLabelSelector(selector, 'spec.selector', { allowInvalidValues: selectorHasInvalidValue(old?.spec?.selector) });
  errors.push(...selectorErrors);
  // an absent selector is no error by itself: it matches no template
  const labels = template?.metadata?.labels as Record<string, string> | undefined;
  if (!selectorErrors.length && !selectorFrom(selector).matches(labels)) {
    errors.push(invalidValue('spec.template.metadata.labels', goMap(template?.metadata as Raw | undefined, 'labels'), '`selector` does not match template `labels`'));
  }
  if (selector && selectorIsEmpty(selector)) errors.push(invalidValue('spec.selector', shownSelector(selector), 'empty selector is invalid for daemonset'));
  errors.push(...validatePodTemplate(template, 'spec.template'), ...validateEndlessPods(template, 'DaemonSet'));
  errors.push(...validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds'));
  errors.push(...validateUpdateStrategy(spec.updateStrategy), ...validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'));
  return errors;
}

const strategy: Strategy = {
  default: setDefaults,
  prepareForCreate(_c, o) {
    o.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    bumpGeneration(o, undefined);
    setTemplateGeneration(o, Math.max(1, templateGeneration(o)));
    dropDisabledTemplateFields(o.spec.template as Raw, undefined);
  },
  prepareForUpdate(_c, o, old) {
    dropDisabledTemplateFields(o.spec.template as Raw, templateOf(old));
    o.status = old.status;
    const templateChanged = !semanticEqual(o.spec.template, old.spec.template);
    setTemplateGeneration(o, templateGeneration(old) + (templateChanged ? 1 : 0));
    bumpGeneration(o, old, templateChanged || !semanticEqual(o.spec, old.spec));
  },
  validate: (_c, o, old) => validate(o, old),
  warnings: (_c, o, old) =>
    old && templateGeneration(o) === templateGeneration(old) ? [] : podTemplateWarnings(o.spec.template as Raw, 'spec.template', templateOf(old)),
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
    setTemplateGeneration(o, templateGeneration(old));
  },
  validate: (_c, o, old) =>
    validateStatusCounts(o, old!, {
      fields: [
        'currentNumberScheduled',
        'numberMisscheduled',
        'desiredNumberScheduled',
        'numberReady',
        'observedGeneration',
        'updatedNumberScheduled',
        'numberAvailable',
        'numberUnavailable',
        'collisionCount',
      ],
    }),
  resetFields: RESETS_SPEC,
};

export const daemonSet: ResourceDefinition = {
  gvk: { group: 'apps', version: 'v1', kind: 'DaemonSet' },
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.apps.v1.DaemonSet',
  strategy,
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: statusCount('desiredNumberScheduled') },
    { name: 'Current', type: 'integer', cell: statusCount('currentNumberScheduled') },
    { name: 'Ready', type: 'integer', cell: statusCount('numberReady') },
    { name: 'Up-to-date', type: 'integer', cell: statusCount('updatedNumberScheduled') },
    { name: 'Available', type: 'integer', cell: statusCount('numberAvailable') },
    { name: 'Node Selector', type: 'string', cell: (o) => formatLabels(templateOf(o)?.spec?.nodeSelector as Record<string, string> | undefined) },
    ageColumn,
    ...templateColumns(templateOf),
    { name: 'Selector', type: 'string', priority: 1, cell: selectorCell },
  ],
  subresources: { status: viewOf(statusStrategy) },
};
