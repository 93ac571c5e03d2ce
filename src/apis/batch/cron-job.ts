import { invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { ageOf } from '../../api/meta/duration';
import type { KubeObject } from '../../api/meta/object';
import { formatSelector } from '../../api/selectors/label-selector';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { validateNonNegative } from '../apps/counts';
import { shownSelector } from '../apps/selector';
import { hostNameWarnings } from '../apps/template';
import { ageColumn, nameColumn, templateColumns } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { longerThan } from '../shared/names';
import { defaultPodTemplate } from '../shared/pod-defaults';
import { dropDisabledTemplateFields } from '../shared/pod-disabled-fields';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';
import { validateJobBody } from './job-spec-validation';
import { defaultFailurePolicy, jobSpecWarnings } from './job-template';
import { scheduleProblem } from './schedule';
import { timeZoneExists } from './time-zone';
import { GENERIC_UPDATE } from '../shared/metadata-rules';

/** Jobs are named after it with eleven characters more. */
const NAME_MAX = 52;
const POLICIES = ['Allow', 'Forbid', 'Replace'];
const ZONE_PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

function jobSpecOf(o: KubeObject | undefined): Raw {
  return (o?.spec?.jobTemplate?.spec ?? {}) as Raw;
}

function podTemplateOf(o: KubeObject): Raw | undefined {
  return jobSpecOf(o).template as Raw | undefined;
}

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  const jobSpec = ((spec.jobTemplate ??= {}) as Raw).spec ?? (spec.jobTemplate.spec = {});
  defaultPodTemplate((jobSpec.template ??= {}) as Raw);
  defaultFailurePolicy(jobSpec);
}

function validateSchedule(schedule: string, zone: string | undefined, old?: KubeObject): FieldError[] {
  const path = 'spec.schedule';
  if (!schedule) return [required(path)];
  const errors: FieldError[] = [];
  const problem = scheduleProblem(schedule);
  if (problem) errors.push(invalidValue(path, schedule, problem));
  if (!schedule.includes('TZ')) return errors;
  const hadZone = !!old?.spec?.schedule?.includes('TZ');
  if (!hadZone) errors.push(invalidValue(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (zone !== undefined) errors.push(invalidValue(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  return errors;
}

function validateTimeZone(zone: string | undefined): FieldError[] {
  const path = 'spec.timeZone';
  if (zone === undefined) return [];
  if (!zone) return [invalidValue(path, zone, 'timeZone must be nil or non-empty string')];
  const unknown = invalidValue(path, zone, `unknown time zone ${zone}`);
  if (zone.split('/').some((p) => p === '.' || p === '..' || p.startsWith('-') || !ZONE_PART.test(p))) return [unknown];
  const errors: FieldError[] = [];
  if (zone.toLowerCase() === 'local') {
    errors.push(invalidValue(path, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'));
  }
  if (zone !== 'Local' && !timeZoneExists(zone)) errors.push(unknown);
  return errors;
}

function validate(o: KubeObject, old?: KubeObject): FieldError[] {
  const spec = o.spec as Raw;
  const errors = validateSchedule(spec.schedule ?? '', spec.timeZone, old);
  errors.push(...validateNonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'));
  if (!old || spec.timeZone !== old.spec?.timeZone) errors.push(...validateTimeZone(spec.timeZone));
  if (!POLICIES.includes(spec.concurrencyPolicy)) errors.push(notSupported('spec.concurrencyPolicy', spec.concurrencyPolicy, POLICIES));
  const jobSpec = jobSpecOf(o);
  const path = 'spec.jobTemplate.spec';
  errors.push(...validateJobBody(jobSpec, path));
  if (jobSpec.selector) errors.push(invalidValue(`${path}.selector`, shownSelector(jobSpec.selector), '`selector` will be auto-generated'));
  if (jobSpec.manualSelector) errors.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']));
  for (const f of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) errors.push(...validateNonNegative(spec[f], `spec.${f}`));
  if (!old && longerThan(o.metadata.name ?? '', NAME_MAX)) {
    errors.push(invalidValue('metadata.name', o.metadata.name, `must be no more than ${NAME_MAX} characters`));
  }
  return errors;
}

function warnings(o: KubeObject, old?: KubeObject): string[] {
  const path = 'spec.jobTemplate.spec';
  if (!old) return [...hostNameWarnings(o), ...jobSpecWarnings(jobSpecOf(o), path)];
  const changed = o.metadata.generation !== old.metadata.generation;
  const found = changed ? jobSpecWarnings(jobSpecOf(o), path, jobSpecOf(old)) : [];
  if (!o.spec.schedule?.includes('TZ')) return found;
  const hint = 'use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';
  return [...found, `cannot use TZ or CRON_TZ in spec.spec.schedule, ${hint}`];
}

const strategy: Strategy = {
  default: setDefaults,
  prepareForCreate(_c, o) {
    o.status = {};
    bumpGeneration(o, undefined);
    dropDisabledTemplateFields(podTemplateOf(o), undefined);
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    dropDisabledTemplateFields(podTemplateOf(o), podTemplateOf(old));
    bumpGeneration(o, old, !semanticEqual(o.spec, old.spec));
  },
  validate: (_c, o, old) => validate(o, old),
  warnings: (_c, o, old) => warnings(o, old),
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  metadata: GENERIC_UPDATE,
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  resetFields: RESETS_SPEC,
};

export const cronJob: ResourceDefinition = {
  gvk: { group: 'batch', version: 'v1', kind: 'CronJob' },
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.batch.v1.CronJob',
  strategy,
  columns: [
    nameColumn,
    { name: 'Schedule', type: 'string', cell: (o) => o.spec?.schedule ?? '' },
    { name: 'Timezone', type: 'string', cell: (o) => o.spec?.timeZone ?? '<none>' },
    { name: 'Suspend', type: 'boolean', cell: (o) => (o.spec?.suspend === undefined ? '<unset>' : o.spec.suspend ? 'True' : 'False') },
    { name: 'Active', type: 'integer', cell: (o) => ((o.status?.active ?? []) as unknown[]).length },
    { name: 'Last Schedule', type: 'string', cell: (o, now) => (o.status?.lastScheduleTime ? ageOf(o.status.lastScheduleTime, now) : '<none>') },
    ageColumn,
    ...templateColumns(podTemplateOf),
    { name: 'Selector', type: 'string', priority: 1, cell: (o) => (jobSpecOf(o).selector ? formatSelector(jobSpecOf(o).selector) || '<none>' : '<none>') },
  ],
  subresources: { status: viewOf(statusStrategy) },
};
