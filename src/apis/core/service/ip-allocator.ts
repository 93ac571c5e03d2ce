import type { Random } from '../../../util/random';
import { cidrContains, formatNetwork, parseCidrSloppy, type Cidr } from '../../shared/cidr';
import { formatIp, parseIpSloppy } from '../../shared/ip';

/** Most addresses of an IPv6 range that are handed out: enough, and it keeps offsets exact. */
const MAX_HOST_BITS = 48;

/** Why an address could not be had; the text ends upstream's message. */
export class AllocationError extends Error {}

/** Hands out the addresses of one range for services; the lower part is left to those who ask for a certain one, as upstream. */
export class IpAllocator {
  private readonly taken = new Set<string>();
  private readonly cidr: Cidr;
  private readonly size: number;
  private readonly band: number;
  readonly family: 'IPv4' | 'IPv6';

  /** @param range such as '10.96.0.0/12' @throws Error when it is no range */
  constructor(range: string) {
    const cidr = parseCidrSloppy(range);
    if (!cidr) throw new Error(`The service address range ${JSON.stringify(range)} is not valid: write it as address/length, e.g. 10.96.0.0/12`);
    this.cidr = cidr;
    this.family = cidr.network.family === 4 ? 'IPv4' : 'IPv6';
    const bits = Math.min(MAX_HOST_BITS, (cidr.network.family === 4 ? 32 : 128) - cidr.prefix);
    // neither the network address itself nor, in IPv4, the broadcast address
    this.size = Math.max(0, 2 ** bits - (cidr.network.family === 4 ? 2 : 1));
    this.band = this.size < 16 ? 0 : Math.min(Math.max(16, Math.floor(this.size / 16)), 256);
  }

  /** Canonical text of an address of this range's family, or undefined. */
  private canonical(ip: string): string | undefined {
    const parsed = parseIpSloppy(ip);
    return parsed && parsed.family === this.cidr.network.family ? formatIp(parsed) : undefined;
  }

  /** Takes a certain address. A dry run only looks whether it lies in the range. @throws AllocationError */
  take(ip: string, dryRun: boolean): void {
    const parsed = parseIpSloppy(ip);
    if (!parsed || !cidrContains(this.cidr, parsed)) {
      // Upstream finds the range of an address first, unless it only looks.
      const why = `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${formatNetwork(this.cidr)}`;
      throw new AllocationError(dryRun ? why : 'the provided network does not match the current range');
    }
    const text = formatIp(parsed);
    if (text === formatIp(this.cidr.network) || text === this.at(this.size + 1)) {
      throw new AllocationError(`provided IP is not in the valid range. The range of valid IPs is ${formatNetwork(this.cidr)}`);
    }
    if (dryRun) return;
    if (this.taken.has(text)) throw new AllocationError('provided IP is already allocated');
    this.taken.add(text);
  }

  /** Takes a free address at random. A dry run gets the network's own address. @throws AllocationError */
  next(random: Random, dryRun: boolean): string {
    if (dryRun) return formatIp(this.cidr.network);
    const ip = this.from(this.band, this.size, random) ?? this.from(0, this.band, random);
    if (ip === undefined) throw new AllocationError('range is full');
    return ip;
  }

  /** A free address among the ones numbered [low, high), searched from a random one on. */
  private from(low: number, high: number, random: Random): string | undefined {
    const n = high - low;
    if (n <= 0) return undefined;
    const start = Math.min(n - 1, Math.floor(random.next() * n));
    for (let i = 0; i < n; i++) {
      const ip = this.at(low + ((start + i) % n) + 1);
      if (this.taken.has(ip)) continue;
      this.taken.add(ip);
      return ip;
    }
    return undefined;
  }

  /** The address `offset` places after the network's own. */
  private at(offset: number): string {
    const bytes = [...this.cidr.network.bytes];
    let carry = offset;
    for (let i = bytes.length - 1; i >= 0 && carry > 0; i--) {
      const sum = bytes[i]! + (carry % 256);
      bytes[i] = sum % 256;
      carry = Math.floor(carry / 256) + (sum > 255 ? 1 : 0);
    }
    return formatIp({ family: this.cidr.network.family, bytes });
  }

  /** Marks an address that a stored service has, wherever it lies. */
  mark(ip: string): void {
    const text = this.canonical(ip);
    if (text) this.taken.add(text);
  }

  /** Gives an address back. */
  release(ip: string): void {
    const text = this.canonical(ip);
    if (text) this.taken.delete(text);
  }
}
