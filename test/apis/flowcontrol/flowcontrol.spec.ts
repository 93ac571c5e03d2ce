import { describe, expect, it } from 'vitest';
import { flowSchema } from '../../../src/apis/flowcontrol/flow-schema';
import { priorityLevelConfiguration } from '../../../src/apis/flowcontrol/priority-level-configuration';
import { KindUnderTest } from '../kind-under-test';

describe('FlowSchema', () => {
  const kind = new KindUnderTest(flowSchema);

  it('comes in the middle unless told otherwise', () => {
    const { object, errors } = kind.create('spec: {priorityLevelConfiguration: {name: workload-low}}');
    expect(errors).toEqual([]);
    expect(object.spec.matchingPrecedence).toBe(1000);
  });

  it('has a precedence from 1 to 10000, and 1 only for the one that is exempt', () => {
    expect(kind.create('spec: {matchingPrecedence: 10001, priorityLevelConfiguration: {name: a}}').errors).toEqual([
      'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
    ]);
    expect(kind.create('spec: {matchingPrecedence: 1, priorityLevelConfiguration: {name: a}}').errors).toEqual([
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    ]);
  });

  it('refuses subjects that are two things', () => {
    const yaml = 'spec: {priorityLevelConfiguration: {name: a}, rules: [{subjects: [{kind: User, user: {name: x}, group: {name: g}}], nonResourceRules: [{verbs: [get], nonResourceURLs: [/x]}]}]}';
    expect(kind.create(yaml).errors).toContain('spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not \'Group\'');
  });
});

describe('PriorityLevelConfiguration', () => {
  const kind = new KindUnderTest(priorityLevelConfiguration);

  it('is completed with its shares', () => {
    const { object } = kind.create('spec: {type: Limited, limited: {limitResponse: {type: Queue, queuing: {}}}}');
    expect(object.spec.limited).toEqual({ nominalConcurrencyShares: 30, lendablePercent: 0, limitResponse: { type: 'Queue', queuing: { handSize: 8, queueLengthLimit: 50, queues: 64 } } });
  });

  it('says what it is and what it answers', () => {
    expect(kind.create('spec: {}').errors).toEqual(['spec.type: Required value']);
    expect(kind.create('spec: {type: Limited, limited: {}}').errors).toEqual(['spec.limited.limitResponse.type: Required value']);
    expect(kind.create('spec: {type: Some}').errors).toEqual(['spec.type: Unsupported value: "Some": supported values: "Exempt", "Limited"']);
  });

  it('hands out only as many queues as there are', () => {
    expect(kind.create('spec: {type: Limited, limited: {limitResponse: {type: Queue, queuing: {handSize: 9, queues: 8, queueLengthLimit: 1}}}}').errors[0]).toContain('should not be greater than queues (8)');
  });
});
