import type { Clock } from '../util/clock';

/** Names of events: the object's name and the time in nanoseconds as hexadecimal, never the same twice. */
export class EventNames {
  private last = 0n;

  constructor(private readonly clock: Clock) {}

  next(of: string): string {
    const now = BigInt(Math.round(this.clock.now() * 1000)) * 1000n;
    this.last = now > this.last ? now : this.last + 1n;
    return `${of}.${this.last.toString(16)}`;
  }
}
