import { describe, expect, it } from 'vitest';
import { Warnings } from '../../../src/apiserver/http/warnings';

function values(...texts: string[]): readonly string[] {
  const w = new Warnings();
  for (const t of texts) w.add(t);
  return w.values();
}

describe('Warnings', () => {
  it('quote, once each, in order', () => expect(values('b "q" \\', 'a', 'b "q" \\', '')).toEqual(['299 - "b \\"q\\" \\\\"', '299 - "a"']));
  it('leave out what cannot stand in a header', () => expect(values('a\nb', 'c')).toEqual(['299 - "c"']));
  it('send UTF-8', () => expect(Buffer.from(values('grün')[0]!, 'latin1').toString('utf8')).toBe('299 - "grün"'));
  it('are cut to 256 characters each once they pass 4,096 together', () => {
    const long = (c: string): string => c.repeat(1500);
    expect(values(long('a'), long('b')).every((v) => v.length === 1508)).toBe(true);
    const cut = values(long('a'), long('b'), long('c'), 'd');
    expect(cut.map((v) => v.length)).toEqual([264, 264, 264, 9]);
  });
  it('end when even the cut ones are too many', () => {
    const texts = Array.from({ length: 40 }, (_, i) => String(i).padStart(3, '0').repeat(200));
    expect(values(...texts)).toHaveLength(16);
  });
});
