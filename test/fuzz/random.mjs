// Numbers by chance that a seed repeats.

/** mulberry32: small, fast, and the same on every machine. */
export class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0 to `n` - 1. */
  below(n) {
    return Math.floor(this.next() * n);
  }

  /** True in `p` of all cases. */
  is(p) {
    return this.next() < p;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** One of the keys of `weights` (name → weight). */
  weighted(weights) {
    let at = this.next() * Object.values(weights).reduce((a, b) => a + b, 0);
    for (const [name, w] of Object.entries(weights)) if ((at -= w) < 0) return name;
    return Object.keys(weights)[0];
  }
}
