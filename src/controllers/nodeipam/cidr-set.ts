/** Blocks of equal size out of an IPv4 range, each given once. */
export class CidrSet {
  private readonly base: number;
  private readonly used = new Set<number>();
  private next = 0;
  private readonly count: number;
  private readonly blockSize: number;

  /** `range` such as 10.244.0.0/16; blocks have `bits` bits of prefix. @throws when the blocks do not fit */
  constructor(
    range: string,
    private readonly bits: number,
  ) {
    const parsed = parse(range);
    if (!parsed || parsed.bits > bits) throw new Error(`range "${range}" for the pods of nodes must be an IPv4 range that holds blocks of /${bits}, such as 10.244.0.0/16`);
    this.blockSize = 2 ** (32 - bits);
    this.count = 2 ** (bits - parsed.bits);
    const size = this.count * this.blockSize;
    this.base = Math.floor(parsed.address / size) * size;
  }

  /** A free block; undefined when all are given. In turn, so that one given back is not the next. */
  take(): string | undefined {
    if (this.used.size >= this.count) return undefined;
    while (this.used.has(this.next)) this.next = (this.next + 1) % this.count;
    const i = this.next;
    this.used.add(i);
    this.next = (i + 1) % this.count;
    return `${format(this.base + i * this.blockSize)}/${this.bits}`;
  }

  /** Marks the blocks that a range touches as given. */
  occupy(cidr: string): void {
    for (const i of this.indexes(cidr)) this.used.add(i);
  }

  giveBack(cidr: string): void {
    for (const i of this.indexes(cidr)) this.used.delete(i);
  }

  private *indexes(cidr: string): Iterable<number> {
    const parsed = parse(cidr);
    if (!parsed) return;
    const size = 2 ** (32 - parsed.bits);
    const start = Math.floor(parsed.address / size) * size - this.base;
    const first = Math.max(0, Math.floor(start / this.blockSize));
    const last = Math.min(this.count - 1, Math.floor((start + size - 1) / this.blockSize));
    for (let i = first; i <= last; i++) yield i;
  }
}

function parse(cidr: string): { address: number; bits: number } | undefined {
  const m = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (!m) return undefined;
  const [a, b, c, d, bits] = m.slice(1).map(Number) as [number, number, number, number, number];
  return [a, b, c, d].every((n) => n <= 255) && bits <= 32 ? { address: ((a * 256 + b) * 256 + c) * 256 + d, bits } : undefined;
}

const format = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.');
