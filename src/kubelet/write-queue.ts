import { isReason, StatusError } from '../api/errors/status-error';
import type { Clock, Disposable } from '../util/clock';
import type { Log } from '../util/log';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

/** A write that is worked out when its turn comes, so that what happened meanwhile goes with it. */
export interface WriteJob {
  /** For messages. */
  what: string;
  /** Sends it; undefined when there is nothing left to send. */
  send(): Promise<unknown> | undefined;
  /** The server refused it for good. */
  refused?(e: StatusError): void;
}

/** Sends writes in the order of their keys, a limited number at a time, one per key; tries again what failed for a passing reason. */
export class WriteQueue {
  private readonly waiting = new Map<string, WriteJob>();
  private readonly sending = new Set<string>();
  private readonly pauses = new Map<string, { ms: number; timer: Disposable; job: WriteJob }>();
  private stopped = false;
  private idlers: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly parallelism: number,
  ) {}

  /** Has the job sent soon; one that still waits under the same key is replaced. */
  push(key: string, job: WriteJob): void {
    if (this.stopped) return;
    const pause = this.pauses.get(key);
    if (pause) {
      pause.job = job;
      return;
    }
    this.waiting.set(key, job);
    this.pump();
  }

  drop(key: string): void {
    this.waiting.delete(key);
    this.pauses.get(key)?.timer.dispose();
    this.pauses.delete(key);
  }

  /** Takes up no more and resolves when what is on its way has arrived. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.clear();
    for (const p of this.pauses.values()) p.timer.dispose();
    this.pauses.clear();
    if (this.sending.size) await new Promise<void>((resolve) => this.idlers.push(resolve));
  }

  private pump(): void {
    if (this.sending.size >= this.parallelism) return;
    for (const [key, job] of this.waiting) {
      if (this.sending.has(key)) continue;
      this.waiting.delete(key);
      const promise = job.send();
      if (promise) {
        this.sending.add(key);
        void this.follow(key, job, promise);
      }
      if (this.sending.size >= this.parallelism) return;
    }
  }

  private async follow(key: string, job: WriteJob, promise: Promise<unknown>): Promise<void> {
    let again = false;
    try {
      await promise;
      this.failures.delete(key);
    } catch (e) {
      again = this.passing(job, e as Error);
    }
    this.sending.delete(key);
    if (again && !this.stopped && !this.waiting.has(key)) this.pause(key, job);
    if (this.sending.size === 0) for (const resolve of this.idlers.splice(0)) resolve();
    this.pump();
  }

  private readonly failures = new Map<string, number>();

  private pause(key: string, job: WriteJob): void {
    const n = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, n);
    const ms = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (n - 1));
    const entry = {
      ms,
      job,
      timer: this.clock.after(ms, () => {
        this.pauses.delete(key);
        this.push(key, entry.job);
      }),
    };
    this.pauses.set(key, entry);
  }

  /** Whether the write may succeed when it is tried again. */
  private passing(job: WriteJob, e: Error): boolean {
    if (isReason(e, 'NotFound')) return false;
    // A conflict passes: the pod was being written by another, or is another by now, whose event ends this key.
    if (e instanceof StatusError && e.code < 500 && e.code !== 429 && e.code !== 408 && e.code !== 409) {
      this.log.warn({ what: job.what, err: e.message }, 'write refused');
      job.refused?.(e);
      return false;
    }
    this.log.warn({ what: job.what, err: e.message }, 'write failed; it is tried again');
    return true;
  }
}
