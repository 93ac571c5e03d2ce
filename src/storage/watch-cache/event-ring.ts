import type { KubeObject } from '../../api/meta/object';
import type { CacheEvent } from './cache-event';

/** The latest changes of one resource, the oldest dropped first. */
export class EventRing<T extends KubeObject> {
  private readonly slots: CacheEvent<T>[] = [];
  /** Position of the oldest event once the ring is full. */
  private first = 0;

  /** `from`: revision after which the ring knows every change. */
  constructor(
    private readonly capacity: number,
    private from: number,
  ) {}

  /** Every change after this revision is here. */
  get completeAfter(): number {
    return this.from;
  }

  push(event: CacheEvent<T>): void {
    if (this.slots.length < this.capacity) {
      this.slots.push(event);
      return;
    }
    this.from = this.slots[this.first]!.rev;
    this.slots[this.first] = event;
    this.first = (this.first + 1) % this.capacity;
  }

  /** Events with a revision above `rev`, oldest first; a copy. */
  after(rev: number): CacheEvent<T>[] {
    const n = this.slots.length;
    const at = (i: number): CacheEvent<T> => this.slots[(this.first + i) % n]!;
    let lo = 0;
    let hi = n;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (at(mid).rev <= rev) lo = mid + 1;
      else hi = mid;
    }
    return Array.from({ length: n - lo }, (_, i) => at(lo + i));
  }
}
