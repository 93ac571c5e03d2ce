import type { KubeObject } from '../../api/meta/object';

/** Whether a Job's status has the condition with this status. */
export function hasCondition(o: KubeObject, type: string, status: 'True' | 'False'): boolean {
  return ((o.status?.conditions ?? []) as { type: string; status: string }[]).some((c) => c.type === type && c.status === status);
}

export function isConditionTrue(o: KubeObject, type: string): boolean {
  return hasCondition(o, type, 'True');
}

/** Complete or failed. */
export function isFinished(o: KubeObject): boolean {
  return isConditionTrue(o, 'Complete') || isConditionTrue(o, 'Failed');
}
