import { forbiddenField, invalidValue, required, type FieldError } from '../../api/errors/field-error';
import { pushLabelNameErrors } from './checks';
import { validateLabelName, validateLabelSelector, type LabelSelectorSource } from './labels';
import { pushNodeSelectorTermErrors, validateNodeSelector } from './node-selector-validation';
import type { Raw } from './raw';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function pushKeys(errors: FieldError[], keys: readonly string[] | undefined, selector: LabelSelectorSource | undefined, path: string): void {
  if (!keys?.length) return;
  if (!selector) return void errors.push(forbiddenField(path, 'must not be specified when labelSelector is not set'));
  keys.forEach((k, i) => errors.push(...validateLabelName(k, `${path}[${i}]`)));
}

/** Complaints about label keys whose values come from the pod itself (ValidateMatchLabelKeysAndMismatchLabelKeys). */
export function pushLabelKeysErrors(errors: FieldError[], term: Raw, path: string): void {
  const match = term.matchLabelKeys as string[] | undefined;
  const mismatch = term.mismatchLabelKeys as string[] | undefined;
  if (!match && !mismatch) return;
  const selector = term.labelSelector as LabelSelectorSource | undefined;
  pushKeys(errors, match, selector, `${path}.matchLabelKeys`);
  pushKeys(errors, mismatch, selector, `${path}.mismatchLabelKeys`);
  if (selector && match) {
    const seen = new Set(Object.keys(selector.matchLabels ?? {}));
    for (const e of selector.matchExpressions ?? []) {
      const i = match.lastIndexOf(e.key);
      // the server adds each key once: a second time the client wrote it
      if (i >= 0 && seen.has(e.key)) errors.push(invalidValue(`${path}[${i}]`, e.key, 'exists in both matchLabelKeys and labelSelector'));
      seen.add(e.key);
    }
  }
  match?.forEach((k, i) => {
    if (mismatch?.includes(k)) errors.push(invalidValue(`${path}.matchLabelKeys[${i}]`, k, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
}

function pushPodTerm(errors: FieldError[], term: Raw, path: string): void {
  errors.push(...validateLabelSelector(term.labelSelector, `${path}.labelSelector`));
  errors.push(...validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`));
  for (const ns of (term.namespaces ?? []) as string[]) pushLabelNameErrors(errors, ns, `${path}.namespace`);
  pushLabelKeysErrors(errors, term, path);
  const key = (term.topologyKey ?? '') as string;
  if (!key) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  errors.push(...validateLabelName(key, `${path}.topologyKey`));
}

function pushWeight(errors: FieldError[], weight: number | undefined, path: string): void {
  const w = weight ?? 0;
  if (w <= 0 || w > 100) errors.push(invalidValue(`${path}.weight`, w, 'must be in the range 1-100'));
}

function pushPodAffinity(errors: FieldError[], a: Raw, path: string): void {
  ((a[REQUIRED] ?? []) as Raw[]).forEach((t, i) => pushPodTerm(errors, t, `${path}.${REQUIRED}[${i}]`));
  ((a[PREFERRED] ?? []) as Raw[]).forEach((w, i) => {
    const at = `${path}.${PREFERRED}[${i}]`;
    pushWeight(errors, w.weight, at);
    pushPodTerm(errors, (w.podAffinityTerm ?? {}) as Raw, `${at}.podAffinityTerm`);
  });
}

/** Complaints about the affinity of a pod. */
export function pushAffinityErrors(errors: FieldError[], affinity: Raw, path: string): void {
  const node = affinity.nodeAffinity as Raw | undefined;
  if (node) {
    const at = `${path}.nodeAffinity`;
    if (node[REQUIRED]) errors.push(...validateNodeSelector(node[REQUIRED] as Raw, `${at}.${REQUIRED}`));
    ((node[PREFERRED] ?? []) as Raw[]).forEach((t, i) => {
      pushWeight(errors, t.weight, `${at}.${PREFERRED}[${i}]`);
      pushNodeSelectorTermErrors(errors, (t.preference ?? {}) as Raw, `${at}.${PREFERRED}[${i}].preference`, true);
    });
  }
  if (affinity.podAffinity) pushPodAffinity(errors, affinity.podAffinity, `${path}.podAffinity`);
  if (affinity.podAntiAffinity) pushPodAffinity(errors, affinity.podAntiAffinity, `${path}.podAntiAffinity`);
}
