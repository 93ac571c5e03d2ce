import { parseTime } from '../../api/meta/time';
import type { PodInfo } from '../cache/pod-info';

/** When a pod started on its node, in milliseconds since the epoch; `now` for one that has not. */
export function startedAt(p: PodInfo, now: number): number {
  const t = p.pod['status']?.startTime as string | undefined;
  return t ? parseTime(t) : now;
}
