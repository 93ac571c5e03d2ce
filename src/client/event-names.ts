import type { Clock } from '../util/clock';
import type { Random } from '../util/random';

/**
 * Names of events: the object's name and the time in nanoseconds as hexadecimal, never the same twice. Clocks count milliseconds and other
 * sources write about the same object at the same time, so what lies below them is chance.
 */
export class EventNames {
  private last = 0n;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  next(of: string): string {
    const now = BigInt(Math.floor(this.clock.now())) * 1_000_000n + BigInt(this.random.int(1_000_000));
    this.last = now > this.last ? now : this.last + 1n;
    return `${of}.${this.last.toString(16)}`;
  }
}
