import type { Cached } from '../../storage/watch-cache/watch-cache';

/**
 * Encodings that stay with their objects while they are among the latest: what a hundred watchers and informers ask for is made once, and a
 * list of everything does not double what an object needs for ever.
 */
export class RecentEncodings {
  private young: [Cached, string][] = [];
  private youngBytes = 0;
  private old: [Cached, string][] = [];

  /** `limit`: bytes that are kept, about. */
  constructor(private readonly limit: number) {}

  /** The encoding of that name, made when it is not there. */
  get(c: Cached, name: string, make: () => Uint8Array): Uint8Array {
    const known = c.encodings?.get(name) as Uint8Array | undefined;
    if (known) return known;
    const bytes = make();
    (c.encodings ??= new Map<string, unknown>()).set(name, bytes);
    this.young.push([c, name]);
    this.youngBytes += bytes.length;
    if (this.youngBytes > this.limit / 2) this.age();
    return bytes;
  }

  private age(): void {
    for (const [c, name] of this.old) {
      c.encodings?.delete(name);
      if (c.encodings?.size === 0) c.encodings = undefined;
    }
    this.old = this.young;
    this.young = [];
    this.youngBytes = 0;
  }
}
