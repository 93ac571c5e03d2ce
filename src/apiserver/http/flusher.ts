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

/** Milliseconds after which a round lets others have a turn: a thousand clients would hold up every request for longer than one should wait. */
const SLICE = 5;

/**
 * Writes what streams have collected, in rounds: at once when little is going on, so that all events of one commit leave in one write per
 * client and writers are answered before watchers; with pauses when many clients watch many changes, so that more events share a write.
 */
export class Flusher {
  private waiting: Flushable[] = [];
  /** The round under way: its streams, how many of them are done, and how long that took. */
  private round?: { streams: Flushable[]; done: number; took: number };
  private flushing = false;
  /** A stream came during another's flush, or its own: it has more to write at once. */
  private soon = false;
  private next = 0;

  constructor(private readonly clock: Clock) {}

  add(stream: Flushable): void {
    this.waiting.push(stream);
    if (this.flushing) this.soon = true;
    else if (!this.round && this.waiting.length === 1) this.schedule();
  }

  private schedule(): void {
    const wait = this.soon ? 0 : this.next - this.clock.monotonic();
    this.soon = false;
    if (wait <= 0) setImmediate(this.begin);
    else this.clock.after(wait, this.begin);
  }

  private readonly begin = (): void => {
    this.round = { streams: this.waiting, done: 0, took: 0 };
    this.waiting = [];
    this.slice();
  };

  private readonly slice = (): void => {
    const round = this.round!;
    const { streams } = round;
    const begun = this.clock.monotonic();
    let now = begun;
    this.flushing = true;
    while (round.done < streams.length && now - begun < SLICE) {
      streams[round.done++]!.flush();
      now = this.clock.monotonic();
    }
    this.flushing = false;
    round.took += now - begun;
    if (round.done < streams.length) {
      setImmediate(this.slice);
      return;
    }
    this.round = undefined;
    this.next = round.took < CHEAP ? 0 : now + Math.min(round.took * PAUSE, LONGEST_PAUSE);
    if (this.waiting.length) this.schedule();
  };
}
