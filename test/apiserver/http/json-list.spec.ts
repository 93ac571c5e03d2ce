import { describe, expect, it } from 'vitest';
import { JsonList } from '../../../src/apiserver/http/json-list';
import type { Cached } from '../../../src/storage/watch-cache/watch-cache';
import { Scratch } from '../../../src/util/scratch';

const HEAD = '{"kind":"AList","items":[';
const PREFIX = '{"kind":"A",';

function items(sizes: number[], bytes: (text: string) => Uint8Array = Buffer.from): Cached[] {
  return sizes.map((n, i) => ({ bytes: bytes(`${PREFIX}"n":${i},"text":"${'ü'.repeat(n)}"}`) }) as Cached);
}

function joined(list: JsonList, scratch: Scratch): { text: string; parts: number } {
  const parts: Buffer[] = [];
  for (const piece of list.pieces(scratch)) {
    parts.push(Buffer.from(piece));
    scratch.give(piece);
  }
  return { text: Buffer.concat(parts).toString(), parts: parts.length };
}

describe('the JSON of a list', () => {
  it.each([
    ['none', []],
    ['one', [1]],
    ['many', [3, 0, 9, 2, 40, 1, 1, 1, 70]],
    ['items that are longer than a part', [1, 300, 2, 300, 300]],
    ['items that just fit', Array.from({ length: 60 }, (_, i) => i)],
  ])('is the same in parts as in one: %s', (_name, sizes) => {
    for (const cut of [0, Buffer.byteLength(PREFIX)]) {
      const list = new JsonList(HEAD, items(sizes), cut);
      const whole = list.whole();
      expect(whole.length).toBe(list.length);
      const parsed = JSON.parse(whole.toString()) as { items: Record<string, unknown>[] };
      expect(parsed.items).toEqual(sizes.map((n, i) => ({ ...(cut ? {} : { kind: 'A' }), n: i, text: 'ü'.repeat(n) })));
      for (const size of [30, 64, 100, 1000]) expect(joined(list, new Scratch(size, 2)).text).toBe(whole.toString());
    }
  });
  it('takes bytes that are no Buffer', () => {
    const list = new JsonList(HEAD, items([1, 200, 3], (t) => new TextEncoder().encode(t)), PREFIX.length);
    expect(joined(list, new Scratch(100, 2)).text).toBe(list.whole().toString());
  });
  it('uses parts again once they were given back', () => {
    const scratch = new Scratch(100, 2);
    const used = new Set<ArrayBufferLike>();
    let parts = 0;
    for (const piece of new JsonList(HEAD, items(Array<number>(20).fill(5)), 0).pieces(scratch)) {
      used.add(piece.buffer);
      parts++;
      scratch.give(piece);
    }
    expect(parts).toBeGreaterThan(5);
    expect(used.size).toBe(2);
  });
});
