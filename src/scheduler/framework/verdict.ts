/**
 * What a plugin says about a pod or about a pod on a node (fwk.Status upstream). `undefined` means yes.
 * - unschedulable: no, but taking other pods away may help
 * - unresolvable: no, and no preemption can help
 * - pending: no, until something outside has been done for the pod; it skips the back-off when that is done
 * - skip: the plugin has nothing to do in this cycle
 * - wait: permit only; the pod waits for the plugin's approval
 * - error: the plugin could not tell
 */
export interface Verdict {
  readonly code: 'unschedulable' | 'unresolvable' | 'pending' | 'skip' | 'wait' | 'error';
  readonly reasons: readonly string[];
  /** With error: what was thrown or met. */
  readonly error?: Error;
}

export function unschedulable(...reasons: string[]): Verdict {
  return { code: 'unschedulable', reasons };
}

export function unresolvable(...reasons: string[]): Verdict {
  return { code: 'unresolvable', reasons };
}

export function failed(error: Error): Verdict {
  return { code: 'error', reasons: [error.message], error };
}

/** Nothing to do for this pod; filter and score of the plugin are left out of the cycle. */
export const SKIP: Verdict = { code: 'skip', reasons: [] };

/** Whether the pod was refused, as opposed to accepted, skipped, waiting or met with an error. */
export function isRejected(v: Verdict | undefined): v is Verdict {
  return v !== undefined && (v.code === 'unschedulable' || v.code === 'unresolvable' || v.code === 'pending');
}

/** Reasons joined as upstream's Status.Message(). */
export function messageOf(v: Verdict | undefined): string {
  return v ? v.reasons.join(', ') : '';
}
