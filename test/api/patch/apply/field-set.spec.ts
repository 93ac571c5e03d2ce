import { describe, expect, it } from 'vitest';
import { FieldSet } from '../../../../src/api/patch/apply/field-set';
import { decodeFieldsV1, encodeFieldsV1, overlaps } from '../../../../src/api/patch/apply/fields-v1';
import { keyElement, parseElement, showPath, sortElements, valueElement } from '../../../../src/api/patch/apply/path-element';

const set = (fields: object): FieldSet => decodeFieldsV1(fields);
const same = (a: FieldSet, fields: object): void => expect(JSON.stringify(encodeFieldsV1(a))).toBe(JSON.stringify(fields));

describe('path elements', () => {
  it('are canonical', () => {
    expect(keyElement(['containerPort', 'protocol'], [80, 'TCP'])).toBe('k:{"containerPort":80,"protocol":"TCP"}');
    expect(parseElement('k:{ "protocol": "TCP", "containerPort":80 }')).toBe('k:{"containerPort":80,"protocol":"TCP"}');
    expect(valueElement('<a"')).toBe('v:"\\u003ca\\""');
    expect(parseElement('v: "\\u0061"')).toBe('v:"a"');
    expect(parseElement('i:007')).toBe('i:7');
  });

  it('of unknown type are ignored, malformed ones refused', () => {
    expect(parseElement('x:whatever')).toBeUndefined();
    for (const bad of ['f', 'name', 'v:{', 'k:[]', 'i:x']) expect(() => parseElement(bad), bad).toThrow();
  });

  it('are shown as in messages', () => {
    expect(showPath(['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name'])).toBe('.spec.ports[port=80,protocol="TCP"].name');
    expect(showPath(['f:a', 'v:"x\\"y"', 'v:true', 'i:3'])).toBe('.a[="x\\"y"][=true][3]');
  });

  it('sort by kind, then by what they hold', () => {
    expect(sortElements(['i:2', 'v:"b"', 'v:10', 'v:9', 'k:{"name":"a b"}', 'k:{"name":"a"}', 'k:{"port":443}', 'k:{"port":80}', 'f:z', 'f:a', 'i:1'])).toEqual([
      'f:a', 'f:z', 'k:{"name":"a"}', 'k:{"name":"a b"}', 'k:{"port":80}', 'k:{"port":443}', 'v:9', 'v:10', 'v:"b"', 'i:1', 'i:2',
    ]);
  });
});

describe('FieldsV1', () => {
  it('is read and written in canonical order', () => {
    const messy = { 'f:spec': { 'f:z': {}, '.': {}, 'f:a': { 'k:{"b":1,"a":2}': { 'f:x': {} }, 'v:"q"': {} } }, 'y:?': {} };
    same(set(messy), { 'f:spec': { '.': {}, 'f:a': { 'k:{"a":2,"b":1}': { 'f:x': {} }, 'v:"q"': {} }, 'f:z': {} } });
  });

  it('takes null for a leaf and refuses other values', () => {
    same(set({ 'f:a': null }), { 'f:a': {} });
    expect(() => set({ 'f:a': 1 })).toThrow();
    same(set({}), {});
  });

  it('knows without decoding whether a set touches it', () => {
    const fields = { 'f:spec': { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': { 'f:d': {} } } };
    const touches = (...path: string[]): boolean => overlaps(fields, FieldSet.of(path));
    expect([touches('f:spec', 'f:a'), touches('f:spec', 'f:a', 'f:b'), touches('f:spec', 'f:c', 'f:d')]).toEqual([true, true, true]);
    expect([touches('f:spec'), touches('f:spec', 'f:c'), touches('f:spec', 'f:x'), touches('f:spec', 'f:a', 'f:b', 'f:x')]).toEqual([false, false, false, false]);
  });
});

describe('sets of fields', () => {
  const a = set({ 'f:a': { '.': {}, 'f:x': {}, 'f:y': {} }, 'f:b': {} });
  const b = set({ 'f:a': { 'f:y': {}, 'f:z': {} }, 'f:b': { 'f:c': {} } });

  it('unite, intersect and differ by member', () => {
    same(a.union(b), { 'f:a': { '.': {}, 'f:x': {}, 'f:y': {}, 'f:z': {} }, 'f:b': { '.': {}, 'f:c': {} } });
    same(a.intersection(b), { 'f:a': { 'f:y': {} } });
    same(a.difference(b), { 'f:a': { '.': {}, 'f:x': {} }, 'f:b': {} });
    same(b.difference(a), { 'f:a': { 'f:z': {} }, 'f:b': { 'f:c': {} } });
  });

  it('a member takes what lies below it only in differenceBelow', () => {
    const whole = FieldSet.of(['f:a']);
    same(a.difference(whole), { 'f:a': { 'f:x': {}, 'f:y': {} }, 'f:b': {} });
    same(a.differenceBelow(whole), { 'f:b': {} });
  });

  it('lists members of a level before what lies below', () => {
    const paths: string[] = [];
    set({ 'f:m': { 'f:l': {} }, 'f:z': {}, 'f:a': { '.': {}, 'f:b': {} } }).forEach((p) => paths.push(showPath(p)));
    expect(paths).toEqual(['.a', '.z', '.a.b', '.m.l']);
  });

  it('does not own the whole object, and empty sets are empty', () => {
    expect(FieldSet.of([]).empty).toBe(true);
    expect(a.difference(a).empty).toBe(true);
    expect(a.has([])).toBe(false);
    expect([a.has(['f:a']), a.has(['f:a', 'f:x']), a.has(['f:a', 'f:z'])]).toEqual([true, true, false]);
  });
});
