export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** Whether a toleration covers a taint. An empty key covers all keys, an empty effect all effects. */
export function tolerates(t: Toleration, taint: Taint): boolean {
  if (t.effect && t.effect !== taint.effect) return false;
  if (t.key && t.key !== taint.key) return false;
  if (t.operator === 'Exists') return true;
  return (!t.operator || t.operator === 'Equal') && (t.value ?? '') === (taint.value ?? '');
}

/** The first taint that no toleration covers. */
export function untolerated(taints: readonly Taint[], tolerations: readonly Toleration[] | undefined): Taint | undefined {
  for (const taint of taints) {
    if (!tolerations?.some((t) => tolerates(t, taint))) return taint;
  }
  return undefined;
}
