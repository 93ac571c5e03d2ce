import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../api/errors/field-error';
import { goValue } from './go-value';
import { validateLabelName } from './labels';
import { isLabelValue } from './names';
import type { Raw } from './raw';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Complaint about the effect of a taint or toleration; a toleration's may be empty. */
export function pushTaintEffectErrors(errors: FieldError[], effect: string | undefined, allowEmpty: boolean, path: string): void {
  if (!effect) {
    if (!allowEmpty) errors.push(required(path));
  } else if (!EFFECTS.includes(effect)) errors.push(notSupported(path, effect, EFFECTS));
}

/** Complaints about the taints of a node. */
export function validateTaints(taints: readonly Raw[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  taints.forEach((t, i) => {
    const at = `${path}[${i}]`;
    errors.push(...validateLabelName((t.key ?? '') as string, `${at}.key`));
    const bad = isLabelValue((t.value ?? '') as string);
    if (bad.length) errors.push(invalidValue(`${at}.value`, t.value, bad.join(';')));
    pushTaintEffectErrors(errors, t.effect, false, `${at}.effect`);
    const id = `${t.effect}\n${t.key}`;
    if (seen.has(id)) {
      const e = duplicate(at, goValue('Taint', t));
      errors.push({ ...e, message: `${e.message}: taints must be unique by key and effect pair` });
    }
    seen.add(id);
  });
  return errors;
}
