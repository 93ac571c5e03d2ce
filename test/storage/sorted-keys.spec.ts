import { describe, expect, it } from 'vitest';
import { SortedKeys } from '../../src/storage/sorted-keys';
import { SeededRandom } from '../../src/util/random';

describe('SortedKeys', () => {
  it('stays like a sorted set through any mix of additions, removals and reads', () => {
    const random = new SeededRandom(7);
    const keys = new SortedKeys();
    const model = new Set<string>();
    for (let step = 0; step < 3000; step++) {
      const key = `k${random.int(60)}`;
      if (model.has(key)) {
        keys.remove(key);
        model.delete(key);
      } else {
        keys.add(key);
        model.add(key);
      }
      expect(keys.size).toBe(model.size);
      if (random.int(4) === 0) expect(keys.all()).toEqual([...model].sort());
    }
  });

  it('finds the span of a range', () => {
    const keys = new SortedKeys();
    for (const k of ['d', 'a', 'c', 'b']) keys.add(k);
    expect(keys.span('b', 'd')).toEqual({ from: 1, to: 3 });
    expect(keys.span('', 'z')).toEqual({ from: 0, to: 4 });
    expect(keys.span('bb', 'bc')).toEqual({ from: 2, to: 2 });
    expect(keys.span('z', 'a')).toEqual({ from: 4, to: 4 });
  });
});
