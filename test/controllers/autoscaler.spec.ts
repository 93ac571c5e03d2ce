import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/meta/object';
import { formatTime } from '../../src/api/meta/time';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../src/client/resources';
import { History } from '../../src/controllers/horizontalpodautoscaler/history';
import { createHorizontalPodAutoscalerController } from '../../src/controllers/horizontalpodautoscaler/horizontal-pod-autoscaler-controller';
import { normalize } from '../../src/controllers/horizontalpodautoscaler/normalize';
import type { HorizontalPodAutoscaler } from '../../src/controllers/horizontalpodautoscaler/types';
import { World } from '../client/world';
import { eventsOf } from './workloads';

const CPU = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
const T0 = '2026-01-01T00:00:15Z';

describe('horizontal pod autoscaler', () => {
  let w: World;
  /** Pod → cpu in use; undefined: the metrics API is not served. */
  let usage: Record<string, string> | undefined;
  let external: string[] | undefined;
  beforeEach(async () => {
    w = new World();
    usage = external = undefined;
    const list = w.client.list.bind(w.client) as (...a: unknown[]) => Promise<never>;
    w.client.list = (r, o) => {
      const answer = (items: object[]) => Promise.resolve({ kind: 'List', apiVersion: 'v1', metadata: {}, items } as never);
      if (r.group === 'metrics.k8s.io' && usage) {
        return answer(Object.entries(usage).map(([name, cpu]) => ({ metadata: { name }, timestamp: formatTime(w.clock.now()), window: '15s', containers: [{ name: 'c', usage: { cpu, memory: '100Mi' } }] })));
      }
      if (r.group === 'external.metrics.k8s.io' && external) return answer(external.map((value) => ({ value })));
      return list(r, o);
    };
    await w.start(createHorizontalPodAutoscalerController);
  });
  afterEach(() => w.stop());

  const deployment = (name: string, replicas: number) =>
    w.client.create(DEPLOYMENTS, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'a' }, spec: { replicas, selector: { matchLabels: { app: name } } } });
  const autoscaler = async (name: string, spec: object = {}) => {
    await w.client.create(HORIZONTAL_POD_AUTOSCALERS, {
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name, namespace: 'a' },
      spec: { minReplicas: 2, maxReplicas: 10, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, metrics: [CPU], ...spec },
    });
    await w.settle();
  };
  const pods = async (app: string, n: number, phase = 'Running', from = 0) => {
    for (let i = from; i < from + n; i++) {
      const p = await w.client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${app}${i}`, namespace: 'a', labels: { app } }, spec: { containers: [{ name: 'c', resources: { requests: { cpu: '100m', memory: '200Mi' } } }] } });
      const old = '2025-12-31T00:00:00Z';
      await w.client.update(PODS, { ...p, status: { phase, startTime: old, conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False', lastTransitionTime: old }] } }, { subresource: 'status' });
    }
    await w.settle();
  };
  const status = async (name: string) => (await w.client.get<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS, 'a', name)).status;
  const replicas = async (name: string) => (await w.client.get<KubeObject>(DEPLOYMENTS, 'a', name))['spec'].replicas as number;

  it('says why it cannot count', async () => {
    await deployment('d', 3);
    await autoscaler('d');
    await autoscaler('none');
    await deployment('zero', 0);
    await autoscaler('zero');
    await w.pass(15_000);
    const able = { type: 'AbleToScale', status: 'True', lastTransitionTime: T0, reason: 'SucceededGetScale', message: "the HPA controller was able to get the target's current scale" };
    const why = 'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
    expect(await status('d')).toEqual({
      conditions: [able, { type: 'ScalingActive', status: 'False', lastTransitionTime: T0, reason: 'FailedGetResourceMetric', message: `the HPA was unable to compute the replica count: ${why}` }],
      currentMetrics: [{ type: '' }],
      currentReplicas: 3,
    });
    expect(await eventsOf(w, 'd')).toEqual([
      `FailedGetResourceMetric: ${why}`,
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
    ]);
    expect((await status('none')).conditions).toEqual([
      { type: 'AbleToScale', status: 'False', lastTransitionTime: T0, reason: 'FailedGetScale', message: 'the HPA controller was unable to get the target\'s current scale: deployments.apps "none" not found' },
    ]);
    expect((await status('zero')).conditions).toEqual([able, { type: 'ScalingActive', status: 'False', lastTransitionTime: T0, reason: 'ScalingDisabled', message: 'scaling is disabled since the replica count of the target is zero' }]);
    const before = w.client.actions.filter((a) => a.verb === 'update').length;
    await w.pass(60_000);
    expect(w.client.actions.filter((a) => a.verb === 'update').length - before).toBe(0);
  });

  it('keeps to the minimum and maximum whatever metrics say', async () => {
    await deployment('low', 1);
    await autoscaler('low');
    await deployment('high', 20);
    await autoscaler('high');
    await w.pass(15_000);
    expect([await replicas('low'), await replicas('high')]).toEqual([2, 10]);
    expect(await eventsOf(w, 'low')).toEqual(['SuccessfulRescale: New size: 2; reason: Current number of replicas below Spec.MinReplicas']);
    expect(await status('low')).toMatchObject({ currentReplicas: 1, desiredReplicas: 2, lastScaleTime: T0, conditions: [{ reason: 'SucceededRescale' }] });
  });

  it('scales up by usage, and down once nothing higher was recommended lately', async () => {
    await deployment('d', 2);
    await pods('d', 2);
    usage = { d0: '90m', d1: '60m' };
    await autoscaler('d');
    await w.pass(15_000);
    expect(await replicas('d')).toBe(3);
    expect(await eventsOf(w, 'd')).toEqual(['SuccessfulRescale: New size: 3; reason: cpu resource utilization (percentage of request) above target']);
    expect(await status('d')).toMatchObject({
      currentReplicas: 2, desiredReplicas: 3,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 75, averageValue: '75m' } } }],
      conditions: [
        { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message: 'the HPA controller was able to update the target scale to 3' },
        { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' },
        { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange' },
      ],
    });
    await pods('d', 1, 'Running', 2);
    usage = { d0: '10m', d1: '10m', d2: '10m' };
    await w.pass(15_000);
    expect(await replicas('d')).toBe(3);
    expect((await status('d')).conditions![0]).toMatchObject({ reason: 'ScaleDownStabilized' });
    await w.pass(300_000);
    expect(await replicas('d')).toBe(2);
    expect((await status('d')).conditions!.find((c) => c.type === 'ScalingLimited')).toMatchObject({ status: 'True', reason: 'TooFewReplicas' });
  });

  it('goes up carefully while pods have no metrics yet', async () => {
    await deployment('d', 4);
    await pods('d', 2);
    await pods('d', 2, 'Pending', 2);
    usage = { d0: '80m', d1: '80m' };
    await autoscaler('d');
    await w.pass(15_000);
    // 160% of the target for two pods, 80% for four: that would be the other direction.
    expect(await replicas('d')).toBe(4);
    usage = { d0: '200m', d1: '200m' };
    await w.pass(15_000);
    expect(await replicas('d')).toBe(8);
  });

  it('takes the highest of several metrics, and none that would scale down while another fails', async () => {
    await deployment('d', 4);
    await pods('d', 4);
    usage = { d0: '10m', d1: '10m', d2: '10m', d3: '10m' };
    const jobs = { type: 'External', external: { metric: { name: 'jobs' }, target: { type: 'AverageValue', averageValue: '5' } } };
    const memory = { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } };
    await autoscaler('d', { metrics: [CPU, memory, jobs] });
    await w.pass(15_000);
    expect(await replicas('d')).toBe(4);
    const s = await status('d');
    expect(s.currentMetrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 10, averageValue: '10m' } } },
      { type: 'Resource', resource: { name: 'memory', current: { averageValue: '100Mi' } } },
      { type: '' },
    ]);
    external = ['20', '10'];
    await w.pass(15_000);
    expect(await replicas('d')).toBe(6);
    expect((await eventsOf(w, 'd')).at(-1)).toBe('SuccessfulRescale: New size: 6; reason: external metric jobs(nil) above target');
  });

  it('does not share pods with another autoscaler', async () => {
    await deployment('d', 2);
    await pods('d', 2);
    usage = { d0: '50m', d1: '50m' };
    await autoscaler('d');
    await autoscaler('e', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } });
    await w.pass(30_000);
    expect((await eventsOf(w, 'e'))[0]).toBe('AmbiguousSelector: pods by selector app=d are controlled by multiple HPAs: [{d a} {e a}]');
  });
});

describe('limits of what an autoscaler does', () => {
  const hpa = (behavior?: object, minReplicas = 1, maxReplicas = 100) => ({ spec: { minReplicas, maxReplicas, behavior } }) as unknown as HorizontalPodAutoscaler;
  it('doubles at most without rules', () => {
    expect(normalize(hpa(), new History(5, 0), 5, 50, 1000)).toMatchObject({ desired: 10, scalingLimited: { status: 'True', reason: 'ScaleUpLimit' } });
    expect(normalize(hpa(), new History(1, 0), 1, 50, 1000)).toMatchObject({ desired: 4 });
    expect(normalize(hpa(undefined, 1, 7), new History(5, 0), 5, 50, 1000)).toMatchObject({ desired: 7, scalingLimited: { reason: 'TooManyReplicas' } });
  });

  it('follows policies by what was done in their period', () => {
    const rules = { scaleUp: { selectPolicy: 'Max', stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }, { type: 'Percent', value: 100, periodSeconds: 60 }] }, scaleDown: { selectPolicy: 'Min', stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }, { type: 'Pods', value: 5, periodSeconds: 60 }] } };
    const history = new History(10, 0);
    const r = { up: rules.scaleUp, down: rules.scaleDown };
    expect(normalize(hpa(rules), history, 10, 50, 1000)).toMatchObject({ desired: 20, scalingLimited: { status: 'True', reason: 'ScaleUpLimit' } });
    history.scaled(10, 20, r, 1000);
    expect(normalize(hpa(rules), history, 20, 50, 16_000)).toMatchObject({ desired: 20 });
    expect(normalize(hpa(rules), history, 20, 50, 62_000)).toMatchObject({ desired: 40 });
    expect(normalize(hpa(rules), history, 40, 1, 130_000)).toMatchObject({ desired: 36, scalingLimited: { reason: 'ScaleDownLimit' } });
    expect(normalize(hpa({ ...rules, scaleDown: { selectPolicy: 'Disabled' } }), history, 40, 1, 500_000)).toMatchObject({ desired: 40 });
  });

  it('moves no further than all recommendations of the window agree on', () => {
    const rules = { scaleUp: { stabilizationWindowSeconds: 60, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 50, periodSeconds: 15 }] }, scaleDown: { stabilizationWindowSeconds: 300, selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] } };
    const history = new History(5, 0);
    expect(normalize(hpa(rules), history, 5, 12, 15_000)).toMatchObject({ desired: 5, ableToScale: { reason: 'ScaleUpStabilized' } });
    expect(normalize(hpa(rules), history, 5, 9, 45_000)).toMatchObject({ desired: 5 });
    expect(normalize(hpa(rules), history, 5, 15, 61_000)).toMatchObject({ desired: 9, ableToScale: { reason: 'ScaleUpStabilized' } });
    expect(normalize(hpa(rules), history, 9, 2, 90_000)).toMatchObject({ desired: 9, ableToScale: { reason: 'ScaleDownStabilized' } });
    expect(normalize(hpa(rules), history, 9, 2, 400_000)).toMatchObject({ desired: 2 });
  });
});
