import { describe, expect, it } from 'vitest';
import { priorityClass } from '../../../src/apis/scheduling/priority-class';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(priorityClass);

describe('PriorityClass', () => {
  it('preempts lower priorities unless told otherwise', () => {
    expect(kind.create('value: 10').object.preemptionPolicy).toBe('PreemptLowerPriority');
    expect(kind.create('{value: 10, preemptionPolicy: Sometimes}').errors).toEqual([
      'preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"',
    ]);
  });

  it('leaves the highest values and names to the system', () => {
    expect(kind.create('value: 1000000001').errors).toEqual(['value: Forbidden: maximum allowed value of a user defined priority is 1000000000']);
    expect(kind.create('{metadata: {name: system-mine}, value: 1}').errors[0]).toMatch(/^metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only/);
  });

  it('keeps its value', () => {
    const { object } = kind.create('value: 10');
    expect(kind.update(object, (o) => void (o.value = 11)).errors).toEqual(['value: Forbidden: may not be changed in an update.']);
    expect(kind.update(object, (o) => void (o.description = 'd')).errors).toEqual([]);
  });
});
