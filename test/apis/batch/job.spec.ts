import { describe, expect, it } from 'vitest';
import { job } from '../../../src/apis/batch/job';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(job);
const once = (more = ''): string => `
metadata: {name: once}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}
${more}`;

describe('Job', () => {
  it('is completed with its defaults, selects its pods by its own uid and labels them', () => {
    const { object, errors } = kind.create(once());
    expect(errors).toEqual([]);
    expect(object.spec).toMatchObject({
      backoffLimit: 6,
      completions: 1,
      parallelism: 1,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'uid-1' } },
    });
    expect(object.spec.template.metadata.labels).toEqual({
      'batch.kubernetes.io/controller-uid': 'uid-1',
      'batch.kubernetes.io/job-name': 'once',
      'controller-uid': 'uid-1',
      'job-name': 'once',
    });
  });

  it('needs pods that end', () => {
    const errors = ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'];
    expect(kind.create(once().replace('Never', 'Always')).errors).toEqual(errors);
    expect(kind.create(once().replace('restartPolicy: Never, ', '')).errors).toEqual(errors);
  });

  it('needs completions when it is indexed', () => {
    expect(kind.create(once('  completionMode: Indexed\n  parallelism: 2\n')).errors).toContain('spec.completions: Required value: when completion mode is Indexed');
  });

  it('keeps its template and completions, and may be suspended and resumed', () => {
    const { object } = kind.create(once());
    expect(kind.update(object, (o) => void (o.spec.suspend = true)).errors).toEqual([]);
    expect(kind.update(object, (o) => void (o.spec.completions = 3)).errors).toEqual(['spec.completions: Invalid value: 3: field is immutable']);
    const image = kind.update(object, (o) => void (o.spec.template.spec.containers[0].image = 'alpine'));
    expect(image.errors).toEqual([expect.stringMatching(/^spec.template: Invalid value: {"labels":.*"Spec":{"Volumes":null,.*: field is immutable$/)]);
  });

  it('counts indexes, and not more failures of each than there are indexes', () => {
    const yaml = once('  completionMode: Indexed\n  completions: 2\n  backoffLimitPerIndex: 1\n  maxFailedIndexes: 3\n');
    expect(kind.create(yaml).errors).toEqual(['spec.maxFailedIndexes: Invalid value: 3: must be less than or equal to completions']);
  });

  it('shows policies that may not change as upstream keeps them', () => {
    const { object } = kind.create(once('  podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: DisruptionTarget, status: "True"}]}]}\n'));
    expect(kind.update(object, (o) => void (o.spec.podFailurePolicy.rules[0].action = 'Count')).errors).toEqual([
      'spec.podFailurePolicy: Invalid value: {"Rules":[{"Action":"Count","OnExitCodes":null,"OnPodConditions":[{"Type":"DisruptionTarget","Status":"True"}]}]}: field is immutable',
    ]);
  });

  it('needs a name that its pods can be named after, even when it has none', () => {
    const { object } = kind.create(once('  completionMode: Indexed\n  completions: 2\n'));
    delete object.metadata.name;
    expect(job.strategy.validate!(kind.context('create').ctx, object).map((e) => e.message)).toContain(
      'Invalid value: "": will not able to create pod with invalid DNS label: -1',
    );
  });

  it('shows how far it is', () => {
    const { object } = kind.create(once());
    object.status = { startTime: '2024-05-01T09:59:00Z', active: 1 };
    expect(kind.cells(object)).toMatchObject({ Status: 'Running', Completions: '0/1', Duration: '60s' });
    object.status = { startTime: '2024-05-01T09:59:00Z', completionTime: '2024-05-01T09:59:30Z', succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] };
    expect(kind.cells(object)).toMatchObject({ Status: 'Complete', Completions: '1/1', Duration: '30s' });
  });

  it('tells what becomes of the pods when nobody says', () => {
    expect(job.strategy.defaultGarbageCollection).toBe('Orphan');
    expect(job.strategy.deletionWarning).toMatch(/^child pods are preserved by default/);
  });
});
