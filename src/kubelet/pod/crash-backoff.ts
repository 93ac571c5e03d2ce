const FIRST = 10_000;
const MOST = 300_000;

/** When a container that ended may be started again: at once the first time, then after 10, 20, 40 … at most 300 seconds; forgotten after ten good minutes. */
export class CrashBackoff {
  private delay = 0;
  private updated = 0;

  /** Milliseconds that a container which ended at `endedAt` has to wait from `now` on; 0 when it may start. */
  remaining(endedAt: number, now: number): number {
    if (this.delay === 0 || this.expired(now)) return 0;
    return Math.max(0, endedAt + this.delay - now);
  }

  /** The delay in force, in milliseconds. */
  get current(): number {
    return this.delay;
  }

  /** It is started again. */
  next(now: number): void {
    this.delay = this.delay === 0 || this.expired(now) ? FIRST : Math.min(MOST, this.delay * 2);
    this.updated = now;
  }

  /** What a container that was restarted so many times, last at `updated`, would have. */
  static after(restarts: number, updated: number): CrashBackoff {
    const b = new CrashBackoff();
    if (restarts > 0) b.delay = Math.min(MOST, FIRST * 2 ** Math.min(restarts - 1, 10));
    b.updated = updated;
    return b;
  }

  private expired(now: number): boolean {
    return now - this.updated > 2 * MOST;
  }
}
