import type { Clock, Disposable } from '../../util/clock';

/** One timer for the earliest of several times at which something has to be looked at again. */
export class Waker {
  private timer: { at: number; disposable: Disposable } | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly wake: () => void,
  ) {}

  /** Wakes at that time, in milliseconds since the epoch, unless it is to wake before: whoever is woken asks for what comes next. */
  at(time: number): void {
    if (this.timer && this.timer.at <= time) return;
    this.clear();
    const disposable = this.clock.after(Math.max(0, time - this.clock.now()), () => {
      this.timer = undefined;
      this.wake();
    });
    this.timer = { at: time, disposable };
  }

  clear(): void {
    this.timer?.disposable.dispose();
    this.timer = undefined;
  }
}
