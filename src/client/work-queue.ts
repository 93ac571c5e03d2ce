import type { Clock, Disposable } from '../util/clock';

/** Longest time a timer can count; a key that has longer to wait comes early and is put off again. */
const LONGEST = 2 ** 31 - 1;

/** Delay of a key's n-th failure in a row: 5 ms doubling up to 1000 s, client-go's default for controllers. */
export function exponentialDelay(failures: number, first = 5, most = 1_000_000): number {
  return Math.min(most, first * 2 ** Math.min(failures, 40));
}

/**
 * The queue of a controller: a key stands in it once however often it is added, is never handed out twice at a time, and is handed out
 * again when it was added meanwhile (client-go's rate-limiting work queue).
 */
export class WorkQueue {
  private ready: string[] = [];
  private head = 0;
  private readonly dirty = new Set<string>();
  private readonly busy = new Set<string>();
  private readonly delayed = new Map<string, { at: number; timer: Disposable }>();
  private readonly failed = new Map<string, number>();
  private closed = false;
  private notify: () => void = () => {};

  constructor(
    private readonly clock: Clock,
    private readonly delay: (failures: number) => number = exponentialDelay,
  ) {}

  /** Called whenever a key can be taken; the one consumer sets it. */
  onReady(fn: () => void): void {
    this.notify = fn;
    if (this.size > 0) fn();
  }

  /** Keys that could be taken now. */
  get size(): number {
    return this.ready.length - this.head;
  }

  /** Keys waiting for their time. */
  get waiting(): number {
    return this.delayed.size;
  }

  /** Keys taken and not yet done. */
  get processing(): number {
    return this.busy.size;
  }

  add(key: string): void {
    if (this.closed || this.dirty.has(key)) return;
    this.dirty.add(key);
    if (this.busy.has(key)) return;
    this.push(key);
  }

  /** Adds the key after `ms` milliseconds; of several the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.closed) return;
    if (ms <= 0) return this.add(key);
    const at = this.clock.monotonic() + ms;
    const before = this.delayed.get(key);
    if (before) {
      if (before.at <= at) return;
      before.timer.dispose();
    }
    const timer = this.clock.after(Math.min(ms, LONGEST), () => {
      this.delayed.delete(key);
      this.add(key);
    });
    this.delayed.set(key, { at, timer });
  }

  /** Adds the key after a pause that grows with every failure since the last forget(). */
  addRateLimited(key: string): void {
    const n = this.failed.get(key) ?? 0;
    this.failed.set(key, n + 1);
    this.addAfter(key, this.delay(n));
  }

  /** Failures counted for the key since the last forget(). */
  failures(key: string): number {
    return this.failed.get(key) ?? 0;
  }

  /** The key's work went well: its next failure starts with the shortest pause. */
  forget(key: string): void {
    this.failed.delete(key);
  }

  /** The next key, which is then being worked on until done(key); undefined when there is none. */
  take(): string | undefined {
    if (this.head === this.ready.length) return undefined;
    const key = this.ready[this.head]!;
    this.head++;
    if (this.head > 1024 && this.head * 2 > this.ready.length) {
      this.ready = this.ready.slice(this.head);
      this.head = 0;
    }
    this.dirty.delete(key);
    this.busy.add(key);
    return key;
  }

  done(key: string): void {
    this.busy.delete(key);
    if (this.dirty.has(key)) this.push(key);
  }

  /** Forgets everything that waits and takes nothing more. */
  close(): void {
    this.closed = true;
    this.ready = [];
    this.head = 0;
    this.dirty.clear();
    for (const d of this.delayed.values()) d.timer.dispose();
    this.delayed.clear();
  }

  private push(key: string): void {
    if (this.closed) return;
    this.ready.push(key);
    this.notify();
  }
}
