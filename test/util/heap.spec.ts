import { describe, expect, it } from 'vitest';
import { Heap } from '../../src/util/heap';
import { SeededRandom } from '../../src/util/random';

describe('Heap', () => {
  it('gives items in order, also after some were taken out of the middle', () => {
    const random = new SeededRandom(3);
    const heap = new Heap<{ n: number }>((a, b) => a.n < b.n);
    const items = Array.from({ length: 200 }, () => ({ n: random.int(1000) }));
    for (const i of items) heap.push(i);
    const gone = items.filter((_, i) => i % 3 === 0);
    for (const i of gone) expect(heap.delete(i)).toBe(true);
    expect(heap.delete(gone[0]!)).toBe(false);
    const left = items.filter((_, i) => i % 3 !== 0).map((i) => i.n);
    const out: number[] = [];
    for (let i = heap.pop(); i; i = heap.pop()) out.push(i.n);
    expect(out).toEqual(left.sort((a, b) => a - b));
  });

  it('puts an item in its new place when it is pushed again', () => {
    const heap = new Heap<{ n: number }>((a, b) => a.n < b.n);
    const [a, b] = [{ n: 1 }, { n: 2 }];
    heap.push(a);
    heap.push(b);
    b.n = 0;
    heap.push(b);
    expect(heap.size).toBe(2);
    expect(heap.pop()).toBe(b);
  });
});
