import { describe, expect, it } from 'vitest';
import { encodeObject } from '../../../src/api/schema/encode';
import { deeperThan } from '../../../src/api/schema/nesting';
import { parseJson } from '../../../src/api/schema/json';

describe('parseJson', () => {
  it('reads JSON', () => {
    expect(parseJson('{"a":[1,-2.5e3,"x\\u0041\\n:\\"",true,null],"b":{"c":{}}}')).toEqual({ a: [1, -2500, 'xA\n:"', true, null], b: { c: {} } });
  });

  it('names duplicate fields and merges what can be merged', () => {
    const problems: string[] = [];
    expect(parseJson('{"data":{"k":"1","k":"2"},"l":[{"a":1,"a":2}],"data":{"j":"3"}}', problems)).toEqual({ data: { k: '2', j: '3' }, l: [{ a: 2 }] });
    expect(problems).toEqual(['duplicate field "data.k"', 'duplicate field "l[0].a"', 'duplicate field "data"']);
  });

  it('names them in the order of their keys, each once', () => {
    const problems: string[] = [];
    parseJson('{"b":[{"c":1,"c":{"x":1,"x":2,"x":3}}]}', problems);
    expect(problems).toEqual(['duplicate field "b[0].c"', 'duplicate field "b[0].c.x"']);
  });

  it('is not misled by colons in strings', () => {
    const problems: string[] = [];
    expect(parseJson('{"a:b":"c:\\\\","d":"\\":"}', problems)).toEqual({ 'a:b': 'c:\\', d: '":' });
    expect(problems).toEqual([]);
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['hello', "invalid character 'h' looking for beginning of value"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['nul1', "invalid character '1' in literal null (expecting 'l')"],
    ['"a\\q"', "invalid character 'q' in string escape code"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['12.', "invalid character ' ' after decimal point in numeric literal"],
    ['tru', "invalid character ' ' in literal true (expecting 'e')"],
    ['"abc', 'unexpected end of JSON input'],
    ['{"a": é}', "invalid character 'Ã' looking for beginning of value"],
    ['['.repeat(20_000), "invalid character '[' exceeded max depth"],
    ['{"a":'.repeat(1001) + '1' + '}'.repeat(1001), "invalid character '{' exceeded max depth"],
  ])('refuses %j as Go does', (text, message) => {
    expect(() => parseJson(text)).toThrow(new SyntaxError(message));
  });
});

describe('what is no UTF-8', () => {
  it.each([
    [[0x9e], "invalid character '\\u009e' looking for beginning of value"],
    [[0xe0, 0x31], "invalid character 'à' looking for beginning of value"],
    [[0x7b, 0x22, 0xff, 0x22, 0x20, 0xff], "invalid character 'ÿ' after object key"],
  ])('is refused by its bytes: %j', (bytes, message) => {
    const raw = Buffer.from(bytes);
    expect(() => parseJson(raw.toString(), undefined, raw)).toThrow(new SyntaxError(message));
  });
});

describe('halves of characters', () => {
  it('become replacement characters, as bytes will have them', () => {
    expect(parseJson('{"a\\ud800":"\\udc00x","b":["\\ud83d\\ude42","\\ud83d"]}')).toEqual({ 'a\ufffd': '\ufffdx', b: ['\u{1f642}', '\ufffd'] });
  });
});

describe('nesting', () => {
  it('is taken as deep as recursive code can go', () => {
    const text = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(JSON.stringify(parseJson(text(1000)))).toBe(text(1000));
    expect(() => parseJson(text(1001))).toThrow('exceeded max depth');
    expect(() => parseJson(`{"a":1,"a":${text(1000)}}`)).toThrow('exceeded max depth');
  });
  it('is measured without recursion', () => {
    let value: unknown = 1;
    for (let i = 0; i < 100_000; i++) value = i % 2 ? [value, 1] : { a: 'x', value };
    expect(deeperThan(value, 99_999)).toBe(true);
    expect(deeperThan(value, 100_000)).toBe(false);
  });
});

describe('encodeObject', () => {
  it('puts kind and apiVersion first', () => {
    expect(encodeObject({ metadata: { name: 'a' }, apiVersion: 'v1', data: {}, kind: 'ConfigMap' })).toBe('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{}}');
    expect(encodeObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: {} })).toBe('{"kind":"ConfigMap","apiVersion":"v1","metadata":{}}');
  });
});
