import { describe, expect, it } from 'vitest';
import { applyMergePatch, mergeDocument } from '../../../src/api/patch/merge-patch';

describe('JSON merge patch', () => {
  // The cases of RFC 7386, appendix A, that start from objects.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j + %j', (doc, patch, expected) => {
    expect(applyMergePatch(doc, patch)).toEqual(expected);
  });

  it('drops nulls inside what is new, in lists too, but leaves null items', () => {
    expect(applyMergePatch({ l: [1] }, { n: { a: null, b: [{ c: null, d: 1 }, null] }, l: [{ x: null }] })).toEqual({ n: { b: [{ d: 1 }, null] }, l: [{}] });
  });

  it('keeps nulls of a list that takes the place of an object', () => {
    expect(applyMergePatch({ o: { a: 1 } }, { o: [{ x: null }] })).toEqual({ o: [{ x: null }] });
  });

  it('changes neither the document nor the patch', () => {
    const doc = { a: { b: 1 }, c: [1] };
    const patch = { a: { d: { e: null } }, c: null };
    expect(applyMergePatch(doc, patch)).toEqual({ a: { b: 1, d: {} } });
    expect(doc).toEqual({ a: { b: 1 }, c: [1] });
    expect(patch).toEqual({ a: { d: { e: null } }, c: null });
  });

  it('writes merged objects sorted and the rest as it stood', () => {
    expect(mergeDocument({ z: { y: 1, b: 2 }, a: { y: 1, b: 2 } }, { a: { c: 3 } }).text()).toBe('{"a":{"b":2,"c":3,"y":1},"z":{"y":1,"b":2}}');
  });
});
