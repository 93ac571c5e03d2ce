import { describe, expect, it } from 'vitest';
import { compareText, goFloat, goJson, goJsonSorted, goQuote, goSyntax, goType, goValue } from '../../../src/api/patch/go-format';

describe('Go formatting', () => {
  it('prints values as %v', () => {
    expect(goValue({ b: [1, 'x', null], a: { c: true } })).toBe('map[a:map[c:true] b:[1 x <nil>]]');
  });

  it.each([
    [1, '1'],
    [100000, '100000'],
    [1000000, '1e+06'],
    [123456789, '1.23456789e+08'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5, '1.5'],
    [-2.5e30, '-2.5e+30'],
    [0, '0'],
  ])('prints the float %d as %s', (n, text) => {
    expect(goFloat(n)).toBe(text);
  });

  it('prints values as %#v and their types', () => {
    expect(goSyntax({ a: ['x', 1, false, null] })).toBe('map[string]interface {}{"a":[]interface {}{"x", 1, false, interface {}(nil)}}');
    expect([1, 'a', true, [], {}, null].map((v) => goType(v))).toEqual(['float64', 'string', 'bool', '[]interface {}', 'map[string]interface {}', '<nil>']);
    expect([goType(1, 'int64'), goType(1.5, 'int64')]).toEqual(['int64', 'float64']);
  });

  it('quotes strings', () => {
    expect(goQuote('a"b\\c\nd\u0000ü\u200b\u{1f600}')).toBe('"a\\"b\\\\c\\nd\\x00ü\\u200b\u{1f600}"');
  });

  it('writes JSON with HTML escaped', () => {
    expect(goJson({ b: '<&>\u2028', a: 1 })).toBe('{"b":"\\u003c\\u0026\\u003e\\u2028","a":1}');
    expect(goJsonSorted({ b: { d: 1, c: 2 }, a: [{ f: 1, e: 2 }] })).toBe('{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}');
  });

  it('orders text by its UTF-8 bytes', () => {
    expect(['b', 'a', '\u{1f600}', '\uff00', 'ab', ''].sort(compareText)).toEqual(['', 'a', 'ab', 'b', '\uff00', '\u{1f600}']);
  });
});
