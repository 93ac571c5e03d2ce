import { describe, expect, it } from 'vitest';
import { semanticEqual } from '../../../src/apis/shared/equality';
import { bumpGeneration } from '../../../src/apis/shared/generation';
import { validateLabels, validateLabelSelector } from '../../../src/apis/shared/labels';
import type { FieldError } from '../../../src/api/errors/field-error';
import type { KubeObject } from '../../../src/api/meta/object';

const texts = (errors: FieldError[]): string[] => errors.map((e) => `${e.field}: ${e.message}`);

it('shows operators as JSON, since they are an enumeration in Go', () => {
  expect(validateLabelSelector({ matchExpressions: [{ key: 'a', operator: '\0' }] }, 's').map((e) => e.message)).toEqual(['Invalid value: "\\u0000": not a valid selector operator']);
});

describe('validateLabels', () => {
  it('looks at keys and values', () => {
    expect(validateLabels({ 'example.com/a': 'B_1', c: '' }, 'metadata.labels')).toEqual([]);
    expect(validateLabels(undefined, 'metadata.labels')).toEqual([]);
    const found = texts(validateLabels({ 'a b': 'c d' }, 'metadata.labels'));
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/^metadata.labels: Invalid value: "a b": name part must consist of/);
    expect(found[1]).toMatch(/^metadata.labels: Invalid value: "c d": a valid label must be an empty string/);
  });
});

describe('validateLabelSelector', () => {
  it('takes what matches', () => {
    expect(validateLabelSelector({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'In', values: ['d'] }, { key: 'e', operator: 'Exists' }] }, 's')).toEqual([]);
    expect(validateLabelSelector(undefined, 's', { allowEmpty: false })).toEqual([]);
  });

  it('refuses operators without values and values without operators that take them', () => {
    expect(
      texts(
        validateLabelSelector(
          { matchExpressions: [{ key: 'a', operator: 'In' }, { key: 'a', operator: 'NotIn', values: [] }, { key: 'a', operator: 'Exists', values: ['b'] }, { key: 'a', operator: 'Maybe' }, { key: 'a', operator: 'In', values: ['b c'] }] },
          's',
        ),
      ),
    ).toEqual([
      "s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "s.matchExpressions[1].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "s.matchExpressions[2].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      's.matchExpressions[3].operator: Invalid value: "Maybe": not a valid selector operator',
      expect.stringMatching(/^s.matchExpressions\[4\].values\[0\]: Invalid value: "b c": a valid label must be/),
    ]);
  });

  it('refuses an empty selector where it would mean everything', () => {
    expect(texts(validateLabelSelector({}, 's', { allowEmpty: false }))).toEqual(['s: Invalid value: {}: empty selector is invalid for this resource']);
    expect(validateLabelSelector({}, 's', { allowEmpty: true })).toEqual([]);
  });
});

describe('semanticEqual', () => {
  it('takes nothing, null and an empty list for the same, but not an empty map', () => {
    expect(semanticEqual(undefined, null)).toBe(true);
    expect(semanticEqual({ a: undefined, b: 1 }, { b: 1 })).toBe(true);
    expect(semanticEqual({ a: [] }, {})).toBe(true);
    expect(semanticEqual({ a: {} }, {})).toBe(false);
  });

  it('looks into maps and lists', () => {
    expect(semanticEqual({ a: [{ b: 1 }] }, { a: [{ b: 1 }] })).toBe(true);
    expect(semanticEqual({ a: [{ b: 1 }] }, { a: [{ b: 2 }] })).toBe(false);
    expect(semanticEqual([1, 2], [1])).toBe(false);
    expect(semanticEqual('1', 1)).toBe(false);
  });
});

describe('bumpGeneration', () => {
  const object = (generation?: number): KubeObject => ({ kind: 'X', apiVersion: 'v1', metadata: { name: 'x', ...(generation ? { generation } : {}) } });

  it('begins at one, counts changes and keeps the old one otherwise', () => {
    const created = object(7);
    bumpGeneration(created, undefined);
    expect(created.metadata.generation).toBe(1);
    const changed = object();
    bumpGeneration(changed, object(3), true);
    expect(changed.metadata.generation).toBe(4);
    const same = object(9);
    bumpGeneration(same, object(3), false);
    expect(same.metadata.generation).toBe(3);
  });
});
