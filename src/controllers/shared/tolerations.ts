import { tolerates } from '../../api/selectors/tolerations';
import type { Taint, Toleration } from './types';

/** The first taint of one of these effects that nothing tolerates. */
export function untolerated(taints: readonly Taint[] | undefined, tolerations: readonly Toleration[] | undefined, effects: readonly string[]): Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect) && !tolerations?.some((t) => tolerates(t, taint)));
}

/** The tolerations with one more; one for the same taint gives way to it. */
export function addToleration(list: readonly Toleration[], t: Toleration): Toleration[] {
  const same = (o: Toleration): boolean => o.key === t.key && o.effect === t.effect && o.operator === t.operator && (o.value ?? '') === (t.value ?? '');
  return list.some(same) ? list.map((o) => (same(o) ? t : o)) : [...list, t];
}
