import { describe, expect, it } from 'vitest';
import { runtimeClass } from '../../../src/apis/node/runtime-class';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(runtimeClass);

describe('RuntimeClass', () => {
  it('names a handler and keeps it', () => {
    const { object, errors } = kind.create('handler: runc');
    expect(errors).toEqual([]);
    expect(kind.create('{}').errors).toEqual(['handler: Required value']);
    expect(kind.create('handler: Not_A_Label').errors[0]).toMatch(/^handler: Invalid value: "Not_A_Label": a lowercase RFC 1123 label/);
    expect(kind.update(object, (o) => void (o.handler = 'kata')).errors).toEqual(['handler: Invalid value: "kata": field is immutable']);
  });

  it('checks overhead and tolerations as those of pods', () => {
    expect(kind.create('{handler: h, overhead: {podFixed: {cpu: 100m, rocks: 1}}}').errors[0]).toMatch(/^overhead.limits\[rocks\]: Invalid value: "rocks"/);
    expect(kind.create('{handler: h, scheduling: {tolerations: [{key: a, operator: Exists}, {key: a, operator: Exists}]}}').errors).toEqual([
      'scheduling.tolerations[1]: Duplicate value: {"Key":"a","Operator":"Exists","Value":"","Effect":"","TolerationSeconds":null}',
    ]);
  });

  it('warns of node labels that are going away', () => {
    expect(kind.create('{handler: h, scheduling: {nodeSelector: {beta.kubernetes.io/os: linux}}}').warnings).toEqual([
      'scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/os" instead',
    ]);
  });
});
