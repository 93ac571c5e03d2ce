import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../src/api/yaml/decode';
import { formatYaml } from '../../../src/api/yaml/encode';

describe('formatYaml', () => {
  it('writes what kube-apiserver answers for an error', () =>
    expect(
      formatYaml({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'configmaps "none" not found', reason: 'NotFound', details: { name: 'none', kind: 'configmaps' }, code: 404 }),
    ).toBe(
      'apiVersion: v1\ncode: 404\ndetails:\n  kind: configmaps\n  name: none\nkind: Status\nmessage: configmaps "none" not found\nmetadata: {}\nreason: NotFound\nstatus: Failure\n',
    ));

  it('does not indent lists under their key', () =>
    expect(formatYaml({ a: [{ o: 1, m: { x: [] } }, ['b', ['c', 'd']], 'e'], z: null })).toBe('a:\n- m:\n    x: []\n  o: 1\n- - b\n  - - c\n    - d\n- e\nz: null\n'));

  it.each([
    ['plain text', 'plain text'],
    ['', '""'],
    ['yes', '"yes"'],
    ['12', '"12"'],
    ['1e3', '"1e3"'],
    ['2024-01-02T03:04:05Z', '"2024-01-02T03:04:05Z"'],
    ['12:30', '"12:30"'],
    ['~', '"~"'],
    ['a: b', "'a: b'"],
    ['a:b', 'a:b'],
    ['a #b', "'a #b'"],
    ['a#b', 'a#b'],
    ['-x', '-x'],
    ['- x', "'- x'"],
    ["it's", "it's"],
    ["'q", "'''q'"],
    ['{x}', "'{x}'"],
    ['*', "'*'"],
    [' lead', "' lead'"],
    ['tab\there', '"tab\\there"'],
    ['grün ✓', 'grün ✓'],
    ['bell\u0007', '"bell\\a"'],
    ['😀', '"\\U0001F600"'],
    ['1.2.3', '1.2.3'],
    ['line 1\nline 2\n', '|\n  line 1\n  line 2'],
    ['no end\nx', '|-\n  no end\n  x'],
    ['x\n\n', '|+\n  x\n'],
    [' ind\nx\n', '|2\n   ind\n  x'],
    ['trail \nx', '"trail \\nx"'],
  ])('%j', (value, text) => {
    expect(formatYaml({ k: value })).toBe(`k: ${text}\n`);
    expect(parseYaml(formatYaml({ k: value }))).toEqual({ k: value });
  });

  it('folds long lines at spaces', () => {
    const long = 'word '.repeat(30).trim();
    const text = formatYaml({ spec: { message: long, quoted: `x: ${long}` } });
    expect(text.split('\n').every((l) => l.length <= 90)).toBe(true);
    expect(parseYaml(text)).toEqual({ spec: { message: long, quoted: `x: ${long}` } });
  });

  it('orders keys as go-yaml does', () => {
    const keys = ['b10', 'b9', 'a', 'B', '.x', 'a_b', 'ab'];
    expect(formatYaml(Object.fromEntries(keys.map((k) => [k, 1])))).toBe('.x: 1\nB: 1\na: 1\na_b: 1\nab: 1\nb9: 1\nb10: 1\n');
  });

  it('writes lists of any length, without looking back over all of it', () => {
    const items = Array.from({ length: 40_000 }, (_, i) => ({ name: `n${i}`, text: `${'word '.repeat(20)}end` }));
    const text = formatYaml({ items });
    expect(text.split('\n')).toHaveLength(1 + 40_000 * 3 + 1);
    expect(text.slice(-120)).toMatch(/^ {4}word[^]*end\n$/m);
  });

  it.each([
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [1e-7, '1e-07'],
    [true, 'true'],
    [-0.25, '-0.25'],
  ])('writes %d as %s', (n, text) => expect(formatYaml({ num: n })).toBe(`num: ${text}\n`));
});
