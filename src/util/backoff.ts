import type { Clock } from './clock';
import type { Random } from './random';

export interface BackoffOptions {
  /** First delay in milliseconds. */
  first: number;
  /** Longest delay in milliseconds, before jitter. */
  most: number;
  factor: number;
  /** Up to this share of the delay is added by chance. */
  jitter: number;
  /** After that many milliseconds without a failure the delays begin anew. */
  resetAfter?: number;
}

/** Delays that grow with every failure (wait.Backoff with a reset, as client-go's reflectors use). */
export class Backoff {
  private delay: number;
  private last = -Infinity;

  constructor(
    private readonly o: BackoffOptions,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    this.delay = o.first;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const now = this.clock.monotonic();
    if (this.o.resetAfter !== undefined && now - this.last > this.o.resetAfter) this.delay = this.o.first;
    this.last = now;
    const d = this.delay;
    this.delay = Math.min(this.o.most, this.delay * this.o.factor);
    return d * (1 + this.o.jitter * this.random.next());
  }

  reset(): void {
    this.delay = this.o.first;
  }
}
