import type { KubeObject } from '../../api/meta/object';
import type { Clock, Disposable } from '../../util/clock';

/** Ends a pod that is longer on its node than it may (spec.activeDeadlineSeconds). */
export class Deadline {
  private timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly passed: (message: string) => void,
  ) {}

  /** @param startTime when the node has taken the pod in, as in its status */
  watch(pod: KubeObject, startTime: string): void {
    const seconds = pod['spec'].activeDeadlineSeconds as number | undefined;
    this.clear();
    if (seconds === undefined) return;
    const left = Date.parse(startTime) + seconds * 1000 - this.clock.now();
    this.timer = this.clock.after(Math.max(0, left), () => this.passed('Pod was active on the node longer than the specified deadline'));
  }

  clear(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}
