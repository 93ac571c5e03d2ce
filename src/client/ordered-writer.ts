import { StatusError } from '../api/errors/status-error';
import type { Clock } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';

const MOST_TRIES = 12;
const PAUSE = 10_000;
/** More than that many waiting writes are dropped, as client-go drops events when its queue is full. */
const MOST_WAITING = 10_000;
const CONCURRENT = 16;

/** Does writes in the background: those of one key one after the other, others side by side; tries again while the server is out of reach. */
export class OrderedWriter {
  private readonly keys = new Map<string, (() => Promise<unknown>)[]>();
  private readonly turn: string[] = [];
  private readonly abort = new AbortController();
  private active = 0;
  private waiting = 0;
  private idlers: (() => void)[] = [];

  constructor(private readonly x: { clock: Clock; random: Random; log: Log }) {}

  write(key: string, fn: () => Promise<unknown>): void {
    if (this.abort.signal.aborted) return;
    if (this.waiting >= MOST_WAITING) {
      this.x.log.warn({ waiting: this.waiting }, 'event dropped: too many wait to be written');
      return;
    }
    this.waiting++;
    const queue = this.keys.get(key);
    if (queue) {
      queue.push(fn);
      return;
    }
    this.keys.set(key, [fn]);
    this.turn.push(key);
    this.pump();
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    if (this.waiting > 0) await new Promise<void>((resolve) => this.idlers.push(resolve));
  }

  stop(): void {
    this.abort.abort(new Error('stopped'));
    this.keys.clear();
    this.turn.length = 0;
  }

  private pump(): void {
    while (this.active < CONCURRENT && this.turn.length > 0) {
      this.active++;
      void this.run(this.turn.shift()!);
    }
  }

  private async run(key: string): Promise<void> {
    const fn = this.keys.get(key)?.shift();
    if (fn) await this.attempt(fn);
    this.active--;
    this.waiting--;
    if ((this.keys.get(key)?.length ?? 0) > 0) this.turn.push(key);
    else this.keys.delete(key);
    if (this.waiting === 0) for (const resolve of this.idlers.splice(0)) resolve();
    this.pump();
  }

  private async attempt(fn: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await fn();
        return;
      } catch (e) {
        if (this.abort.signal.aborted) return;
        if (e instanceof StatusError) {
          const expected = e.reason === 'AlreadyExists' || e.status.details?.causes?.some((c) => c.reason === 'NamespaceTerminating');
          this.x.log[expected ? 'debug' : 'warn']({ err: e.message }, 'event refused');
          return;
        }
        if (tries === MOST_TRIES) {
          this.x.log.error({ err: (e as Error).message, tries }, 'event could not be written');
          return;
        }
        // The first pause is a random share, so that many clients do not come back together.
        const pause = tries === 1 ? PAUSE * this.x.random.next() : PAUSE;
        const gone = await this.x.clock.sleep(pause, this.abort.signal).then(
          () => false,
          () => true,
        );
        if (gone) return;
      }
    }
  }
}
