import { invalidEnum, forbiddenField, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { isLabelValue, isQualifiedName } from './names';

/** metav1.LabelSelector as JSON. */
export interface LabelSelectorSource {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface LabelSelectorOptions {
  /** False: a selector that selects everything is refused; upstream leaves that check to each kind. Default true. */
  allowEmpty?: boolean;
  /** Values of expressions are not checked: objects stored before the rule existed. */
  allowInvalidValues?: boolean;
  /** Operators nobody knows pass: access reviews. */
  allowUnknownOperator?: boolean;
}

/** Complaints about a label key at `path`. */
export function validateLabelName(key: string, path: string): FieldError[] {
  const messages = isQualifiedName(key);
  return messages.length ? messages.map((m) => invalidValue(path, key, m)) : [];
}

/** Complaints about keys and values of a label map, as ValidateLabels: keys and values are both reported at `path`. Keys sorted. */
export function validateLabels(labels: Record<string, string> | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (labels) pushLabelErrors(errors, labels, path);
  return errors;
}

/** validateLabels into a list that is already there. */
export function pushLabelErrors(errors: FieldError[], labels: Record<string, string>, path: string): void {
  for (const key in labels) {
    const badKey = isQualifiedName(key);
    for (let i = 0; i < badKey.length; i++) errors.push(invalidValue(path, key, badKey[i]!));
    const value = labels[key]!;
    const badValue = isLabelValue(value);
    for (let i = 0; i < badValue.length; i++) errors.push(invalidValue(path, value, badValue[i]!));
  }
}

/** Complaints about a label selector, as metav1validation.ValidateLabelSelector. */
export function validateLabelSelector(s: LabelSelectorSource | undefined, path: string, options: LabelSelectorOptions = {}): FieldError[] {
  const errors: FieldError[] = [];
  if (!s) return errors;
  if (s.matchLabels) pushLabelErrors(errors, s.matchLabels, `${path}.matchLabels`);
  s.matchExpressions?.forEach((e, i) => pushRequirementErrors(errors, e, `${path}.matchExpressions[${i}]`, options));
  if (options.allowEmpty === false && selectorIsEmpty(s)) errors.push(invalidValue(path, s, 'empty selector is invalid for this resource'));
  return errors;
}

/** True when the selector has neither labels nor expressions. */
export function selectorIsEmpty(s: LabelSelectorSource): boolean {
  if (s.matchExpressions?.length) return false;
  for (const _ in s.matchLabels) return false;
  return true;
}

/** True when an expression holds a value that could never be a label's: kept objects then pass with allowInvalidValues. */
export function selectorHasInvalidValue(s: LabelSelectorSource | undefined): boolean {
  return !!s?.matchExpressions?.some((e) => e.values?.some((v) => isLabelValue(v).length > 0));
}

function pushRequirementErrors(
  errors: FieldError[],
  e: { key: string; operator: string; values?: string[] },
  path: string,
  options: LabelSelectorOptions,
): void {
  const values = e.values ?? [];
  switch (e.operator) {
    case 'In':
    case 'NotIn':
      if (!values.length) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length) errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    default:
      if (!options.allowUnknownOperator) errors.push(invalidEnum(`${path}.operator`, e.operator ?? '', 'not a valid selector operator'));
  }
  errors.push(...validateLabelName(e.key ?? '', `${path}.key`));
  if (options.allowInvalidValues) return;
  values.forEach((v, i) => {
    for (const m of isLabelValue(v)) errors.push(invalidValue(`${path}.values[${i}]`, v, m));
  });
}
