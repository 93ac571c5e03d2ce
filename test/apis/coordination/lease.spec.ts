import { describe, expect, it } from 'vitest';
import { lease } from '../../../src/apis/coordination/lease';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(lease);

describe('Lease', () => {
  it('lasts some seconds and changes hands forwards', () => {
    expect(kind.create('spec: {holderIdentity: a, leaseDurationSeconds: 15}').errors).toEqual([]);
    expect(kind.create('spec: {leaseDurationSeconds: 0, leaseTransitions: -1}').errors).toEqual([
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });

  it('shows who holds it', () => {
    expect(kind.cells(kind.create('spec: {holderIdentity: a}').object)).toMatchObject({ Holder: 'a' });
    expect(kind.cells(kind.create('spec: {}').object)).toMatchObject({ Holder: '' });
  });
});
