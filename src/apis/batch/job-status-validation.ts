import { duplicate, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { parseTime } from '../../api/meta/time';
import { validateNonNegative } from '../apps/counts';
import { semanticEqual } from '../shared/equality';
import type { Raw } from '../shared/raw';
import { countIndexes, overlappingIndex } from './indexes';
import { hasCondition, isConditionTrue, isFinished } from './job-conditions';
import { invalidWithoutValue } from './pod-failure-policy';

const CONDITIONS = 'status.conditions';

/** Complaints about a status: rules that the old status already broke hold only for what changes. */
export function validateJobStatus(o: KubeObject, old: KubeObject): FieldError[] {
  const errors = validateNumbers((o.status ?? {}) as Raw);
  pushEndErrors(errors, o, old);
  pushIndexErrors(errors, o, old);
  pushConditionErrors(errors, o, old);
  pushRegressionErrors(errors, o, old);
  return errors;
}

function validateNumbers(status: Raw): FieldError[] {
  const errors = ['active', 'succeeded', 'failed', 'ready', 'terminating'].flatMap((f) => validateNonNegative(status[f], `status.${f}`));
  const seen = new Set<string>();
  for (const field of ['succeeded', 'failed']) {
    ((status.uncountedTerminatedPods?.[field] ?? []) as string[]).forEach((uid, i) => {
      const path = `status.uncountedTerminatedPods.${field}[${i}]`;
      if (!uid) errors.push(invalidValue(path, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(path, uid));
      seen.add(uid);
    });
  }
  return errors;
}

/** What must go together when a job ends. */
function pushEndErrors(errors: FieldError[], o: KubeObject, old: KubeObject): void {
  const status = (o.status ?? {}) as Raw;
  const before = (old.status ?? {}) as Raw;
  const differs = (field: string): boolean => !semanticEqual(status[field], before[field]);
  const flips = (type: string): boolean => isConditionTrue(o, type) !== isConditionTrue(old, type);
  const complete = isConditionTrue(o, 'Complete');
  const failed = isConditionTrue(o, 'Failed');
  const finished = isFinished(o);
  const finishes = finished !== isFinished(old);
  const { completionTime, startTime } = status as Record<string, string | undefined>;
  if ((flips('Complete') || flips('Failed')) && complete && failed) {
    errors.push(invalidWithoutValue(CONDITIONS, 'cannot set Complete=True and Failed=true conditions'));
  }
  if ((flips('Complete') || flips('FailureTarget')) && complete && isConditionTrue(o, 'FailureTarget')) {
    errors.push(invalidWithoutValue(CONDITIONS, 'cannot set Complete=True and FailureTarget=true conditions'));
  }
  if (flips('Complete') || differs('completionTime')) {
    if (completionTime && !complete) errors.push(invalidValue('status.completionTime', completionTime, 'cannot set completionTime when there is no Complete=True condition'));
    if (!completionTime && complete) errors.push(required('status.completionTime', 'completionTime is required for Complete jobs'));
  }
  if ((differs('startTime') || differs('completionTime')) && startTime && completionTime && parseTime(completionTime) < parseTime(startTime)) {
    errors.push(invalidValue('status.completionTime', completionTime, 'must be equal to or after `startTime`'));
  }
  if ((flips('Failed') || differs('failedIndexes')) && failed && !isConditionTrue(o, 'FailureTarget')) {
    errors.push(invalidWithoutValue(CONDITIONS, 'cannot set Failed=True condition without the FailureTarget=true condition'));
  }
  if ((flips('Complete') || flips('SuccessCriteriaMet')) && complete && !isConditionTrue(o, 'SuccessCriteriaMet')) {
    errors.push(invalidWithoutValue(CONDITIONS, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'));
  }
  if (!finished) return;
  if ((finishes || differs('active')) && status.active > 0) errors.push(invalidValue('status.active', status.active, 'active>0 is invalid for finished job'));
  const neverRan = o.spec.suspend === true && o.spec.completions === 0;
  if ((finishes || differs('startTime')) && !neverRan && !startTime) errors.push(required('status.startTime', 'startTime is required for finished job'));
  const uncounted = status.uncountedTerminatedPods as Raw | undefined;
  if ((finishes || differs('uncountedTerminatedPods')) && (uncounted?.failed?.length || uncounted?.succeeded?.length)) {
    const shown = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null };
    errors.push(invalidValue('status.uncountedTerminatedPods', shown, 'must be empty for finished job'));
  }
}

function pushIndexErrors(errors: FieldError[], o: KubeObject, old: KubeObject): void {
  const status = (o.status ?? {}) as Raw;
  const { completions, backoffLimitPerIndex: perIndex, completionMode } = o.spec as Raw;
  const completed = (status.completedIndexes ?? '') as string;
  const failed = status.failedIndexes as string | undefined;
  const completedChanged = completed !== (old.status?.completedIndexes ?? '');
  const failedChanged = failed !== old.status?.failedIndexes;
  const check = (field: string, text: string): void => {
    try {
      countIndexes(text, completions);
    } catch (e) {
      errors.push(invalidValue(`status.${field}`, text, `error parsing ${field}: ${(e as Error).message}`));
    }
  };
  if (completions !== undefined && completedChanged) check('completedIndexes', completed);
  if (completions !== undefined && failedChanged && perIndex !== undefined && failed !== undefined) check('failedIndexes', failed);
  if (completedChanged && completed && completionMode !== 'Indexed') {
    errors.push(invalidValue('status.completedIndexes', completed, 'cannot set non-empty completedIndexes when non-indexed completion mode'));
  }
  if (failed === undefined) return;
  if (failedChanged && perIndex === undefined) {
    errors.push(invalidValue('status.failedIndexes', failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'));
  }
  const overlap = (failedChanged || completedChanged) && completions !== undefined ? overlappingIndex(completed, failed, completions) : undefined;
  if (overlap !== undefined) errors.push(invalidValue('status.failedIndexes', failed, `failedIndexes and completedIndexes overlap at index: ${overlap}`));
}

function pushConditionErrors(errors: FieldError[], o: KubeObject, old: KubeObject): void {
  const status = (o.status ?? {}) as Raw;
  const before = (old.status ?? {}) as Raw;
  const { terminating, ready, active = 0 } = status as Record<string, number | undefined>;
  const finished = isFinished(o);
  if ((finished !== isFinished(old) || terminating !== before.terminating) && finished && terminating !== undefined && terminating > 0) {
    errors.push(invalidValue('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  }
  if ((ready !== before.ready || active !== (before.active ?? 0)) && ready !== undefined && ready > active) {
    errors.push(invalidValue('status.ready', ready, 'cannot set more ready pods than active'));
  }
  if (isConditionTrue(o, 'SuccessCriteriaMet')) {
    for (const type of ['Failed', 'FailureTarget']) {
      if (isConditionTrue(o, type)) errors.push(invalidWithoutValue(CONDITIONS, `cannot set SuccessCriteriaMet=True and ${type}=true conditions`));
    }
  } else if (o.spec.successPolicy && isConditionTrue(o, 'Complete')) {
    errors.push(invalidWithoutValue(CONDITIONS, 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'));
  }
}

/** What cannot be taken back. */
function pushRegressionErrors(errors: FieldError[], o: KubeObject, old: KubeObject): void {
  const status = (o.status ?? {}) as Raw;
  const before = (old.status ?? {}) as Raw;
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (isConditionTrue(old, type) && !isConditionTrue(o, type)) errors.push(invalidWithoutValue(CONDITIONS, `cannot disable the terminal ${type}=True condition`));
  }
  if ((status.failed ?? 0) < (before.failed ?? 0)) errors.push(invalidValue('status.failed', status.failed ?? 0, 'cannot decrease the failed counter'));
  const elastic = o.spec.completionMode === 'Indexed' && o.spec.completions === o.spec.parallelism;
  if (!elastic && (status.succeeded ?? 0) < (before.succeeded ?? 0)) {
    errors.push(invalidValue('status.succeeded', status.succeeded ?? 0, 'cannot decrease the succeeded counter'));
  }
  if (status.completionTime && before.completionTime && status.completionTime !== before.completionTime) {
    errors.push(invalidValue('status.completionTime', status.completionTime, 'field is immutable'));
  }
  const resuming = isConditionTrue(old, 'Suspended') && hasCondition(o, 'Suspended', 'False');
  if (before.startTime && status.startTime !== before.startTime && !resuming && !o.spec.suspend) {
    errors.push(invalidValue('status.startTime', status.startTime ?? null, 'field is immutable for unsuspended job once set'));
  }
  const met = isConditionTrue(o, 'SuccessCriteriaMet');
  const wasMet = isConditionTrue(old, 'SuccessCriteriaMet');
  if (wasMet && !met) errors.push(invalidWithoutValue(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition'));
  if (isConditionTrue(old, 'Complete') && !wasMet && met) {
    errors.push(invalidWithoutValue(CONDITIONS, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'));
  }
}
