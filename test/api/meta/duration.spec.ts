import { describe, expect, it } from 'vitest';
import { ageOf, humanDuration, shortHumanDuration } from '../../../src/api/meta/duration';

const s = 1000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;

describe('humanDuration', () => {
  it.each([
    [-2 * s, '<invalid>'],
    [-1.5 * s, '0s'],
    [-0.5 * s, '0s'],
    [0, '0s'],
    [1.9 * s, '1s'],
    [119 * s, '119s'],
    [2 * m, '2m'],
    [2 * m + 5 * s, '2m5s'],
    [10 * m + 5 * s, '10m'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [3 * h + 20 * m, '3h20m'],
    [8 * h + 20 * m, '8h'],
    [47 * h + 59 * m, '47h'],
    [2 * d, '2d'],
    [2 * d + 3 * h, '2d3h'],
    [8 * d + 3 * h, '8d'],
    [729 * d, '729d'],
    [730 * d, '2y'],
    [740 * d, '2y10d'],
    [8 * 365 * d + 5 * d, '8y'],
  ])('%d ms is %s', (ms, text) => expect(humanDuration(ms)).toBe(text));
});

describe('shortHumanDuration', () => {
  it.each([
    [-5 * s, '<invalid>'],
    [59 * s, '59s'],
    [60 * s, '1m'],
    [60 * m, '1h'],
    [25 * h, '1d'],
    [400 * d, '1y'],
  ])('%d ms is %s', (ms, text) => expect(shortHumanDuration(ms)).toBe(text));
});

describe('ageOf', () => {
  const now = Date.parse('2026-01-01T00:01:30Z');
  it('counts from the timestamp', () => expect(ageOf('2026-01-01T00:00:00Z', now)).toBe('90s'));
  it('is unknown without a timestamp', () => {
    expect(ageOf(undefined, now)).toBe('<unknown>');
    expect(ageOf(null, now)).toBe('<unknown>');
    expect(ageOf('yesterday', now)).toBe('<unknown>');
  });
});
