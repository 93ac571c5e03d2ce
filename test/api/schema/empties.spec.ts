import { describe, expect, it } from 'vitest';
import { decodeObject } from '../../../src/api/schema/decode';
import { encodeObject } from '../../../src/api/schema/encode';
import { copyWith, givenEmpty, holdsGivenEmpty } from '../../../src/api/schema/empties';
import { loadSchemas } from '../../../src/api/schema/load';

const schema = loadSchemas().get('io.k8s.api.networking.v1.NetworkPolicy')!;

function decode(spec: object): ReturnType<typeof decodeObject> {
  return decodeObject(schema, { kind: 'NetworkPolicy', apiVersion: 'networking.k8s.io/v1', metadata: { name: 'p' }, spec });
}

describe('lists and maps given empty', () => {
  it('are remembered while the object lasts, and not encoded', () => {
    const o = decode({ podSelector: { matchLabels: {}, matchExpressions: [] }, egress: [] });
    expect(givenEmpty(o.spec.podSelector, 'matchLabels')).toEqual({});
    expect(givenEmpty(o.spec.podSelector, 'matchExpressions')).toEqual([]);
    expect(givenEmpty(o.spec, 'ingress')).toBeUndefined();
    expect(encodeObject(o)).not.toMatch(/matchLabels|egress/);
  });

  it('are remembered by copies that are made for it', () => {
    const { spec } = decode({ podSelector: {}, egress: [], policyTypes: ['Egress'] });
    const copy = copyWith(spec as Record<string, unknown>, { policyTypes: ['Ingress'] });
    expect(copy).toEqual({ ...spec, policyTypes: ['Ingress'] });
    expect(givenEmpty(copy, 'egress')).toEqual([]);
    expect(spec.policyTypes).toEqual(['Egress']);
  });

  it('are found however deep they stand', () => {
    expect(holdsGivenEmpty(decode({ podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: {} } }] }] }).spec)).toBe(true);
    expect(holdsGivenEmpty(decode({ podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { a: 'b' } } }] }] }).spec)).toBe(false);
  });
});
