import type { Random } from '../../../util/random';
import type { Transaction } from '../../../apiserver/registry/strategy';
import { AllocationError } from './ip-allocator';

const DRY_RUN_BASE = 32768;

/** Hands out node ports; the lower part of the range is left to those who ask for a certain one, as upstream. */
export class PortAllocator {
  private readonly taken = new Set<number>();
  private readonly band: number;

  /** Ports [low, high], both included. */
  constructor(
    private readonly low = 30000,
    private readonly high = 32767,
  ) {
    const size = high - low + 1;
    this.band = size < 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128);
  }

  has(port: number): boolean {
    return this.taken.has(port);
  }

  /** @throws AllocationError */
  take(port: number): void {
    if (port < this.low || port > this.high) {
      throw new AllocationError(`provided port is not in the valid range. The range of valid ports is ${this.low}-${this.high}`);
    }
    if (this.taken.has(port)) throw new AllocationError('provided port is already allocated');
    this.taken.add(port);
  }

  /** @throws AllocationError */
  next(random: Random): number {
    const port = this.from(this.low + this.band, this.high, random) ?? this.from(this.low, this.low + this.band - 1, random);
    if (port === undefined) throw new AllocationError('range is full');
    return port;
  }

  private from(low: number, high: number, random: Random): number | undefined {
    const n = high - low + 1;
    if (n <= 0) return undefined;
    const start = random.int(n);
    for (let i = 0; i < n; i++) {
      const port = low + ((start + i) % n);
      if (this.taken.has(port)) continue;
      this.taken.add(port);
      return port;
    }
    return undefined;
  }

  /** Marks a port that a stored service has. */
  mark(port: number): void {
    this.taken.add(port);
  }

  release(port: number): void {
    this.taken.delete(port);
  }
}

/** The ports of one write: taken at once, given back when the write fails; what it frees is freed when it succeeds. */
export class PortOperation implements Transaction {
  private readonly taken: number[] = [];
  private readonly toRelease: number[] = [];

  constructor(
    private readonly ports: PortAllocator,
    private readonly random: Random,
    private readonly dryRun: boolean,
  ) {}

  /** @throws AllocationError. A dry run does not look at the range. */
  take(port: number): void {
    if (this.dryRun) {
      if (this.ports.has(port) || this.taken.includes(port)) throw new AllocationError('provided port is already allocated');
    } else this.ports.take(port);
    this.taken.push(port);
  }

  /** A free port; a dry run gets numbers from 32769 up. @throws AllocationError */
  next(): number {
    const port = this.dryRun ? (this.taken.length ? Math.max(...this.taken) : DRY_RUN_BASE) + 1 : this.ports.next(this.random);
    this.taken.push(port);
    return port;
  }

  releaseLater(port: number): void {
    this.toRelease.push(port);
  }

  commit(): void {
    if (!this.dryRun) for (const p of this.toRelease) this.ports.release(p);
  }

  revert(): void {
    if (!this.dryRun) for (const p of this.taken) this.ports.release(p);
  }
}
