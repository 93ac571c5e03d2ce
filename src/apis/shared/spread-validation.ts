import { duplicate, forbiddenField, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { pushLabelKeysErrors } from './affinity-validation';
import { pushNotSupported } from './checks';
import { validateLabelName, validateLabelSelector, type LabelSelectorSource } from './labels';
import type { PodValidationOptions } from './pod-options';
import type { Raw } from './raw';

const POLICIES = ['Honor', 'Ignore'];
const POSITIVE = 'must be greater than zero';

/** The rule of before selectors were merged: stored pods that break the new one are measured by it. */
function pushOldLabelKeys(errors: FieldError[], c: Raw, path: string): void {
  const keys = (c.matchLabelKeys ?? []) as string[];
  const selector = c.labelSelector as LabelSelectorSource | undefined;
  if (!keys.length) return;
  if (!selector) errors.push(forbiddenField(path, 'must not be specified when labelSelector is not set'));
  const known = new Set([...Object.keys(selector?.matchLabels ?? {}), ...(selector?.matchExpressions ?? []).map((e) => e.key)]);
  keys.forEach((k, i) => {
    errors.push(...validateLabelName(k, `${path}[${i}]`));
    if (known.has(k)) errors.push(invalidValue(`${path}[${i}]`, k, 'exists in both matchLabelKeys and labelSelector'));
  });
}

/** Complaints about the topologySpreadConstraints of a pod. */
export function pushSpreadErrors(errors: FieldError[], constraints: readonly Raw[], path: string, options: PodValidationOptions): void {
  constraints.forEach((c, i) => {
    const at = `${path}[${i}]`;
    const skew = (c.maxSkew ?? 0) as number;
    const action = (c.whenUnsatisfiable ?? '') as string;
    if (skew <= 0) errors.push(invalidValue(`${at}.maxSkew`, skew, POSITIVE));
    if (!c.topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    pushNotSupported(errors, action, ['DoNotSchedule', 'ScheduleAnyway'], `${at}.whenUnsatisfiable`);
    if (constraints.slice(i + 1).some((o) => o.topologyKey === c.topologyKey && o.whenUnsatisfiable === c.whenUnsatisfiable)) {
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${c.topologyKey ?? ''}, ${action}}`));
    }
    if (c.minDomains !== undefined) {
      if (c.minDomains <= 0) errors.push(invalidValue(`${at}.minDomains`, c.minDomains, POSITIVE));
      if (action !== 'DoNotSchedule') errors.push(invalidValue(`${at}.minDomains`, c.minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`));
    }
    for (const f of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) if (c[f] !== undefined) pushNotSupported(errors, c[f] as string, POLICIES, `${at}.${f}`);
    if (options.allowInvalidSpreadMatchLabelKeys) pushOldLabelKeys(errors, c, `${at}.matchLabelKeys`);
    else pushLabelKeysErrors(errors, c, at);
    if (!options.allowInvalidSpreadSelector) errors.push(...validateLabelSelector(c.labelSelector, `${at}.labelSelector`));
  });
}
