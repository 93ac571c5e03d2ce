import { describe, expect, it } from 'vitest';
import { controllerRevision } from '../../../src/apis/apps/controller-revision';
import { daemonSet } from '../../../src/apis/apps/daemon-set';
import { replicaSet } from '../../../src/apis/apps/replica-set';
import { statefulSet } from '../../../src/apis/apps/stateful-set';
import { KindUnderTest } from '../kind-under-test';

const SPEC = `
metadata: {name: w}
spec:
  selector: {matchLabels: {app: w}}
  template:
    metadata: {labels: {app: w}}
    spec: {containers: [{name: c, image: "busybox:1"}]}
`;

describe('StatefulSet', () => {
  const kind = new KindUnderTest(statefulSet);

  it('is completed with its defaults', () => {
    const { object, errors } = kind.create(SPEC);
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
  });

  it('changes only what may change', () => {
    const { object } = kind.create(SPEC);
    expect(kind.update(object, (o) => void (o.spec.replicas = 4)).errors).toEqual([]);
    const [error, ...more] = kind.update(object, (o) => void (o.spec.serviceName = 'other')).errors;
    expect(more).toEqual([]);
    expect(error).toMatch(/^spec: Forbidden: updates to statefulset spec for fields other than .* are forbidden$/);
  });

  it('knows its strategies', () => {
    expect(kind.create(`${SPEC}  podManagementPolicy: Any\n`).errors).toEqual([
      'spec.podManagementPolicy: Invalid value: "Any": must be \'OrderedReady\' or \'Parallel\'',
    ]);
    expect(kind.create(`${SPEC}  updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}\n`).errors).toEqual([
      "spec.updateStrategy.rollingUpdate: Invalid value: {\"Partition\":1,\"MaxUnavailable\":null}: only allowed for updateStrategy 'RollingUpdate'",
    ]);
  });
});

describe('DaemonSet', () => {
  const kind = new KindUnderTest(daemonSet);

  it('replaces one pod after the other', () => {
    const { object } = kind.create(SPEC);
    expect(object.spec.updateStrategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } });
    expect(object.spec.revisionHistoryLimit).toBe(10);
  });

  it('cannot end', () => {
    const { errors } = kind.create(SPEC.replace('spec: {containers', 'spec: {restartPolicy: Never, containers'));
    expect(errors).toEqual(['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"']);
  });
});

describe('claims of a StatefulSet', () => {
  it('warn of parts of bytes', () => {
    const kind = new KindUnderTest(statefulSet);
    const yaml = `${SPEC}  volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 100m}}}}]\n`;
    const text = (at: string): string => `spec.volumeClaimTemplates[0]${at}.resources.requests[storage]: fractional byte value "100m" is invalid, must be an integer`;
    const { object, warnings } = kind.create(yaml);
    expect(warnings).toEqual([text('')]);
    expect(kind.update(object, (o) => void (o.spec.replicas = 2)).warnings).toEqual([text('.Spec')]);
  });
});

describe('DaemonSet that is told when to update', () => {
  it('keeps numbers in what it does not use', () => {
    const { object } = new KindUnderTest(daemonSet).create(`${SPEC}  updateStrategy: {type: OnDelete, rollingUpdate: {}}\n`);
    expect(object.spec.updateStrategy).toEqual({ type: 'OnDelete', rollingUpdate: { maxUnavailable: 0, maxSurge: 0 } });
  });
});

describe('ReplicaSet', () => {
  const kind = new KindUnderTest(replicaSet);

  it('shows labels that its template was given empty', () => {
    const yaml = (labels: string): string => `spec: {selector: {matchLabels: {a: b}}, template: {metadata: {${labels}}, spec: {containers: [{name: c, image: i}]}}}`;
    const rule = '`selector` does not match template `labels`';
    expect(kind.create(yaml('labels: {}')).errors).toEqual([`spec.template.metadata.labels: Invalid value: {}: ${rule}`]);
    expect(kind.create(yaml('')).errors).toEqual([`spec.template.metadata.labels: Invalid value: null: ${rule}`]);
  });

  it('keeps one pod unless told otherwise', () => {
    expect(kind.create(SPEC).object.spec.replicas).toBe(1);
    expect(kind.create(`${SPEC}  replicas: 0\n`).object.spec.replicas).toBe(0);
    expect(kind.create(`${SPEC}  replicas: -1\n`).errors).toEqual(['spec.replicas: Invalid value: -1: must be greater than or equal to 0']);
  });
});

describe('ControllerRevision', () => {
  const kind = new KindUnderTest(controllerRevision);

  it('keeps its data', () => {
    const { object, errors } = kind.create('{metadata: {name: r}, data: {a: 1}, revision: 1}');
    expect(errors).toEqual([]);
    expect(kind.update(object, (o) => void (o.revision = 2)).errors).toEqual([]);
    expect(kind.update(object, (o) => void (o.data = { a: 2 })).errors).toEqual([expect.stringMatching(/^data: Invalid value: .*field is immutable$/)]);
    expect(kind.update(object, (o) => void (o.data = { a: 1, b: null })).errors).toEqual([expect.stringMatching(/^data: Invalid value: .*field is immutable$/)]);
    expect(kind.create('{metadata: {name: r}, revision: 1}').errors).toEqual(['data: Required value: data is mandatory']);
  });
});
