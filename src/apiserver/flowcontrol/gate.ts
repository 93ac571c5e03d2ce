import type { Clock } from '../../util/clock';
import type { Waiter } from './fair-queues';
import type { PriorityLevel } from './priority-level';

/** Requests served at once, over all levels but the exempt: upstream's max-requests-inflight and max-mutating-requests-inflight. */
export const SEATS = 600;
/** Milliseconds of one turn of the event loop that may go to new requests; those beyond wait for the next, so that nothing else starves. */
const TURN = 15;
/** Milliseconds a request may wait: a quarter of upstream's request timeout. */
const PATIENCE = 15_000;
const EXPIRY_PERIOD = 1000;

/** Why a request is refused, in the words of upstream's metric. */
export type Refusal = 'queue-full' | 'concurrency-limit' | 'time-out';

/**
 * Lets requests in: at once while their level has a free seat and this turn of the event loop has time left, otherwise through the
 * level's queues (priority and fairness, KEP-1040). Handlers run in one thread: it is the time of a turn that is scarce, more than seats.
 */
export class Gate {
  private levels: readonly PriorityLevel[] = [];
  private limited: readonly PriorityLevel[] = [];
  private waiting = 0;
  private virtual = 0;
  private turnBegan = 0;
  private inTurn = false;
  private expiring = false;

  constructor(private readonly clock: Clock) {}

  /** Takes the levels there are now and divides the seats among them. */
  use(levels: readonly PriorityLevel[]): void {
    this.levels = levels;
    this.limited = levels.filter((l) => !l.exempt);
    const shares = levels.reduce((n, l) => n + l.shares, 0);
    for (const l of levels) l.share(shares === 0 ? 0 : Math.ceil((SEATS * l.shares) / shares));
  }

  /** Whether a request may go at once; it has its seat then. `now`: Clock.monotonic(). */
  enter(level: PriorityLevel, now: number): boolean {
    if (!this.hasTime(now) || level.queues.size > 0 || !this.hasSeat(level)) return false;
    level.executing++;
    return true;
  }

  /** Lets a request wait that may not go at once. `hash`: of its flow. @returns why it may not even wait */
  wait(level: PriorityLevel, hash: number, w: Waiter): Refusal | undefined {
    if (level.rejects && !this.hasSeat(level)) return 'concurrency-limit';
    if (level.queues.size === 0) level.tag = Math.max(level.tag, this.virtual);
    if (!level.queues.add(hash, w)) return 'queue-full';
    this.waiting++;
    this.watchOver();
    this.openTurn(this.clock.monotonic());
    return undefined;
  }

  /** A request has been answered. */
  leave(level: PriorityLevel): void {
    level.executing--;
    if (this.waiting > 0) this.openTurn(this.clock.monotonic());
  }

  private hasTime(now: number): boolean {
    if (this.inTurn) return now - this.turnBegan <= TURN;
    this.openTurn(now);
    return true;
  }

  private openTurn(now: number): void {
    if (this.inTurn) return;
    this.inTurn = true;
    this.turnBegan = now;
    setImmediate(this.turn);
  }

  /** Begins a turn: those who wait come before new ones. */
  private readonly turn = (): void => {
    this.inTurn = false;
    if (this.waiting === 0) return;
    const began = this.clock.monotonic();
    let went = false;
    for (let level = this.next(); level; level = this.next()) {
      const w = level.queues.take();
      this.count();
      if (!w) continue;
      this.virtual = level.tag;
      level.tag += 1 / Math.max(1, level.shares);
      level.executing++;
      went = true;
      w.go();
      if (this.clock.monotonic() - began > TURN) break;
    }
    // Without a free seat nothing can go before somebody leaves, who opens a turn.
    if (this.waiting > 0 && went) this.openTurn(this.clock.monotonic());
  };

  /** The level whose turn it is: exempt ones first, the others by their shares. */
  private next(): PriorityLevel | undefined {
    let best: PriorityLevel | undefined;
    for (const l of this.levels) {
      if (l.queues.size === 0 || !this.hasSeat(l)) continue;
      if (l.exempt) return l;
      if (!best || l.tag < best.tag) best = l;
    }
    return best;
  }

  /** Its own seats first, then what others lend. */
  private hasSeat(level: PriorityLevel): boolean {
    if (level.exempt || level.executing < level.nominal) return true;
    if (level.borrowed >= level.borrowable) return false;
    let free = 0;
    for (const l of this.limited) free += l === level ? 0 : Math.max(0, Math.min(l.lendable, l.nominal - l.executing)) - l.borrowed;
    return free - level.borrowed > 0;
  }

  private count(): void {
    this.waiting = this.levels.reduce((n, l) => n + l.queues.size, 0);
  }

  /** While anybody waits: looks for those who have waited too long. */
  private watchOver(): void {
    if (this.expiring) return;
    this.expiring = true;
    this.clock.after(EXPIRY_PERIOD, () => {
      this.expiring = false;
      for (const l of this.levels) if (!l.exempt) l.queues.expire(this.clock.monotonic() - PATIENCE);
      this.count();
      if (this.waiting > 0) this.watchOver();
    });
  }
}
