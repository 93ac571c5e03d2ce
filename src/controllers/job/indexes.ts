/** A set of numbers as ordered, disjoint ranges; its text is what Job statuses carry: "0-2,5,7". */
export class Indexes {
  private constructor(private readonly ranges: readonly (readonly [number, number])[]) {}

  static readonly none = new Indexes([]);

  /** Reads the text; numbers from `completions` on are left out, as is what cannot be read. */
  static parse(text: string | undefined, completions: number): Indexes {
    const ranges: [number, number][] = [];
    for (const part of (text ?? '').split(',')) {
      const m = /^(\d+)(?:-(\d+))?$/.exec(part);
      if (!m || Number(m[1]) >= completions) continue;
      ranges.push([Number(m[1]), Math.min(Number(m[2] ?? m[1]), completions - 1)]);
    }
    return Indexes.none.merge(ranges);
  }

  static of(numbers: Iterable<number>): Indexes {
    return Indexes.none.with(numbers);
  }

  with(numbers: Iterable<number>): Indexes {
    return this.merge([...numbers].map((n): [number, number] => [n, n]));
  }

  union(other: Indexes): Indexes {
    return this.merge(other.ranges);
  }

  get total(): number {
    return this.ranges.reduce((n, [a, b]) => n + b - a + 1, 0);
  }

  has(n: number): boolean {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.ranges[mid]![1] >= n) high = mid;
      else low = mid + 1;
    }
    return low < this.ranges.length && this.ranges[low]![0] <= n;
  }

  /** How many numbers both have. */
  common(other: Indexes): number {
    let n = 0;
    for (let i = 0, j = 0; i < this.ranges.length && j < other.ranges.length; ) {
      const [a, b] = this.ranges[i]!;
      const [c, d] = other.ranges[j]!;
      n += Math.max(0, Math.min(b, d) - Math.max(a, c) + 1);
      if (b <= d) i++;
      if (d <= b) j++;
    }
    return n;
  }

  /** The first `count` numbers below `end` that are not in the set. */
  firstMissing(count: number, end: number): number[] {
    const out: number[] = [];
    let n = 0;
    for (const [a, b] of [...this.ranges, [end, end] as const]) {
      for (; n < a && n < end && out.length < count; n++) out.push(n);
      n = Math.max(n, b + 1);
    }
    return out;
  }

  toString(): string {
    return this.ranges.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a},${b}` : `${a}-${b}`)).join(',');
  }

  private merge(more: readonly (readonly [number, number])[]): Indexes {
    const out: [number, number][] = [];
    for (const [a, b] of [...this.ranges, ...more].sort((x, y) => x[0] - y[0])) {
      const last = out.at(-1);
      if (last && a <= last[1] + 1) last[1] = Math.max(last[1], b);
      else out.push([a, b]);
    }
    return new Indexes(out);
  }
}
