import type { Clock } from './clock';

/** A piece of long work. @returns whether there is more to do now; work that waits for something adds itself again. Must not throw. */
export type Slice = () => boolean;

/** Milliseconds of a turn of the event loop that go to slices. */
const BUDGET = 8;

/** Does long work in pieces, by turns, and leaves the event loop free in between: a list of 100,000 objects must not hold up anybody. */
export class Slices {
  private waiting: Slice[] = [];
  private scheduled = false;

  constructor(private readonly clock: Clock) {}

  /** The first piece is done in the next turn. */
  add(slice: Slice): void {
    this.waiting.push(slice);
    this.schedule();
  }

  private readonly turn = (): void => {
    this.scheduled = false;
    const began = this.clock.monotonic();
    for (let slice = this.waiting.shift(); slice; slice = this.waiting.shift()) {
      if (slice()) this.waiting.push(slice);
      if (this.clock.monotonic() - began >= BUDGET) break;
    }
    if (this.waiting.length > 0) this.schedule();
  };

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.turn);
  }
}
