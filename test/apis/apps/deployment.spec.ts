import { describe, expect, it } from 'vitest';
import { deployment } from '../../../src/apis/apps/deployment';
import { KindUnderTest } from '../kind-under-test';

const kind = new KindUnderTest(deployment);
const WEB = `
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx}]}
`;

describe('Deployment', () => {
  it('is completed with the defaults of apps/v1', () => {
    const { object, errors } = kind.create(WEB);
    expect(errors).toEqual([]);
    expect(object.metadata.generation).toBe(1);
    expect(object.spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    });
    expect(object.spec.template.spec.containers[0].imagePullPolicy).toBe('Always');
  });

  it('needs a selector that matches its template', () => {
    expect(kind.create(WEB.replace('{matchLabels: {app: web}}', '{matchLabels: {app: other}}')).errors).toEqual([
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ]);
    expect(kind.create(WEB.replace('  selector: {matchLabels: {app: web}}\n', '')).errors[0]).toBe('spec.selector: Required value');
  });

  it('cannot surge by nothing and lack nothing', () => {
    const yaml = `${WEB}  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0%}}\n`;
    expect(kind.create(yaml).errors).toEqual(['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0']);
  });

  it('refuses percentages above all and rolling parameters of Recreate', () => {
    expect(kind.create(`${WEB}  strategy: {rollingUpdate: {maxUnavailable: 110%}}\n`).errors).toEqual([
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "110%": must not be greater than 100%',
    ]);
    expect(kind.create(`${WEB}  strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}\n`).errors).toEqual([
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ]);
  });

  it('counts generations of its spec and keeps its status from clients', () => {
    const { object } = kind.create(WEB);
    object.status = { replicas: 1 };
    const same = kind.update(object, (o) => {
      o.metadata.labels = { a: 'b' };
      o.status = { replicas: 7 };
    });
    expect(same.object.status).toEqual({ replicas: 1 });
    expect(same.object.metadata.generation).toBe(1);
    const scaled = kind.update(object, (o) => void (o.spec.replicas = 3));
    expect(scaled.object.metadata.generation).toBe(2);
  });

  it('keeps its selector', () => {
    const { object } = kind.create(WEB);
    const { errors } = kind.update(object, (o) => {
      o.spec.selector = { matchLabels: { app: 'b' } };
      o.spec.template.metadata.labels = { app: 'b' };
    });
    expect(errors).toEqual(['spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable']);
  });

  it('takes a status through its own view only, and no negative numbers there', () => {
    const { object } = kind.create(WEB);
    const done = kind.update(
      object,
      (o) => {
        o.spec.replicas = 9;
        o.status = { replicas: 2, readyReplicas: 3, availableReplicas: 1 };
      },
      'status',
    );
    expect(done.object.spec.replicas).toBe(1);
    expect(done.errors).toEqual(['status.readyReplicas: Invalid value: 3: cannot be greater than status.replicas']);
  });

  it('prints the columns of kubectl get', () => {
    const { object } = kind.create(WEB);
    object.metadata.creationTimestamp = '2024-05-01T09:58:00Z';
    object.status = { replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 };
    expect(kind.cells(object)).toEqual({
      Name: 'web',
      Ready: '1/1',
      'Up-to-date': 1,
      Available: 1,
      Age: '2m',
      Containers: 'c',
      Images: 'nginx',
      Selector: 'app=web',
    });
  });

  it('scales', () => {
    const { object } = kind.create(WEB);
    const scale = deployment.subresources!.scale;
    if (scale?.type !== 'scale') throw new Error('no scale');
    scale.setReplicas(object, 5);
    expect(scale.replicas(object)).toBe(5);
    expect(scale.selector(object)).toBe('app=web');
  });
});
