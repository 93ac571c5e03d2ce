import { parseTime } from '../../api/meta/time';
import { isPodFinished, podCondition } from '../shared/pod';
import type { ContainerStatus, Pod } from '../shared/types';
import type { FailureRule, Job } from '../shared/job';
import { replacesFailedOnly } from '../shared/job';

/** Pods keep it until the Job has counted them. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
export const INDEX = 'batch.kubernetes.io/job-completion-index';
export const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING) ?? false;
}

/** The completion index of the pod; -1 when it has none. */
export function indexOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : -1;
}

export function isFailedPod(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesFailedOnly(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

/** Failures of the pod's index up to it, and those that did not count. */
export function indexFailures(pod: Pod): { counted: number; ignored: number } {
  const read = (key: string): number => {
    const text = pod.metadata.annotations?.[key];
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
  };
  return { counted: read(FAILURES), ignored: read(IGNORED_FAILURES) };
}

/** When the pod ended, as well as it can be told, in milliseconds since the epoch. */
export function finishTime(pod: Pod): number {
  const sidecars = new Set((pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const ended = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? []).filter((c) => sidecars.has(c.name))];
  const times = ended.map((c) => parseTime(c.state?.terminated?.finishedAt ?? ''));
  if (times.length > 0 && times.every((t) => t > 0)) return Math.max(...times);
  const ready = podCondition(pod, 'Ready');
  const unready = ready?.status === 'False' ? parseTime(ready.lastTransitionTime ?? '') : NaN;
  if (unready > 0) return unready;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  if (deletionTimestamp) return parseTime(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return parseTime(creationTimestamp ?? '') || 0;
}

/** What the failure policy says of a failed pod. `failJob`: the Job fails, for this reason. */
export function judgeFailure(rules: readonly FailureRule[] | undefined, pod: Pod): { counts: boolean; action?: string; failJob?: string } {
  for (const [i, rule] of (rules ?? []).entries()) {
    const where = `${pod.metadata.namespace}/${pod.metadata.name}`;
    let message: string | undefined;
    if (rule.onExitCodes) {
      const c = exitedBy(pod, rule.onExitCodes);
      if (c) message = `Container ${c.name} for pod ${where} failed with exit code ${c.state!.terminated!.exitCode} matching ${rule.action} rule at index ${i}`;
    } else if (rule.onPodConditions) {
      const c = pod.status?.conditions?.find((x) => rule.onPodConditions!.some((p) => p.type === x.type && p.status === x.status));
      if (c) message = `Pod ${where} has condition ${c.type} matching ${rule.action} rule at index ${i}`;
    }
    if (message === undefined) continue;
    return { counts: rule.action !== 'Ignore', action: rule.action, ...(rule.action === 'FailJob' ? { failJob: message } : {}) };
  }
  return { counts: true };
}

function exitedBy(pod: Pod, r: NonNullable<FailureRule['onExitCodes']>): ContainerStatus | undefined {
  return [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find((c) => {
    const code = c.state?.terminated?.exitCode;
    if (!code || (r.containerName !== undefined && r.containerName !== c.name)) return false;
    return r.operator === 'In' ? r.values.includes(code) : r.operator === 'NotIn' && !r.values.includes(code);
  });
}

/** Restarts of containers of pods that have not ended, for Jobs whose containers restart in place. */
export function restarts(pods: readonly Pod[]): number {
  let n = 0;
  for (const p of pods) {
    if (isPodFinished(p)) continue;
    for (const c of [...(p.status?.initContainerStatuses ?? []), ...(p.status?.containerStatuses ?? [])]) n += c.restartCount ?? 0;
  }
  return n;
}
