import { describe, expect, it } from 'vitest';
import { RecentEncodings } from '../../../src/apiserver/http/recent-encodings';
import type { Cached } from '../../../src/storage/watch-cache/watch-cache';

describe('recent encodings', () => {
  const cached = (): Cached => ({ key: 'k', rev: 1, object: { apiVersion: 'v1', kind: 'Pod', metadata: {} }, bytes: Buffer.alloc(0) });
  it('are made once while they are among the latest, and go with their last bytes', () => {
    const recent = new RecentEncodings(1000);
    let made = 0;
    const get = (c: Cached, name = 'a'): Uint8Array =>
      recent.get(c, name, () => {
        made++;
        return Buffer.alloc(100);
      });
    const all = Array.from({ length: 40 }, cached);
    for (const c of all) {
      expect(get(c)).toBe(get(c));
      get(c, 'b');
    }
    expect(made).toBe(80);
    const kept = all.filter((c) => c.encodings);
    expect(kept.length).toBeLessThanOrEqual(6);
    expect(all.indexOf(kept[0]!)).toBe(40 - kept.length);
    get(all[39]!);
    expect(made).toBe(80);
    get(all[0]!);
    expect(made).toBe(81);
  });
  it('leave others alone', () => {
    const recent = new RecentEncodings(10);
    const c = cached();
    recent.get(c, 'a', () => Buffer.alloc(6));
    c.encodings!.set('other', 1);
    for (let i = 0; i < 3; i++) recent.get(cached(), 'a', () => Buffer.alloc(6));
    expect([...c.encodings!]).toEqual([['other', 1]]);
  });
});
