import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../../src/api/meta/object';
import { subdomainName, validateChangedMeta, validateNewMeta } from '../../../src/apiserver/registry/object-meta';
import type { MetadataRules } from '../../../src/apiserver/registry/strategy';

const old: ObjectMeta = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '1' };
const changed = (m: Partial<ObjectMeta>, rules?: MetadataRules): string[] => validateChangedMeta({ ...old, ...m }, old, true, subdomainName, rules).map((e) => e.field);
const made = (m: Partial<ObjectMeta>, rules?: MetadataRules, specific: string[] = []): string[] =>
  validateNewMeta({ ...old, ...m }, true, subdomainName, rules, specific.map((field) => ({ type: 'FieldValueInvalid', field, message: '' }))).map((e) => e.field);

describe('metadata of a changed object', () => {
  it('is complained of once for every look that is taken at it', () => {
    const bad = { labels: { 'bad key!': 'x' } };
    expect(changed(bad)).toHaveLength(3);
    expect(changed(bad, { onUpdate: [] })).toHaveLength(2);
    expect(changed(bad, { onUpdate: ['change', 'whole'] })).toHaveLength(4);
    expect(changed({ annotations: { 'bad key!': 'x' } })).toHaveLength(3);
    expect(changed({ ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: '', uid: 'x' }] })).toEqual(Array(3).fill('metadata.ownerReferences.name'));
    expect(changed({ uid: 'other' })).toEqual(['metadata.uid', 'metadata.uid']);
  });

  it('needs qualified finalizers in most kinds only', () => {
    expect(changed({ finalizers: ['bad'] })).toEqual(['metadata.finalizers[0]']);
    expect(changed({ finalizers: ['bad'] }, { plainFinalizers: true })).toEqual([]);
    // The generic look knows names, the look at a change does not.
    expect(changed({ finalizers: ['bad key!'] })).toEqual(['metadata.finalizers', 'metadata.finalizers[0]']);
    expect(changed({ finalizers: ['bad key!'] }, { onUpdate: ['whole'] })).toEqual(['metadata.finalizers', 'metadata.finalizers', 'metadata.finalizers[0]']);
  });

  it('has its generateName looked at with the whole', () => {
    expect(changed({ generateName: 'BAD!' })).toEqual([]);
    expect(changed({ generateName: 'BAD!' }, { onUpdate: ['whole'] })).toEqual(['metadata.generateName']);
  });
});

describe('metadata of a new object', () => {
  it('shows owners as they are in Go, and counts names in characters', () => {
    const owner = { blockOwnerDeletion: true, controller: true, uid: 'u', name: 'n', kind: 'K', apiVersion: 'v1' };
    const errors = validateNewMeta({ ...old, name: 'a'.repeat(254), ownerReferences: [owner, owner] }, true, subdomainName, undefined, []);
    const shown = '{"apiVersion":"v1","kind":"K","name":"n","uid":"u","controller":true,"blockOwnerDeletion":true}';
    expect(errors.map((e) => e.message)).toEqual([expect.stringMatching(/: must be no more than 253 characters$/), expect.stringContaining(`Invalid value: [${shown},${shown}]: Only one`)]);
  });

  it('is complained of together with the rest', () => {
    expect(made({ labels: { 'bad key!': 'x' }, finalizers: ['bad'] }, undefined, ['spec'])).toEqual(['metadata.labels', 'metadata.finalizers[0]', 'spec']);
  });

  it('is looked at last, and only as a part of a path, in kinds that leave it alone', () => {
    const rules = { onCreate: false };
    expect(made({ name: 'BAD!', finalizers: ['bad'] }, rules)).toEqual([]);
    expect(made({ name: 'a/b' }, rules)).toEqual(['metadata.name']);
    expect(made({ name: 'a/b' }, rules, ['spec'])).toEqual(['spec']);
  });
});
