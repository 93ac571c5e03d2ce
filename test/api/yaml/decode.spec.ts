import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../src/api/yaml/decode';

describe('parseYaml', () => {
  it.each([
    ['a: y', true],
    ['a: Off', false],
    ['a: ~', null],
    ['a:', null],
    ['a: 0x1F', 31],
    ['a: 0b101', 5],
    ['a: 017', 15],
    ['a: 0o17', 15],
    ['a: 1_000', 1000],
    ['a: 1.5', 1.5],
    ['a: .5', 0.5],
    ['a: 1e3', 1000],
    ['a: -12', -12],
    ['a: "12"', '12'],
    ["a: 'yes'", 'yes'],
    ['a: 12:30:45', '12:30:45'],
    ['a: 2024-01-02', '2024-01-02'],
    ['a: 1.2.3', '1.2.3'],
    ['a: 089', 89],
    ['a: !!str 12', '12'],
    ['a: |\n  x\n  y\n', 'x\ny\n'],
    ['a: >\n  x\n  y\n', 'x y\n'],
  ])('%j', (text, want) => expect(parseYaml(text)).toEqual({ a: want }));

  it('reads JSON', () => expect(parseYaml('{"a":[1,{"b":"c"}],"d":null}')).toEqual({ a: [1, { b: 'c' }], d: null }));
  it('turns keys into strings', () => expect(parseYaml('1: a\ntrue: b\n1.5: c')).toEqual({ 1: 'a', true: 'b', '1.5': 'c' }));
  it('resolves anchors and merge keys', () =>
    expect(parseYaml('a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\nc: *x')).toEqual({ a: { k: 1, l: 2 }, b: { l: 3, k: 1 }, c: { k: 1, l: 2 } }));
  it('takes the first document only', () => expect(parseYaml('a: 1\n---\nb: 2\n')).toEqual({ a: 1 }));
  it('gives null for nothing', () => expect(parseYaml('')).toBeNull());
  it('does not touch prototypes', () => expect(Object.hasOwn(parseYaml('__proto__: {x: 1}') as object, '__proto__')).toBe(true));

  it.each(['[', '{"a":', '- ', '? '])('does not follow %j without end', (opening) => {
    expect(() => parseYaml(opening.repeat(20_000))).toThrow('yaml: exceeded max depth of 300');
  });
  it('reads what is nested 300 levels', () => expect(JSON.stringify(parseYaml('['.repeat(300) + ']'.repeat(300)))).toBe('['.repeat(300) + ']'.repeat(300)));
  it('refuses short texts that stand for endless ones', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `l${i}: &l${i} [${Array.from({ length: 9 }, () => (i ? `*l${i - 1}` : 'x')).join(', ')}]`);
    expect(() => parseYaml(levels.join('\n'))).toThrow('yaml: document contains excessive aliasing');
    expect(parseYaml(`a: &a [1, 2]\nb: [${'*a, '.repeat(20)}]`)).toMatchObject({ a: [1, 2] });
  });

  it('reports repeated keys with their lines', () => {
    const problems: string[] = [];
    expect(parseYaml('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dy}\ndata:\n  k: a\n  k: b\n', problems)).toMatchObject({ data: { k: 'b' } });
    expect(problems).toEqual(['yaml: unmarshal errors:\n  line 6: key "k" already set in map']);
  });

  it('takes what only looks like the escape of half a character', () => {
    expect(parseYaml("a: '\\ud83d'\nb: \\ud83d\nc: \"\\\\ud83d\"\nd: \"\\u00e4\"")).toEqual({ a: '\\ud83d', b: '\\ud83d', c: '\\ud83d', d: 'ä' });
  });

  it.each([
    ['apiVersion: v1\nkind: [ConfigMap\n', "yaml: line 2: did not find expected ',' or ']'"],
    ['a: {b: c\n', "yaml: line 1: did not find expected ',' or '}'"],
    ['{', 'yaml: line 1: did not find expected node content'],
    ['[a,', 'yaml: line 1: did not find expected node content'],
    ['{a: ', 'yaml: line 1: did not find expected node content'],
    ['{a', "yaml: line 1: did not find expected ',' or '}'"],
    ['a: b: c\n', 'yaml: line 1: mapping values are not allowed in this context'],
    ['a: *nope\n', "yaml: unknown anchor 'nope' referenced"],
    ['a: "x\n', 'yaml: line 2: found unexpected end of stream'],
    ['a: 1\nb: "\\ud800"\n', 'yaml: line 2: found invalid Unicode character escape code'],
    ['{"a": "\\ud83d\\ude42"}', 'yaml: found invalid Unicode character escape code'],
    ['a: "b\u007f"', 'yaml: control characters are not allowed'],
    ['\0', 'yaml: control characters are not allowed'],
  ])('says of %j what go-yaml says', (text, message) => expect(() => parseYaml(text)).toThrow(message));
});
