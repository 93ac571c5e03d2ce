/** Hands out the IPv4 addresses of a block in turn, so that one that was just given back is not the next. */
export class IpPool {
  private readonly base: number;
  private readonly size: number;
  private readonly used = new Set<number>();
  private next: number;

  /**
   * @param cidr such as 10.244.1.0/24; the network, gateway and broadcast addresses are not handed out
   * @throws Error when it is no IPv4 block
   */
  constructor(readonly cidr: string) {
    const m = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
    const bits = m ? Number(m[5]) : 33;
    if (!m || bits > 30) throw new Error(`pod address block "${cidr}" must be an IPv4 block of at least four addresses, such as 10.244.0.0/24`);
    this.size = 2 ** (32 - bits);
    this.base = Math.floor(toNumber(cidr.slice(0, cidr.indexOf('/')))! / this.size) * this.size;
    this.next = 2;
  }

  /** An address that nobody has, or undefined when all are taken. */
  take(): string | undefined {
    const most = this.size - 3;
    if (this.used.size >= most) return undefined;
    while (this.used.has(this.next)) this.advance();
    const n = this.next;
    this.used.add(n);
    this.advance();
    return toText(this.base + n);
  }

  /** Marks an address as taken; false when it is not of this block. */
  claim(ip: string): boolean {
    const n = this.offset(ip);
    if (n === undefined) return false;
    this.used.add(n);
    return true;
  }

  giveBack(ip: string): void {
    const n = this.offset(ip);
    if (n !== undefined) this.used.delete(n);
  }

  private advance(): void {
    this.next = this.next + 1 >= this.size - 1 ? 2 : this.next + 1;
  }

  private offset(ip: string): number | undefined {
    const n = toNumber(ip);
    return n !== undefined && n >= this.base && n < this.base + this.size ? n - this.base : undefined;
  }
}

function toNumber(ip: string): number | undefined {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || parts.some((p) => !(p >= 0 && p <= 255))) return undefined;
  return parts.reduce((n, p) => n * 256 + p, 0);
}

function toText(n: number): string {
  return `${Math.floor(n / 2 ** 24) % 256}.${Math.floor(n / 2 ** 16) % 256}.${Math.floor(n / 256) % 256}.${n % 256}`;
}
