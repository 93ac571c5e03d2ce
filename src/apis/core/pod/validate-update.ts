import { copyWith } from '../../../api/schema/empties';
import { forbiddenField, invalidValue, required, type FieldError } from '../../../api/errors/field-error';
import type { KubeObject } from '../../../api/meta/object';
import { semanticEqual } from '../../shared/equality';
import { goDiff } from '../../shared/go-diff';
import { goValue } from '../../shared/go-value';
import type { Raw } from '../../shared/raw';
import { pushTolerationErrors } from '../../shared/tolerations';
import { pushAnnotationChangeErrors } from './annotation-changes';
import { pushPodErrors } from './validate-create';

const MAX_INT32 = 2147483647;
const MAY_CHANGE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

function listOf(spec: Raw, name: string): Raw[] {
  return (spec[name] ?? []) as Raw[];
}

/** Containers stay; their images may change. @returns false when no further comparison makes sense */
function pushContainerChanges(errors: FieldError[], spec: Raw, old: Raw, list: string): boolean {
  const now = listOf(spec, list);
  if (now.length !== listOf(old, list).length) {
    errors.push(forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers'));
    return false;
  }
  now.forEach((c, i) => {
    const image = (c.image ?? '') as string;
    if (!image) errors.push(required(`spec.${list}[${i}].image`));
    if (image.trim() !== image) errors.push(invalidValue(`spec.${list}[${i}].image`, image, 'must not have leading or trailing whitespace'));
  });
  return true;
}

/** A deadline may be set and brought forward. @returns false when the check ends here */
function pushDeadlineChange(errors: FieldError[], spec: Raw, old: Raw): boolean {
  const path = 'spec.activeDeadlineSeconds';
  const now = spec.activeDeadlineSeconds as number | undefined;
  const before = old.activeDeadlineSeconds as number | undefined;
  if (now === undefined) {
    if (before !== undefined) errors.push(invalidValue(path, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (now < 0 || now > MAX_INT32) errors.push(invalidValue(path, now, `must be between 0 and ${MAX_INT32}, inclusive`));
  else if (before !== undefined && before < now) errors.push(invalidValue(path, now, 'must be less than or equal to previous value'));
  else return true;
  return false;
}

function pushTolerationChanges(errors: FieldError[], spec: Raw, old: Raw): void {
  const now = listOf(spec, 'tolerations');
  const kept = listOf(old, 'tolerations').every((t) => now.some((n) => semanticEqual({ ...t, tolerationSeconds: n.tolerationSeconds }, n)));
  if (!kept) errors.push(forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  else now.forEach((t, i) => pushTolerationErrors(errors, t, `spec.tolerations[${i}]`));
}

function pushGateChanges(errors: FieldError[], spec: Raw, old: Raw): void {
  const before = new Set(listOf(old, 'schedulingGates').map((g) => g.name));
  listOf(spec, 'schedulingGates').forEach((g, i) => {
    if (!before.has(g.name)) errors.push(forbiddenField(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${g.name}'`));
  });
}

/** True when the term only got requirements added at its ends. */
function onlyAdds(now: Raw, old: Raw): boolean {
  const before = (list: string): Raw[] => listOf(old, list);
  const after = (list: string): Raw[] => listOf(now, list);
  const lists = ['matchExpressions', 'matchFields'];
  if (lists.every((l) => !before(l).length) && lists.some((l) => after(l).length)) return false;
  return lists.every((l) => !before(l).length || semanticEqual(after(l).slice(0, before(l).length), before(l)));
}

/** A gated pod may be narrowed to fewer nodes; what was compared is set back in `munged`. */
function allowNarrowing(errors: FieldError[], munged: Raw, old: Raw): void {
  if (!semanticEqual(munged.nodeSelector, old.nodeSelector)) {
    const now = (munged.nodeSelector ?? {}) as Record<string, string>;
    const before = (old.nodeSelector ?? {}) as Record<string, string>;
    if (Object.keys(before).some((k) => now[k] !== before[k])) {
      errors.push(invalidValue('spec.nodeSelector', munged.nodeSelector ?? null, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'));
    }
    munged.nodeSelector = old.nodeSelector;
  }
  const before = old.affinity?.nodeAffinity as Raw | undefined;
  const now = munged.affinity?.nodeAffinity as Raw | undefined;
  if (semanticEqual(before, now)) return;
  pushAffinityNarrowing(errors, now, before);
  if (!munged.affinity) munged.affinity = { nodeAffinity: before };
  else if (!old.affinity && !munged.affinity.podAffinity && !munged.affinity.podAntiAffinity) delete munged.affinity;
  else munged.affinity = { ...munged.affinity, nodeAffinity: before };
}

function pushAffinityNarrowing(errors: FieldError[], now: Raw | undefined, before: Raw | undefined): void {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  if (!before?.[required]) return;
  const path = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
  const oldTerms = listOf(before[required] as Raw, 'nodeSelectorTerms');
  const terms = listOf((now?.[required] ?? {}) as Raw, 'nodeSelectorTerms');
  if (oldTerms.length && oldTerms.length !== terms.length) {
    errors.push(invalidValue(path, terms.length ? goValue('[]NodeSelectorTerm', terms) : null, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return;
  }
  oldTerms.forEach((t, i) => {
    if (!onlyAdds(terms[i]!, t)) errors.push(invalidValue(`${path}[${i}]`, goValue('NodeSelectorTerm', terms[i]), 'only additions are allowed (no mutations or deletions)'));
  });
}

/** The spec with everything that may change set back to what it was. */
function munge(errors: FieldError[], spec: Raw, old: Raw): Raw {
  const munged: Raw = copyWith(spec, {});
  for (const list of ['containers', 'initContainers']) {
    if (spec[list]) munged[list] = listOf(spec, list).map((c, i) => copyWith(c, { image: listOf(old, list)[i]!.image }));
  }
  for (const field of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations']) munged[field] = old[field];
  if (old.terminationGracePeriodSeconds < 0 && munged.terminationGracePeriodSeconds === 1) munged.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  // aliases and defaults of old clients are no change
  munged.serviceAccount = old.serviceAccount;
  if (listOf(old, 'schedulingGates').length) allowNarrowing(errors, munged, old);
  return munged;
}

/** Complaints about an update of a pod (ValidatePodUpdate). */
export function validatePodUpdate(o: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = o.spec as Raw;
  const before = old.spec as Raw;
  const same = semanticEqual(spec, before);
  pushPodErrors(errors, o);
  pushAnnotationChangeErrors(errors, o, old);
  if (!pushContainerChanges(errors, spec, before, 'containers') || !pushContainerChanges(errors, spec, before, 'initContainers')) return errors;
  if (!pushDeadlineChange(errors, spec, before)) return errors;
  pushTolerationChanges(errors, spec, before);
  pushGateChanges(errors, spec, before);
  if (same) return errors;
  const munged = munge(errors, spec, before);
  if (!semanticEqual(munged, before)) {
    errors.push(forbiddenField('spec', `pod updates may not change fields other than ${MAY_CHANGE}\n${goDiff('PodSpec', before, munged)}`));
  }
  return errors;
}
