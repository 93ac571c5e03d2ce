/**
 * Buffers of one size that are used again and again: fresh memory of some megabytes for every long answer costs page faults, and major
 * collections of garbage, since V8 counts it as pressure.
 */
export class Scratch {
  private readonly free: Buffer[] = [];
  private readonly lent = new WeakMap<ArrayBufferLike, Buffer>();

  /** `size`: bytes of a buffer; `keep`: how many are kept when nobody uses them. */
  constructor(
    readonly size: number,
    private readonly keep: number,
  ) {}

  /** A buffer whose content is whatever was in it. Its taker gives it back, or leaves it to the garbage collector. */
  take(): Buffer {
    const buffer = this.free.pop() ?? Buffer.allocUnsafeSlow(this.size);
    this.lent.set(buffer.buffer, buffer);
    return buffer;
  }

  /** Gives back a buffer, or any part of it; nobody may read it any more. Bytes from elsewhere are left alone. */
  give(part: Uint8Array): void {
    const buffer = this.lent.get(part.buffer);
    if (!buffer) return;
    this.lent.delete(part.buffer);
    if (this.free.length < this.keep) this.free.push(buffer);
  }
}
