/** Wire types of protocol buffers. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const LONGEST_KEPT = 256 * 1024;

/**
 * Writes a message from its end to its beginning: the length of every nested message is known when its head is written,
 * so nothing is measured first and nothing is moved.
 */
export class ReverseWriter {
  private buffer: Buffer;
  private at: number;

  constructor(size = 1024) {
    this.buffer = Buffer.allocUnsafe(size);
    this.at = size;
  }

  /** Begins again in the same memory; long ones are not kept. */
  clear(): void {
    if (this.buffer.length > LONGEST_KEPT) this.buffer = Buffer.allocUnsafe(LONGEST_KEPT);
    this.at = this.buffer.length;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.buffer.length - this.at;
  }

  bytes(b: Uint8Array): void {
    this.room(b.length);
    this.at -= b.length;
    this.buffer.set(b, this.at);
  }

  string(s: string): void {
    const n = Buffer.byteLength(s);
    this.room(n);
    this.at -= n;
    this.buffer.write(s, this.at);
  }

  /** A non-negative integer up to 2^53, or a negative one as its 64-bit complement. */
  varint(n: number): void {
    if (n < 0 || n > Number.MAX_SAFE_INTEGER) return this.bigVarint(BigInt.asUintN(64, BigInt(Math.trunc(n))));
    this.room(10);
    let size = 1;
    for (let rest = n; rest > 127; size++) rest = Math.floor(rest / 128);
    this.at -= size;
    let at = this.at;
    while (n > 127) {
      this.buffer[at++] = (n % 128) | 128;
      n = Math.floor(n / 128);
    }
    this.buffer[at] = n;
  }

  double(n: number): void {
    this.room(8);
    this.at -= 8;
    this.buffer.writeDoubleLE(n, this.at);
  }

  tag(field: number, wire: number): void {
    this.varint(field * 8 + wire);
  }

  /** What was written, in its right order. */
  result(): Buffer {
    return this.buffer.subarray(this.at);
  }

  private bigVarint(n: bigint): void {
    const out: number[] = [];
    for (; n > 127n; n >>= 7n) out.push(Number(n & 127n) | 128);
    out.push(Number(n));
    this.bytes(Uint8Array.from(out));
  }

  private room(n: number): void {
    if (n <= this.at) return;
    const used = this.length;
    const bigger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, used + n + 1024));
    this.buffer.copy(bigger, bigger.length - used, this.at);
    this.at = bigger.length - used;
    this.buffer = bigger;
  }
}

/** Reads a message. @throws Error for data that ends too early or is malformed */
export class Reader {
  private readonly buffer: Buffer;

  constructor(
    bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** An unsigned integer; beyond 2^53 the number is rounded. */
  varint(): number {
    let n = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const b = this.byte();
      n += (b & 127) * scale;
      if (b < 128) return n;
      scale *= 128;
    }
    throw new Error('proto: integer overflow');
  }

  /** A signed 64-bit integer in two's complement. */
  int64(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const b = this.byte();
      if (shift < 28) low += (b & 127) * 2 ** shift;
      else high += (b & 127) * 2 ** (shift - 28);
      if (b < 128) return high < 2 ** 35 ? low + high * 2 ** 28 : Number(BigInt.asIntN(64, BigInt(low) + (BigInt(high) << 28n)));
    }
    throw new Error('proto: integer overflow');
  }

  double(): number {
    this.need(8);
    this.at += 8;
    return this.buffer.readDoubleLE(this.at - 8);
  }

  /** The bytes of a length-delimited field; a view, not a copy. */
  bytes(): Buffer {
    const n = this.varint();
    this.need(n);
    this.at += n;
    return this.buffer.subarray(this.at - n, this.at);
  }

  string(): string {
    return this.bytes().toString('utf8');
  }

  /** A reader of the nested message that begins here. */
  nested(): Reader {
    const n = this.varint();
    this.need(n);
    this.at += n;
    return new Reader(this.buffer, this.at - n, this.at);
  }

  /** Passes over a field that nobody knows. */
  skip(wire: number): void {
    if (wire === VARINT) this.varint();
    else if (wire === FIXED64) this.advance(8);
    else if (wire === BYTES) this.advance(this.varint());
    else if (wire === FIXED32) this.advance(4);
    else throw new Error(`proto: illegal wireType ${wire}`);
  }

  private advance(n: number): void {
    this.need(n);
    this.at += n;
  }

  private byte(): number {
    if (this.at >= this.end) throw new Error('unexpected EOF');
    return this.buffer[this.at++]!;
  }

  private need(n: number): void {
    if (n > this.end - this.at) throw new Error('unexpected EOF');
  }
}
