import { invalidValue, required, type FieldError } from '../../api/errors/field-error';
import type { KubeObject } from '../../api/meta/object';
import { formatSelector, selectorFrom, type LabelSelector } from '../../api/selectors/label-selector';
import { selectorIsEmpty, validateLabelSelector, type LabelSelectorSource } from '../shared/labels';
import { goMap, selectorValue } from '../shared/go-value';
import type { Raw } from '../shared/raw';

const PATH = 'spec.selector';

/** A label selector with its fields in the order in which Go prints them. */
export function shownSelector(s: LabelSelectorSource | undefined): object | null {
  return s ? selectorValue(s) : null;
}

/** Complaints about a workload's spec.selector and the compiled selector; undefined: it cannot be compiled. */
export function checkSelector(selector: LabelSelectorSource | undefined, kind: string): { errors: FieldError[]; compiled?: LabelSelector } {
  if (!selector) return { errors: [required(PATH)], compiled: selectorFrom(undefined) };
  const errors = validateLabelSelector(selector, PATH);
  const compiled = errors.length ? undefined : selectorFrom(selector);
  if (selectorIsEmpty(selector)) errors.push(invalidValue(PATH, shownSelector(selector), `empty selector is invalid for ${kind}`));
  return { errors, compiled };
}

/** Complaint when the template's own pods would not be selected. */
export function validateTemplateLabels(template: Raw | undefined, selector: LabelSelector): FieldError[] {
  const labels = template?.metadata?.labels as Record<string, string> | undefined;
  if (selector.empty || selector.matches(labels)) return [];
  return [invalidValue('spec.template.metadata.labels', goMap(template?.metadata as Raw | undefined, 'labels'), '`selector` does not match template `labels`')];
}

/** The text of spec.selector, for cells and scale; undefined: there is none. */
export function selectorText(o: KubeObject): string | undefined {
  const selector = o.spec?.selector as LabelSelectorSource | undefined;
  return selector && formatSelector(selector);
}

/** The Selector cell as metav1.FormatLabelSelector prints it. */
export function selectorCell(o: KubeObject): string {
  return selectorText(o) || '<none>';
}
