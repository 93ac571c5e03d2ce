import { describe, expect, it } from 'vitest';
import { Scratch } from '../../src/util/scratch';

describe('scratch buffers', () => {
  it('come back when any part of them is given back, and only once', () => {
    const scratch = new Scratch(64, 2);
    const a = scratch.take();
    scratch.give(a.subarray(3, 9));
    scratch.give(a);
    expect(scratch.take().buffer).toBe(a.buffer);
    expect(scratch.take().buffer).not.toBe(a.buffer);
  });
  it('are not made of what others have', () => {
    const scratch = new Scratch(64, 2);
    const other = Buffer.alloc(64);
    scratch.give(other);
    expect(scratch.take().buffer).not.toBe(other.buffer);
  });
  it('are kept only so many', () => {
    const scratch = new Scratch(64, 1);
    const [a, b] = [scratch.take(), scratch.take()];
    scratch.give(a);
    scratch.give(b);
    expect(scratch.take().buffer).toBe(a.buffer);
    expect(scratch.take().buffer).not.toBe(b.buffer);
  });
});
