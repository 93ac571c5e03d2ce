import type { KubeObject } from '../../api/meta/object';
import { FairQueues } from './fair-queues';

interface LevelSpec {
  type: 'Limited' | 'Exempt';
  limited?: Limits & { limitResponse?: { type: 'Queue' | 'Reject'; queuing?: { queues?: number; handSize?: number; queueLengthLimit?: number } } };
  exempt?: Limits;
}

interface Limits {
  nominalConcurrencyShares?: number;
  lendablePercent?: number;
  borrowingLimitPercent?: number;
}

/** Requests that may wait of a level that does not queue, only because the server has done enough for this turn. */
const DEFERRED = 1000;

/** One PriorityLevelConfiguration at work: how many of its requests are served, and which wait. */
export class PriorityLevel {
  /** Requests being served. */
  executing = 0;
  /** Seats of its own, out of the server's. */
  nominal = 0;
  /** Seats that others may use while it does not. */
  lendable = 0;
  /** Seats of others it may use. */
  borrowable = Infinity;
  /** Virtual time of its next request from the queues, among the levels. */
  tag = 0;
  queues!: FairQueues;
  private made?: string;
  private spec!: LevelSpec;

  constructor(private object: KubeObject) {
    this.update(object);
  }

  get name(): string {
    return this.object.metadata.name!;
  }

  get uid(): string {
    return this.object.metadata.uid ?? '';
  }

  get exempt(): boolean {
    return this.spec.type === 'Exempt';
  }

  get shares(): number {
    return this.limits.nominalConcurrencyShares ?? (this.exempt ? 0 : 30);
  }

  /** Those that find no free seat are refused, not queued. */
  get rejects(): boolean {
    return !this.exempt && this.spec.limited?.limitResponse?.type === 'Reject';
  }

  /** Seats it takes from others now. */
  get borrowed(): number {
    return this.exempt ? 0 : Math.max(0, this.executing - this.nominal);
  }

  /** Takes a new state of the object; what waits goes on waiting in the old queues when their shape stays. */
  update(object: KubeObject): void {
    this.object = object;
    this.spec = object.spec as LevelSpec;
    const queuing = this.spec.limited?.limitResponse?.queuing;
    const shape = this.exempt
      ? { queues: 1, handSize: 1, queueLengthLimit: Infinity }
      : this.rejects
        ? { queues: 1, handSize: 1, queueLengthLimit: DEFERRED }
        : { queues: queuing?.queues ?? 64, handSize: queuing?.handSize ?? 8, queueLengthLimit: queuing?.queueLengthLimit ?? 50 };
    const key = JSON.stringify(shape);
    if (key === this.made && this.queues) return;
    const before = this.queues;
    this.made = key;
    this.queues = new FairQueues(shape);
    // A change of shape must lose nobody; where they waited no longer counts.
    for (let i = 0, w = before?.take(); w; i++, w = before!.take()) if (!this.queues.add(i, w)) w.expire();
  }

  /** Gives it its part of the server's seats. */
  share(seats: number): void {
    this.nominal = seats;
    this.lendable = Math.round((seats * (this.limits.lendablePercent ?? 0)) / 100);
    const limit = this.limits.borrowingLimitPercent;
    this.borrowable = limit === undefined || limit === null ? Infinity : Math.round((seats * limit) / 100);
  }

  private get limits(): Limits {
    return (this.exempt ? this.spec.exempt : this.spec.limited) ?? {};
  }
}
