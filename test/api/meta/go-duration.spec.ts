import { describe, expect, it } from 'vitest';
import { formatGoDuration, parseGoDuration } from '../../../src/api/meta/go-duration';

describe('Go durations', () => {
  it.each([
    ['0s', 0],
    ['1.5s', 1500],
    ['1h0m0s', 3_600_000],
    ['1m30.5s', 90_500],
    ['20ms', 20],
    ['-2m0s', -120_000],
    ['250µs', 0.25],
    ['1ns', 1e-6],
  ])('%s', (text, ms) => {
    expect(parseGoDuration(text)).toBeCloseTo(ms, 9);
    expect(formatGoDuration(ms)).toBe(text);
  });
  it.each([
    ['0', 0],
    ['+5s', 5000],
    ['.5m', 30_000],
    ['2h45m', 9_900_000],
    ['1us', 1e-3],
  ])('reads %s', (text, ms) => expect(parseGoDuration(text)).toBeCloseTo(ms, 9));
  it.each([
    ['', 'time: invalid duration ""'],
    ['soon', 'time: invalid duration "soon"'],
    ['5', 'time: missing unit in duration "5"'],
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['1h5', 'time: missing unit in duration "1h5"'],
  ])('refuses %j as Go does', (text, message) => expect(() => parseGoDuration(text)).toThrow(message));
});
