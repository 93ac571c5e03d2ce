import type { Pod } from '../shared/types';
import { finishTime } from './job-pods';

const FIRST = 10_000;
const MOST = 600_000;

/** Failures in a row of a Job and when the last was. */
export interface Failures {
  count: number;
  last?: number;
}

/** The record after these pods have ended: a success begins it anew. */
export function nextFailures(before: Failures | undefined, succeeded: readonly Pod[], failed: readonly Pod[]): Failures {
  const old = before ?? { count: 0 };
  const times = failed.map(finishTime).sort((a, b) => a - b);
  if (succeeded.length === 0) return times.length === 0 ? old : { count: old.count + times.length, last: times.at(-1) };
  const success = Math.max(...succeeded.map(finishTime));
  const after = times.filter((t) => t > success);
  return after.length === 0 ? { count: 0 } : { count: after.length, last: after.at(-1) };
}

/** Milliseconds to wait before the next pod. */
export function pauseLeft(f: Failures, now: number): number {
  if (f.count === 0 || f.last === undefined) return 0;
  const pause = Math.min(MOST, FIRST * 2 ** (f.count - 1));
  return Math.max(0, pause - (now - f.last));
}
