import { randomBytes, randomFillSync } from 'node:crypto';

/** The only source of chance in Kubernest; a seeded one makes a run repeatable. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, n). */
  int(n: number): number;
  /** A random UUID, version 4. */
  uuid(): string;
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

function formatUuid(b: Uint8Array, o: number): string {
  const h = (i: number): string => HEX[b[o + i]!]!;
  const v = HEX[(b[o + 6]! & 0x0f) | 0x40]!;
  const w = HEX[(b[o + 8]! & 0x3f) | 0x80]!;
  return `${h(0)}${h(1)}${h(2)}${h(3)}-${h(4)}${h(5)}-${v}${h(7)}-${w}${h(9)}-${h(10)}${h(11)}${h(12)}${h(13)}${h(14)}${h(15)}`;
}

/** Cryptographically strong randomness, drawn from the operating system in blocks. */
export class SystemRandom implements Random {
  private readonly pool = randomBytes(4096);
  private used = 0;

  next(): number {
    const o = this.take(6);
    return this.pool.readUIntBE(o, 6) / 2 ** 48;
  }

  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  uuid(): string {
    return formatUuid(this.pool, this.take(16));
  }

  private take(n: number): number {
    if (this.used + n > this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    const o = this.used;
    this.used += n;
    return o;
  }
}

/** A repeatable sequence from a 32-bit seed (mulberry32). Not for secrets. */
export class SeededRandom implements Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  uuid(): string {
    return formatUuid(Uint8Array.from({ length: 16 }, () => this.int(256)), 0);
  }
}

/** The letters Kubernetes draws generated name suffixes from: no vowels and nothing that looks like one. */
const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789';

/** `n` random characters safe to end an object name with (utilrand.String upstream). */
export function randomSuffix(random: Random, n = 5): string {
  let s = '';
  for (let i = 0; i < n; i++) s += SUFFIX[random.int(SUFFIX.length)]!;
  return s;
}
