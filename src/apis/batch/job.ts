import { goQuote } from '../../api/patch/go-format';
import { humanDuration } from '../../api/meta/duration';
import type { KubeObject } from '../../api/meta/object';
import { parseTime } from '../../api/meta/time';
import type { ResourceDefinition, Strategy } from '../../apiserver/registry/strategy';
import { selectorCell } from '../apps/selector';
import { hostNameWarnings, templateOf } from '../apps/template';
import { ageColumn, nameColumn, templateColumns } from '../shared/columns';
import { semanticEqual } from '../shared/equality';
import { bumpGeneration } from '../shared/generation';
import { defaultPodTemplate } from '../shared/pod-defaults';
import { dropDisabledTemplateFields } from '../shared/pod-disabled-fields';
import type { Raw } from '../shared/raw';
import { ALL_VERBS, RESETS_SPEC, RESETS_STATUS, viewOf } from '../shared/verbs';
import { isConditionTrue } from './job-conditions';
import { validateJobStatus } from './job-status-validation';
import { CONTROLLER_UID, JOB_NAME, LEGACY_CONTROLLER_UID, LEGACY_JOB_NAME, validateJob } from './job-validation';
import { defaultFailurePolicy, jobSpecWarnings } from './job-template';
import { WHOLE_THEN_CHANGE } from '../shared/metadata-rules';

const NO_LIMIT = 2147483647;

function setDefaults(o: KubeObject): void {
  const spec = (o.spec ??= {}) as Raw;
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : NO_LIMIT;
  defaultPodTemplate((spec.template ??= {}) as Raw);
  const labels = spec.template.metadata.labels as Record<string, string> | undefined;
  // the very map of the template: what the server generates there, the job gets too
  if (labels && !Object.keys(o.metadata.labels ?? {}).length) o.metadata.labels = labels;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
  defaultFailurePolicy(spec);
}

/** Labels of the job's pods and the selector for them, unless the client brings its own. */
function generateSelector(o: KubeObject): void {
  const spec = o.spec as Raw;
  if (spec.manualSelector) return;
  const meta = spec.template.metadata as Raw;
  const labels = (meta.labels ??= {}) as Record<string, string>;
  const { name = '', uid = '' } = o.metadata;
  labels[LEGACY_JOB_NAME] ??= name;
  labels[JOB_NAME] ??= name;
  labels[LEGACY_CONTROLLER_UID] ??= uid;
  labels[CONTROLLER_UID] ??= uid;
  const matchLabels = (((spec.selector ??= {}) as Raw).matchLabels ??= {}) as Record<string, string>;
  matchLabels[CONTROLLER_UID] ??= uid;
  // a job without labels takes those of its pods; a map shared since defaulting becomes two
  if (!Object.keys(o.metadata.labels ?? {}).length || o.metadata.labels === labels) o.metadata.labels = { ...labels };
}

const strategy: Strategy = {
  metadata: WHOLE_THEN_CHANGE,
  default: setDefaults,
  prepareForCreate(_c, o) {
    generateSelector(o);
    o.status = {};
    bumpGeneration(o, undefined);
    dropDisabledTemplateFields(o.spec.template as Raw, undefined);
  },
  prepareForUpdate(_c, o, old) {
    o.status = old.status;
    dropDisabledTemplateFields(o.spec.template as Raw, templateOf(old));
    bumpGeneration(o, old, !semanticEqual(o.spec, old.spec));
  },
  validate: (_c, o, old) => validateJob(o, old),
  warnings(_c, o, old) {
    if (old && o.metadata.generation === old.metadata.generation) return [];
    return [...(old ? [] : hostNameWarnings(o)), ...jobSpecWarnings(o.spec as Raw, 'spec', old?.spec as Raw | undefined)];
  },
  defaultGarbageCollection: 'Orphan',
  deletionWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  resetFields: RESETS_STATUS,
};

const statusStrategy: Strategy = {
  default: setDefaults,
  prepareForUpdate(_c, o, old) {
    o.spec = old.spec;
  },
  validate: (_c, o, old) => validateJobStatus(o, old!),
  resetFields: RESETS_SPEC,
};

function statusCell(o: KubeObject): string {
  if (isConditionTrue(o, 'Complete')) return 'Complete';
  if (isConditionTrue(o, 'Failed')) return 'Failed';
  if (o.metadata.deletionTimestamp) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (isConditionTrue(o, type)) return type;
  return 'Running';
}

function completionsCell(o: KubeObject): string {
  const succeeded = (o.status?.succeeded ?? 0) as number;
  const { completions, parallelism = 0 } = (o.spec ?? {}) as Raw;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationCell(o: KubeObject, now: number): string {
  const { startTime, completionTime } = (o.status ?? {}) as Raw;
  if (!startTime) return '';
  return humanDuration((completionTime ? parseTime(completionTime) : now) - parseTime(startTime));
}

export const job: ResourceDefinition = {
  gvk: { group: 'batch', version: 'v1', kind: 'Job' },
  plural: 'jobs',
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'io.k8s.api.batch.v1.Job',
  strategy,
  unknownField: (field) => `field label ${goQuote(field)} not supported for Job`,
  fields: { 'status.successful': (o) => String(o.status?.succeeded ?? 0) },
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', cell: statusCell },
    { name: 'Completions', type: 'string', cell: completionsCell },
    { name: 'Duration', type: 'string', cell: durationCell },
    ageColumn,
    ...templateColumns(templateOf),
    { name: 'Selector', type: 'string', priority: 1, cell: selectorCell },
  ],
  subresources: { status: viewOf(statusStrategy) },
};
