import { invalidValue, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import type { Raw } from '../shared/raw';

/** Complaint about a number below 0; absent ones pass. */
export function validateNonNegative(n: number | undefined, path: string): FieldError[] {
  return n !== undefined && n < 0 ? [invalidValue(path, n, 'must be greater than or equal to 0')] : [];
}

/** What a kind's status counts, and how the counts must relate. */
export interface StatusCounts {
  /** Fields that cannot be negative, in upstream's order. */
  fields: readonly string[];
  /** Fields that cannot exceed `replicas`. */
  atMostReplicas?: readonly string[];
  /** How the complaint about more available than ready replicas names the latter. */
  readyName?: string;
}

/** Complaints about the numbers of a status, among them a collisionCount that goes back. */
export function validateStatusCounts(o: KubeObject, old: KubeObject, counts: StatusCounts): FieldError[] {
  const status = (o.status ?? {}) as Raw;
  const n = (field: string): number => (status[field] as number | undefined) ?? 0;
  const errors = counts.fields.flatMap((f) => validateNonNegative(n(f), `status.${f}`));
  for (const f of counts.atMostReplicas ?? []) {
    if (n(f) > n('replicas')) errors.push(invalidValue(`status.${f}`, n(f), 'cannot be greater than status.replicas'));
  }
  if (counts.readyName && n('availableReplicas') > n('readyReplicas')) {
    errors.push(invalidValue('status.availableReplicas', n('availableReplicas'), `cannot be greater than ${counts.readyName}`));
  }
  const before = old.status?.collisionCount as number | undefined;
  if (counts.fields.includes('collisionCount') && before !== undefined && (status.collisionCount === undefined || n('collisionCount') < before)) {
    errors.push(invalidValue('status.collisionCount', n('collisionCount'), 'cannot be decremented'));
  }
  return errors;
}

/** A table cell with a number of the status. */
export function statusCount(field: string): (o: KubeObject) => number {
  return (o) => (o.status?.[field] as number | undefined) ?? 0;
}
