import { describe, expect, it } from 'vitest';
import { formatTime, isCanonicalTime, parseTime } from '../../../src/api/meta/time';
import { canonicalTime } from '../../../src/api/schema/go-time';

const DAY = 86_400_000;

describe('times', () => {
  it('are read back as they were written, on every day of four years', () => {
    const first = Date.UTC(2023, 0, 1, 3, 4, 5);
    for (let ms = first; ms < first + 1461 * DAY; ms += DAY) {
      const text = formatTime(ms);
      expect([text, parseTime(text), canonicalTime(text)]).toEqual([text, ms, text]);
      // On the short way, whatever the day of the month.
      expect([text, isCanonicalTime(text)]).toEqual([text, !text.startsWith('2024-02-29')]);
    }
  });

  it.each(['0001-01-01T00:00:00Z', '0099-12-31T23:59:59Z', '0100-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59Z', '2026-01-02T05:04:05.5+02:00'])('in other centuries and notations: %s', (text) => {
    expect(parseTime(text)).toBe(Date.parse(text));
  });

  it.each(['2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-04-31T00:00:00Z', '2025-02-29T00:00:00Z', '2026-01-32T00:00:00Z', '2026-01-00T00:00:00Z'])('are canonical on days that exist alone: %s', (text) => {
    expect(isCanonicalTime(text)).toBe(false);
    expect(() => canonicalTime(text)).toThrow('out of range');
  });

  it.each(['2026-01-02T24:00:00Z', '2026-01-02T03:60:00Z', '2026-01-02T03:04:60Z', '2026-01-02 03:04:05Z', '2026/01/02T03:04:05Z', '2026-01-02T03:04:05z', 'x026-01-02T03:04:05Z', '2026-01-02T03:04:05'])('that are not canonical: %s', (text) => {
    expect(isCanonicalTime(text)).toBe(false);
  });

  it('that cannot be read are NaN', () => {
    for (const text of ['', 'yesterday', '2026-01-02', '2026-13-01T00:00:00Z']) expect(parseTime(text)).toBeNaN();
  });
});
