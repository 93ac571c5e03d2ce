import { describe, expect, it } from 'vitest';
import { FieldSet } from '../../../../src/api/patch/apply/field-set';
import { decodeFieldsV1, encodeFieldsV1, withFields } from '../../../../src/api/patch/apply/fields-v1';
import type { FieldPath } from '../../../../src/api/patch/apply/field-set';
import { SeededRandom } from '../../../../src/util/random';

const of = (...paths: string[]): FieldSet => FieldSet.of(...paths.map((p) => p.split('/')));

describe('withFields', () => {
  it('returns the very fields when there is nothing new', () => {
    const fields = encodeFieldsV1(of('f:a', 'f:a/f:b', 'f:c/k:{"name":"x"}/f:d'));
    expect(withFields(fields, of('f:a/f:b', 'f:c/k:{"name":"x"}/f:d'))).toBe(fields);
    expect(withFields(fields, new FieldSet())).toBe(fields);
  });
  it('shares what it does not touch and changes nothing', () => {
    const fields = encodeFieldsV1(of('f:a/f:b', 'f:c/f:d'));
    const before = JSON.stringify(fields);
    const out = withFields(fields, of('f:a/f:aa'));
    expect(JSON.stringify(out)).toBe('{"f:a":{"f:aa":{},"f:b":{}},"f:c":{"f:d":{}}}');
    expect(out['f:c']).toBe(fields['f:c']);
    expect(JSON.stringify(fields)).toBe(before);
  });
  it('marks a field that is owned itself and has owned fields below it', () => {
    expect(withFields({ 'f:a': {} }, of('f:a/f:b'))).toEqual({ 'f:a': { '.': {}, 'f:b': {} } });
    expect(JSON.stringify(withFields({ 'f:a': { 'f:b': {} } }, of('f:a')))).toBe('{"f:a":{".":{},"f:b":{}}}');
  });
  it('is the union of sets, written down', () => {
    const random = new SeededRandom(1);
    const elements = ['f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:"s"', 'i:2', 'i:10'];
    const path = (): FieldPath => Array.from({ length: 1 + random.int(4) }, () => elements[random.int(elements.length)]!);
    const set = (): FieldSet => FieldSet.of(...Array.from({ length: random.int(8) }, path));
    for (let i = 0; i < 300; i++) {
      const [a, b] = [set(), set()];
      const fields = encodeFieldsV1(a);
      expect(JSON.stringify(withFields(fields, b))).toBe(JSON.stringify(encodeFieldsV1(decodeFieldsV1(fields).union(b))));
    }
  });
});
