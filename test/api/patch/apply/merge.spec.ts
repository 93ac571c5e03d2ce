import { describe, expect, it } from 'vitest';
import { mergeApplied } from '../../../../src/api/patch/apply/merge';
import { widget } from '../schemas';

const tags = (live: string[], applied: string[]): unknown => (mergeApplied(widget, { spec: { tags: live } }, { spec: { tags: applied } }).spec as { tags?: unknown }).tags;
const spec = (live: object, applied: object): unknown => mergeApplied(widget, { spec: live }, { spec: applied }).spec;

describe('merging an applied configuration', () => {
  it.each([
    ['abc', 'ab', 'abc'],
    ['ab', 'abc', 'abc'],
    ['abc', '', 'abc'],
    ['', 'abc', 'abc'],
    ['ab', 'ba', 'ba'],
    ['abc', 'def', 'abcdef'],
    ['abc', 'cdef', 'abcdef'],
    ['abcgf', 'cdef', 'abcgdef'],
    ['cdef', 'ace', 'acdef'],
    ['abcxyz', 'defxyz', 'abcdefxyz'],
    ['cagf', 'cfag', 'cfag'],
    ['abcd', 'defa', 'bcdefa'],
    ['abb', 'c', 'abbc'],
    ['abb', 'b', 'ab'],
    ['aabb', 'bcd', 'aabcd'],
  ])('sets: %s + %s = %s', (live, applied, merged) => {
    expect(tags([...live], [...applied])).toEqual([...merged]);
  });

  it('merges items of keyed lists and entries of maps', () => {
    expect(spec({ keyed: [{ name: 'a', value: '1', size: 2 }, { name: 'b' }], settings: { k: 'v' } }, { keyed: [{ name: 'a', value: '9' }], settings: { l: 'w' } })).toEqual({
      keyed: [{ name: 'a', value: '9', size: 2 }, { name: 'b' }],
      settings: { k: 'v', l: 'w' },
    });
  });

  it('replaces atomic lists and maps as a whole', () => {
    expect(spec({ plain: [{ name: 'a' }], atom: { a: '1' }, raw: { x: 1 } }, { plain: [{ name: 'b' }], atom: { b: '2' }, raw: { y: 2 } })).toEqual({
      plain: [{ name: 'b' }],
      atom: { b: '2' },
      raw: { y: 2 },
    });
  });

  it('merges maps without declared type, but not their lists', () => {
    expect(spec({ free: { p: { q: 1 }, l: [1] } }, { free: { p: { r: 2 }, l: [2] } })).toEqual({ free: { p: { q: 1, r: 2 }, l: [2] } });
  });

  it('removes nothing for null and keeps empty containers', () => {
    expect(spec({ settings: { k: 'v' }, replicas: 1 }, { settings: null, replicas: null })).toEqual({ settings: { k: 'v' }, replicas: null });
    expect(spec({}, { settings: {}, tags: [] })).toEqual({ settings: {}, tags: [] });
  });

  it('changes neither side', () => {
    const live = { spec: { keyed: [{ name: 'a', value: '1' }] } };
    const applied = { spec: { keyed: [{ name: 'a', size: 3 }] } };
    mergeApplied(widget, live, applied);
    expect([live, applied]).toEqual([{ spec: { keyed: [{ name: 'a', value: '1' }] } }, { spec: { keyed: [{ name: 'a', size: 3 }] } }]);
  });
});
