import type { Clock, Disposable } from './clock';
import { sleepOn } from './system-clock';

interface Timer {
  at: number;
  seq: number;
  every?: number;
  fn: () => void;
}

/** A clock that stands still until it is stepped; timers fire in the order of their times. */
export class FakeClock implements Clock {
  private timers: Timer[] = [];
  private seq = 0;
  private readonly start: number;

  constructor(private time: number = Date.UTC(2026, 0, 1)) {
    this.start = time;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time - this.start;
  }

  after(ms: number, fn: () => void): Disposable {
    return this.add({ at: this.time + Math.max(0, ms), seq: this.seq++, fn });
  }

  every(ms: number, fn: () => void): Disposable {
    return this.add({ at: this.time + ms, seq: this.seq++, every: ms, fn });
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  /** Moves time on by `ms`, firing what falls due on the way. Promises it resolves run after the caller awaits. */
  step(ms: number): void {
    const until = this.time + ms;
    for (let t = this.next(until); t; t = this.next(until)) {
      this.time = Math.max(this.time, t.at);
      if (t.every === undefined) this.remove(t);
      else t.at += t.every;
      t.fn();
    }
    this.time = until;
  }

  /** Like step, but lets pending promises and immediates settle after every timer: what a running cluster needs. */
  async advance(ms: number, settle: () => Promise<void> = () => new Promise((r) => setImmediate(r))): Promise<void> {
    const until = this.time + ms;
    await settle();
    for (let t = this.next(until); t; t = this.next(until)) {
      this.step(Math.max(0, t.at - this.time));
      await settle();
    }
    this.time = until;
  }

  /** Number of timers waiting. */
  get pending(): number {
    return this.timers.length;
  }

  private add(timer: Timer): Disposable {
    this.timers.push(timer);
    return { dispose: () => this.remove(timer) };
  }

  private remove(timer: Timer): void {
    const i = this.timers.indexOf(timer);
    if (i >= 0) this.timers.splice(i, 1);
  }

  private next(until: number): Timer | undefined {
    let best: Timer | undefined;
    for (const t of this.timers) {
      if (t.at <= until && (!best || t.at < best.at || (t.at === best.at && t.seq < best.seq))) best = t;
    }
    return best;
  }
}
