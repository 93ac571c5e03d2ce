/** A request that waits for its turn. */
export interface Waiter {
  /** Serves it. */
  go(): void;
  /** Its client does not wait any longer. */
  readonly gone: boolean;
  /** Told when it leaves the queue for that reason. */
  drop(): void;
  /** Refuses it: it has waited too long. */
  expire(): void;
  /** Clock.monotonic() when it began to wait. */
  readonly since: number;
}

class Queue {
  private items: Waiter[] = [];
  private first = 0;
  /** Virtual time at which its next request would begin if all queues were served side by side. */
  tag = 0;

  get length(): number {
    return this.items.length - this.first;
  }

  push(w: Waiter): void {
    this.items.push(w);
  }

  peek(): Waiter | undefined {
    return this.items[this.first];
  }

  shift(): Waiter {
    const w = this.items[this.first]!;
    this.first++;
    if (this.first > 32 && this.first * 2 > this.items.length) {
      this.items = this.items.slice(this.first);
      this.first = 0;
    }
    return w;
  }
}

export interface QueueShape {
  queues: number;
  handSize: number;
  queueLengthLimit: number;
}

/**
 * The queues of one priority level (KEP-1040). A flow is dealt a hand of queues by its hash (shuffle sharding) and joins the shortest of
 * them, so that one that floods the server meets few others. Queues are served by start-time fair queuing: each gets the same share,
 * however long it is.
 */
export class FairQueues {
  private readonly all: Queue[];
  private readonly active = new Set<Queue>();
  private virtual = 0;
  private waiting = 0;

  constructor(private readonly shape: QueueShape) {
    this.all = Array.from({ length: Math.max(1, shape.queues) }, () => new Queue());
  }

  get size(): number {
    return this.waiting;
  }

  /** @returns false when the flow's shortest queue is full */
  add(hash: number, w: Waiter): boolean {
    const q = this.shortest(hash);
    if (q.length >= this.shape.queueLengthLimit) return false;
    if (q.length === 0) {
      q.tag = Math.max(q.tag, this.virtual);
      this.active.add(q);
    }
    q.push(w);
    this.waiting++;
    return true;
  }

  /** The request whose turn it is. Those whose clients have gone are dropped on the way. */
  take(): Waiter | undefined {
    while (this.waiting > 0) {
      let next: Queue | undefined;
      for (const q of this.active) if (!next || q.tag < next.tag) next = q;
      const w = this.remove(next!);
      if (w.gone) {
        w.drop();
        continue;
      }
      this.virtual = next!.tag;
      next!.tag++;
      return w;
    }
    return undefined;
  }

  /** Refuses what has waited since before `limit`. */
  expire(limit: number): void {
    for (const q of [...this.active]) {
      while (q.length > 0 && q.peek()!.since < limit) {
        const w = this.remove(q);
        if (w.gone) w.drop();
        else w.expire();
      }
    }
  }

  private remove(q: Queue): Waiter {
    const w = q.shift();
    this.waiting--;
    if (q.length === 0) this.active.delete(q);
    return w;
  }

  private shortest(hash: number): Queue {
    const { all } = this;
    let best: Queue | undefined;
    for (const i of deal(hash, all.length, this.shape.handSize)) if (!best || all[i]!.length < best.length) best = all[i]!;
    return best!;
  }
}

/** `hand` different numbers below `deck`, always the same for a hash. */
export function deal(hash: number, deck: number, hand: number): number[] {
  if (deck === 1) return [0];
  const dealt: number[] = [];
  let state = hash >>> 0;
  while (dealt.length < Math.min(Math.max(1, hand), deck)) {
    // A step of mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const card = ((t ^ (t >>> 14)) >>> 0) % deck;
    if (!dealt.includes(card)) dealt.push(card);
  }
  return dealt;
}

/** FNV-1a of a text. */
export function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
