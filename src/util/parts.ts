import type { Scratch } from './scratch';

/** Joins texts and bytes into parts of some size, in scratch buffers, without a copy of the whole. */
export class Parts {
  private buffer: Buffer;
  private at = 0;
  private full: Uint8Array[] = [];

  constructor(private readonly scratch: Scratch) {
    this.buffer = scratch.take();
  }

  /** Adds text, as UTF-8. */
  text(s: string): void {
    // No character has more than three bytes for each of its UTF-16 units.
    if (this.at + 3 * s.length <= this.buffer.length) this.at += this.buffer.write(s, this.at);
    else if (3 * s.length <= this.buffer.length) {
      this.next();
      this.at = this.buffer.write(s, 0);
    } else this.alone(Buffer.from(s));
  }

  /** Adds bytes `from` to `to`; the longest are not copied, so nobody may change them. */
  bytes(b: Uint8Array, from = 0, to = b.length): void {
    const size = to - from;
    if (this.at + size > this.buffer.length) {
      if (size > this.buffer.length) {
        this.alone(b.subarray(from, to));
        return;
      }
      this.next();
    }
    if ((b as Buffer).copy) (b as Buffer).copy(this.buffer, this.at, from, to);
    else this.buffer.set(b.subarray(from, to), this.at);
    this.at += size;
  }

  /** Adds one byte. */
  byte(value: number): void {
    if (this.at === this.buffer.length) this.next();
    this.buffer[this.at++] = value;
  }

  /** Parts that are full, in order; they are its taker's. */
  take(): Uint8Array[] {
    const { full } = this;
    if (full.length > 0) this.full = [];
    return full;
  }

  /** The same, and what was begun. Nothing may be added any more. */
  end(): Uint8Array[] {
    if (this.at > 0) this.full.push(this.buffer.subarray(0, this.at));
    else this.scratch.give(this.buffer);
    return this.take();
  }

  private next(): void {
    if (this.at === 0) return;
    this.full.push(this.buffer.subarray(0, this.at));
    this.buffer = this.scratch.take();
    this.at = 0;
  }

  private alone(b: Uint8Array): void {
    this.next();
    this.full.push(b);
  }
}

/** Adds the item at an index, with what stands before it. */
export type WriteItem = (i: number, to: Parts) => void;

/**
 * The parts made of `head`, of `count` items that `write` adds one after the other, and of `tail`, as they become full.
 * After every `pause` items that filled none it yields undefined, so that whoever takes the parts can let others have a turn.
 */
export function partsOf(scratch: Scratch, head: Uint8Array, count: number, write: WriteItem, tail: Uint8Array): Generator<Uint8Array, void>;
export function partsOf(scratch: Scratch, head: Uint8Array, count: number, write: WriteItem, tail: Uint8Array, pause: number): Generator<Uint8Array | undefined, void>;
export function* partsOf(scratch: Scratch, head: Uint8Array, count: number, write: WriteItem, tail: Uint8Array, pause = Infinity): Generator<Uint8Array | undefined, void> {
  const parts = new Parts(scratch);
  parts.bytes(head);
  for (let i = 0; i < count; i++) {
    write(i, parts);
    const full = parts.take();
    if (full.length > 0) yield* full;
    else if ((i + 1) % pause === 0) yield undefined;
  }
  parts.bytes(tail);
  yield* parts.end();
}
