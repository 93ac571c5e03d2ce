import { describe, expect, it } from 'vitest';
import { podDisruptionBudget } from '../../../src/apis/policy/pod-disruption-budget';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(podDisruptionBudget);

describe('PodDisruptionBudget', () => {
  it('has one limit, not two', () => {
    expect(kind.create('spec: {minAvailable: 1, maxUnavailable: 1, selector: {}}').errors).toEqual([
      'spec: Invalid value: {"MinAvailable":1,"Selector":{},"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
    ]);
    expect(kind.create('spec: {minAvailable: 50%, selector: {}}').errors).toEqual([]);
    expect(kind.create('spec: {minAvailable: 120%, selector: {}}').errors).toEqual(['spec.minAvailable: Invalid value: "120%": must not be greater than 100%']);
    expect(kind.create('spec: {maxUnavailable: -1, selector: {}}').errors).toEqual(['spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0']);
  });

  it('shows its limits', () => {
    const { object } = kind.create('spec: {maxUnavailable: 1, selector: {}}');
    object.status = { disruptionsAllowed: 2, currentHealthy: 3, desiredHealthy: 1, expectedPods: 3 };
    expect(kind.cells(object)).toMatchObject({ 'Min Available': 'N/A', 'Max Unavailable': '1', 'Allowed Disruptions': 2 });
  });
});
