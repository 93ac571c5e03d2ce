import { describe, expect, it } from 'vitest';
import { Parts } from '../../src/util/parts';
import { Scratch } from '../../src/util/scratch';

describe('parts', () => {
  it.each([8, 16, 33, 500])('are in order what was added, of %i bytes at most but for long bytes', (size) => {
    const parts = new Parts(new Scratch(size, 2));
    const out: string[] = [];
    let want = '';
    const take = (all: Uint8Array[]): void => {
      for (const part of all) out.push(Buffer.from(part).toString('latin1'));
    };
    for (let i = 0; i < 40; i++) {
      const text = 'ü€'.repeat(i % 7);
      parts.text(text);
      parts.byte(0x2c);
      parts.bytes(Buffer.from('x'.repeat(i + 1)), 1);
      parts.bytes(new TextEncoder().encode('abc'), 1, 2);
      want += `${Buffer.from(text).toString('latin1')},${'x'.repeat(i)}b`;
      if (i % 3 === 0) take(parts.take());
    }
    take(parts.end());
    expect(out.join('')).toBe(want);
    expect(out.every((p) => p.length > 0)).toBe(true);
  });
  it('give back a buffer in which nothing is', () => {
    const scratch = new Scratch(16, 1);
    const first = scratch.take();
    scratch.give(first);
    expect(new Parts(scratch).end()).toEqual([]);
    expect(scratch.take().buffer).toBe(first.buffer);
  });
});
