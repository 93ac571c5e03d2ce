import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { parseTime } from '../../api/meta/time';
import { validateLegacyEvent } from '../core/event';
import { semanticEqual } from '../shared/equality';
import { goValue } from '../shared/go-value';
import type { Raw } from '../shared/raw';

/** Fields of the stored form that an event keeps, in upstream's order and with their Go types; it looks at reason twice. */
const FIXED: readonly (readonly [field: string, type: string])[] = [
  ['involvedObject', 'ObjectReference'],
  ['reason', 's'],
  ['message', 's'],
  ['source', 'EventSource'],
  ['firstTimestamp', 't'],
  ['lastTimestamp', 't'],
  ['count', 'n'],
  ['reason', 's'],
  ['type', 's'],
  ['eventTime', 't'],
  ['action', 's'],
  ['related', '*ObjectReference'],
  ['reportingComponent', 's'],
  ['reportingInstance', 's'],
];

/** Complaints that events.k8s.io has about an event in its stored (core v1) form: new events are strict, old ones keep what they say. */
export function validateEvent(o: KubeObject, old?: KubeObject): FieldError[] {
  const errors = validateLegacyEvent(o, 'reportingController');
  return [...errors, ...(old ? validateUpdate(o, old) : validateCreate(o))];
}

function validateCreate(o: KubeObject): FieldError[] {
  const errors = validateSeries(o.series as Raw | undefined);
  if (!o.eventTime) errors.push(required('eventTime'));
  if (o.type !== 'Normal' && o.type !== 'Warning') errors.push(invalidValue('type', '', `has invalid value: ${o.type ?? ''}`));
  const unset = (field: string, is: unknown): unknown => is && errors.push(invalidValue(field, '', 'needs to be unset'));
  unset('firstTimestamp', o.firstTimestamp);
  unset('lastTimestamp', o.lastTimestamp);
  unset('count', o.count);
  unset('source', o.source?.component || o.source?.host);
  return errors;
}

function validateSeries(series: Raw | undefined): FieldError[] {
  if (!series) return [];
  const errors = (series.count ?? 0) < 2 ? [invalidValue('series.count', '', 'should be at least 2')] : [];
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'));
  return errors;
}

function validateUpdate(o: KubeObject, old: KubeObject): FieldError[] {
  const errors = semanticEqual(o.series, old.series) ? [] : validateSeries(o.series as Raw | undefined);
  for (const [field, type] of FIXED) {
    const value: unknown = o[field] ?? null;
    if (semanticEqual(value, old[field])) continue;
    if (field === 'eventTime' && parseTime(o.eventTime ?? '') === parseTime(old.eventTime ?? '')) continue;
    errors.push(invalidValue(field === 'reportingComponent' ? 'reportingController' : field, goValue(type, value), 'field is immutable'));
  }
  return errors;
}
