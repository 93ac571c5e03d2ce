import type { Cas, KV } from '../store';
import type { Row } from './row';

/** A write from its call to its answer; once decided it is the row that is committed. */
export class PendingWrite implements Row {
  rev = 0;
  createRev = 0;
  prevRev = 0;
  value!: Uint8Array;

  constructor(
    readonly key: string,
    readonly deleted: boolean,
    private readonly make: (rev: number) => Uint8Array,
    readonly expectRev: number,
    readonly tag: unknown,
    readonly resolve: (outcome: Cas) => void,
    readonly reject: (error: Error) => void,
  ) {}

  /** Whether the key's present state is the one the writer wants to change. */
  allowed(current: KV | undefined): boolean {
    if (this.deleted && !current) return false;
    return (current?.rev ?? 0) === this.expectRev;
  }

  /** Takes a revision and makes the bytes for it. Throws what the writer's function throws. */
  decide(rev: number, current: KV | undefined): void {
    this.value = this.make(rev);
    this.rev = rev;
    this.createRev = current?.createRev ?? rev;
    this.prevRev = current?.rev ?? 0;
  }
}
