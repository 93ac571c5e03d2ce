import type { Clock } from '../../util/clock';

/** What has something to write. */
export interface Flushable {
  flush(): void;
}

/** Rounds that took less than this many milliseconds are not followed by a pause. */
const CHEAP = 0.25;
/** A round that took t milliseconds is followed by a pause of six times that, so that fan-out takes at most a seventh of the time … */
const PAUSE = 6;
/** … but never by more than this. */
const LONGEST_PAUSE = 15;

/**
 * Writes what streams have collected, in rounds: at once when little is going on, so that all events of one commit leave in one write per
 * client and writers are answered before watchers; with pauses when many clients watch many changes, so that more events share a write.
 */
export class Flusher {
  private waiting: Flushable[] = [];
  private next = 0;

  constructor(private readonly clock: Clock) {}

  add(stream: Flushable): void {
    if (this.waiting.push(stream) > 1) return;
    const wait = this.next - this.clock.monotonic();
    if (wait <= 0) setImmediate(this.round);
    else this.clock.after(wait, this.round);
  }

  private readonly round = (): void => {
    const streams = this.waiting;
    this.waiting = [];
    const begun = this.clock.monotonic();
    for (const s of streams) s.flush();
    const ended = this.clock.monotonic();
    const took = ended - begun;
    this.next = took < CHEAP ? 0 : ended + Math.min(took * PAUSE, LONGEST_PAUSE);
  };
}
