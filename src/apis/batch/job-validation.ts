import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { selectorFrom } from '../../api/selectors/label-selector';
import { shownSelector } from '../apps/selector';
import { goMap, goValue } from '../shared/go-value';
import { semanticEqual } from '../shared/equality';
import { selectorHasInvalidValue, validateLabelSelector } from '../shared/labels';
import { isDns1123Label } from '../shared/names';
import type { Raw } from '../shared/raw';
import { validateJobBody } from './job-spec-validation';
import { isConditionTrue } from './job-conditions';

export const JOB_NAME = 'batch.kubernetes.io/job-name';
export const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
export const LEGACY_JOB_NAME = 'job-name';
export const LEGACY_CONTROLLER_UID = 'controller-uid';
const IMMUTABLE = 'field is immutable';

function compiles(selector: Raw | undefined): boolean {
  return !validateLabelSelector(selector, '').length;
}

function templateLabels(spec: Raw): Record<string, string> | undefined {
  return spec.template?.metadata?.labels as Record<string, string> | undefined;
}

/** Complaints about a selector and labels that the server should have generated; `prefixed`: the newer labels are expected too. */
function validateGenerated(o: KubeObject, prefixed: boolean): FieldError[] {
  const spec = o.spec as Raw;
  if (spec.manualSelector || !spec.selector) return [];
  const { uid = '', name = '' } = o.metadata;
  const labels = templateLabels(spec);
  const expected: [string, string][] = [
    [LEGACY_CONTROLLER_UID, uid],
    [LEGACY_JOB_NAME, name],
  ];
  if (prefixed) expected.push([CONTROLLER_UID, uid], [JOB_NAME, name]);
  const errors: FieldError[] = [];
  for (const [key, value] of expected) {
    const path = `spec.template.metadata.labels[${key}]`;
    const actual = labels?.[key];
    if (actual === undefined) errors.push(required(path, `must be '${value}'`));
    else if (actual !== value) errors.push(invalidValue(path, goMap(spec.template?.metadata as Raw | undefined, 'labels'), `must be '${value}'`));
  }
  if (compiles(spec.selector) && !selectorFrom(spec.selector).matches(Object.fromEntries(expected))) {
    errors.push(invalidValue('spec.selector', shownSelector(spec.selector), '`selector` not auto-generated'));
  }
  return errors;
}

function validateSpec(spec: Raw, old: KubeObject | undefined): FieldError[] {
  const errors = validateJobBody(spec, 'spec');
  if (!spec.selector) errors.push(required('spec.selector'));
  else errors.push(...validateLabelSelector(spec.selector, 'spec.selector', { allowInvalidValues: selectorHasInvalidValue(old?.spec?.selector) }));
  const labels = templateLabels(spec);
  if (compiles(spec.selector) && !selectorFrom(spec.selector).matches(labels)) {
    errors.push(invalidValue('spec.template.metadata.labels', goMap(spec.template?.metadata as Raw | undefined, 'labels'), '`selector` does not match template `labels`'));
  }
  return errors;
}

/** Complaints about a Job; `old` on update, when upstream checks the spec twice. */
export function validateJob(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  const oldLabels = old && (templateLabels(old.spec) ?? {});
  const errors = [...validateGenerated(o, !oldLabels || (JOB_NAME in oldLabels && CONTROLLER_UID in oldLabels)), ...validateSpec(spec, old)];
  if (spec.completionMode === 'Indexed' && spec.completions > 0) {
    const { name = '' } = o.metadata;
    const host = `${name}-${spec.completions - 1}`;
    if (isDns1123Label(host).length) {
      errors.push(invalidValue('metadata.name', name, `will not able to create pod with invalid DNS label: ${host}`));
    }
  }
  return old ? [...errors, ...validateSpec(spec, old), ...validateChange(spec, old)] : errors;
}

function validateChange(spec: Raw, old: KubeObject): FieldError[] {
  const before = old.spec as Raw;
  const errors: FieldError[] = [];
  const immutable = (field: string, shown: (v: unknown) => unknown = (v) => v ?? null): void => {
    if (!semanticEqual(spec[field], before[field])) errors.push(invalidValue(`spec.${field}`, shown(spec[field]), IMMUTABLE));
  };
  if (spec.completionMode !== 'Indexed') immutable('completions');
  else if (spec.completions !== undefined && spec.completions !== before.completions && spec.completions !== spec.parallelism) {
    errors.push(invalidValue('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism'));
  }
  immutable('selector', () => shownSelector(spec.selector));
  errors.push(...validateTemplateChange(spec, old));
  immutable('completionMode');
  immutable('podFailurePolicy', (v) => goValue('*PodFailurePolicy', v));
  immutable('backoffLimitPerIndex');
  immutable('managedBy');
  immutable('successPolicy', (v) => goValue('*SuccessPolicy', v));
  return errors;
}

/** A suspended job that runs no pods may still change where they are scheduled and what they ask for. */
function validateTemplateChange(spec: Raw, old: KubeObject): FieldError[] {
  const status = (old.status ?? {}) as Raw;
  const suspended = old.spec.suspend === true;
  const idle = suspended && (status.startTime === undefined || isConditionTrue(old, 'Suspended')) && !status.active;
  const template = (spec.template ?? {}) as Raw;
  if (!idle) return semanticEqual(template, old.spec.template) ? [] : [invalidValue('spec.template', goValue('PodTemplateSpec', template), IMMUTABLE)];
  const before = schedulingFrom(old.spec.template as Raw, template);
  const podSpec = resourcesFrom(before.spec as Raw, (template.spec ?? {}) as Raw);
  return semanticEqual(template.spec, podSpec) ? [] : [invalidValue('spec.template.spec', goValue('PodSpec', template.spec), IMMUTABLE)];
}

/** `old` with the scheduling directives and metadata of `now`. */
function schedulingFrom(old: Raw, now: Raw): Raw {
  const { nodeSelector, tolerations, schedulingGates, affinity } = (now.spec ?? {}) as Raw;
  const oldAffinity = old.spec?.affinity as Raw | undefined;
  const merged = oldAffinity || affinity ? { ...oldAffinity, nodeAffinity: affinity?.nodeAffinity } : undefined;
  return { ...old, metadata: now.metadata, spec: { ...old.spec, nodeSelector, tolerations, schedulingGates, affinity: merged } };
}

/** `old` with the resources of the containers that `now` has at the same place under the same name. */
function resourcesFrom(old: Raw, now: Raw): Raw {
  const merge = (a: Raw[] | undefined, b: Raw[] | undefined): Raw[] | undefined =>
    a && b && a.length === b.length ? a.map((c, i) => (c.name === b[i]!.name ? { ...c, resources: b[i]!.resources } : c)) : a;
  return { ...old, containers: merge(old.containers, now.containers), initContainers: merge(old.initContainers, now.initContainers) };
}
