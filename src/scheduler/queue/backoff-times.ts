import type { QueuedPod } from './queued-pod';

/** Back-offs end together once a second, so that among the pods of that second priority decides. */
const WINDOW = 1000;

/** How long pods that failed have to wait: doubled with every failure, at most `most` milliseconds; 0 turns waiting off. */
export class BackoffTimes {
  constructor(
    private readonly first: number,
    private readonly most: number,
  ) {}

  /** The window in which the pod's back-off ends; 0 when it has none. */
  until(q: QueuedPod): number {
    const failures = q.errors || q.refusals;
    if (failures === 0 || this.most === 0) return 0;
    return (q.backoffUntil ??= align(q.timestamp + Math.min(this.most, this.first * 2 ** (failures - 1))));
  }

  backingOff(q: QueuedPod, now: number): boolean {
    const until = this.until(q);
    return until > 0 && until >= align(now);
  }

  /** The first moment at which the pod is no longer backing off. */
  ends(q: QueuedPod): number {
    return this.until(q) + WINDOW;
  }
}

function align(t: number): number {
  return Math.floor(t / WINDOW) * WINDOW;
}
