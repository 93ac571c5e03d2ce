export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** Both lists without what another toleration covers anyhow; of equal ones the first stays. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  all.forEach((t, i) => {
    const covered = merged.some((m) => covers(m, t)) || all.slice(i + 1).some((later) => !same(later, t) && covers(later, t));
    if (!covered) merged.push(t);
  });
  return merged;
}

function same(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.operator === b.operator && a.value === b.value && a.effect === b.effect && a.tolerationSeconds === b.tolerationSeconds;
}

/** Whether `wide` tolerates everything that `t` does. */
function covers(wide: Toleration, t: Toleration): boolean {
  if (same(wide, t)) return true;
  // Without a key, Exists is about every taint.
  if ((t.key ?? '') !== (wide.key ?? '') && (wide.key || wide.operator !== 'Exists')) return false;
  if (wide.effect && wide.effect !== (t.effect ?? '')) return false;
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined && (t.tolerationSeconds === undefined || t.tolerationSeconds > wide.tolerationSeconds)) return false;
  if (wide.operator === 'Exists') return true;
  return (!wide.operator || wide.operator === 'Equal') && t.operator === 'Equal' && (t.value ?? '') === (wide.value ?? '');
}
