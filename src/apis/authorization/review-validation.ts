import { causeOf, forbiddenField, invalidValue, required, summarize, type FieldError } from '../../api/errors/field-error';
import { StatusError } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { isQualifiedName, isLabelValue } from '../shared/names';
import type { Raw } from '../shared/raw';

interface Requirement {
  key?: string;
  operator?: string;
  values?: string[];
}

/** Complaints about the spec of an access review; `subject`: it has to name a user or group. */
export function validateReviewSpec(spec: Raw, subject: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const r = spec.resourceAttributes as Raw | undefined;
  const p = spec.nonResourceAttributes as Raw | undefined;
  if (r && p) errors.push(invalidValue('spec.nonResourceAttributes', shownPath(p), 'cannot be specified in combination with resourceAttributes'));
  if (!r && !p) errors.push(invalidValue('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'));
  if (subject && !spec.user && !spec.groups?.length) errors.push(invalidValue('spec.user', '', 'at least one of user or group must be specified'));
  for (const field of ['fieldSelector', 'labelSelector']) {
    if (r?.[field]) pushSelectorErrors(errors, r[field], field === 'labelSelector', `spec.resourceAttributes.${field}`);
  }
  return errors;
}

/** A path question under the names of upstream's internal type, as its messages print it. */
export function shownPath(p: Raw): object {
  return { Path: p.path ?? '', Verb: p.verb ?? '' };
}

function pushSelectorErrors(errors: FieldError[], selector: Raw, labels: boolean, path: string): void {
  const requirements = (selector.requirements ?? []) as Requirement[];
  if (selector.rawSelector && requirements.length) {
    errors.push(invalidValue(`${path}.rawSelector`, selector.rawSelector, 'may not specified at the same time as requirements'));
  }
  if (!selector.rawSelector && !requirements.length) {
    errors.push(required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`));
  }
  requirements.forEach((q, i) => pushRequirementErrors(errors, q, labels, `${path}.requirements[${i}]`));
}

/** Operators nobody knows pass: newer clients may know them. */
function pushRequirementErrors(errors: FieldError[], q: Requirement, labels: boolean, path: string): void {
  const values = q.values ?? [];
  if ((q.operator === 'In' || q.operator === 'NotIn') && !values.length) {
    errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  }
  if ((q.operator === 'Exists' || q.operator === 'DoesNotExist') && values.length) {
    errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  }
  if (!labels) {
    if (!q.key) errors.push(required(`${path}.key`, 'must be specified'));
    return;
  }
  for (const m of isQualifiedName(q.key ?? '')) errors.push(invalidValue(`${path}.key`, q.key ?? '', m));
  values.forEach((v, i) => {
    for (const m of isLabelValue(v)) errors.push(invalidValue(`${path}.values[${i}]`, v, m));
  });
}

/** Complaint about metadata that a review cannot have; `local`: it may have a namespace. */
export function validateReviewMetadata(o: KubeObject, local: boolean): FieldError[] {
  const rest = Object.entries(o.metadata).filter(([k, v]) => v !== undefined && k !== 'managedFields' && !(local && k === 'namespace'));
  if (!rest.length) return [];
  return [invalidValue('metadata', o.metadata, local ? 'must be empty except for namespace' : 'must be empty')];
}

/** @throws Invalid when there are errors; upstream's has lost the kind by then */
export function refuseReview(errors: readonly FieldError[]): void {
  if (!errors.length) return;
  const group = 'authorization.k8s.io';
  throw new StatusError(422, 'Invalid', `.${group} "" is invalid: ${summarize(errors)}`, { group, causes: errors.map(causeOf) });
}
