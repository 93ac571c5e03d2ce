import { podTemplateWarnings } from '../shared/pod-warnings';
import type { Raw } from '../shared/raw';

const MANY_COMPLETIONS = 100_000;
const MANY_PODS = 10_000;

/** Fills what a pod failure policy leaves out, in jobs and in templates of jobs. */
export function defaultFailurePolicy(spec: Raw): void {
  for (const rule of (spec.podFailurePolicy?.rules ?? []) as Raw[]) {
    for (const pattern of (rule.onPodConditions ?? []) as Raw[]) pattern.status ||= 'True';
  }
}

/** Warnings about a JobSpec at `path`. */
export function jobSpecWarnings(spec: Raw, path: string, old?: Raw): string[] {
  const warnings: string[] = [];
  if (spec.completionMode === 'Indexed' && spec.completions > MANY_COMPLETIONS && spec.parallelism > MANY_PODS) {
    warnings.push(
      `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
    );
  }
  return [...warnings, ...podTemplateWarnings(spec.template as Raw | undefined, `${path}.template`, old?.template as Raw | undefined)];
}
