import { describe, expect, it } from 'vitest';
import { horizontalPodAutoscalerV1 } from '../../../src/apis/autoscaling/horizontal-pod-autoscaler-v1';
import { horizontalPodAutoscaler } from '../../../src/apis/autoscaling/horizontal-pod-autoscaler';
import { KindUnderTest } from '../kind-under-test';

const v2 = new KindUnderTest(horizontalPodAutoscaler);
const v1 = new KindUnderTest(horizontalPodAutoscalerV1);
const { toStored, fromStored } = horizontalPodAutoscalerV1.storedAs!;
const REF = 'scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}';

describe('HorizontalPodAutoscaler v2', () => {
  it('watches the CPU at 80 percent unless told otherwise', () => {
    const { object, errors } = v2.create(`spec: {maxReplicas: 5, ${REF}}`);
    expect(errors).toEqual([]);
    expect(object.spec.minReplicas).toBe(1);
    expect(object.spec.metrics).toEqual([{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]);
  });

  it('needs bounds that make sense', () => {
    expect(v2.create(`spec: {maxReplicas: 2, minReplicas: 3, ${REF}}`).errors).toEqual(['spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`']);
    expect(v2.create(`spec: {maxReplicas: 0, ${REF}}`).errors[0]).toBe('spec.maxReplicas: Required value: must be set and greater than 0');
  });

  it('needs one source for each metric', () => {
    const yaml = `spec: {maxReplicas: 2, ${REF}, metrics: [{type: Pods, pods: {metric: {name: m}, target: {type: Value, value: 1}}, resource: {name: cpu, target: {type: Utilization, averageUtilization: 5}}}]}`;
    expect(v2.create(yaml).errors).toContain('spec.metrics[0].resource: Forbidden: must populate the given metric source only');
  });

  it('knows no metric types but its own', () => {
    const unknown = 'spec.metrics[0].type: Unsupported value: "constructor": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"';
    expect(v2.create(`spec: {maxReplicas: 2, ${REF}, metrics: [{type: constructor}]}`).errors).toEqual([unknown, unknown]);
  });

  it('shows targets as kubectl does', () => {
    const { object } = v2.create(`spec: {maxReplicas: 5, ${REF}}`);
    expect(v2.cells(object)).toMatchObject({ Reference: 'Deployment/web', Targets: 'cpu: <unknown>/80%', MinPods: '1', MaxPods: 5, Replicas: 0 });
    object.status = { currentReplicas: 2, currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 43, averageValue: '43m' } } }] };
    expect(v2.cells(object)).toMatchObject({ Targets: 'cpu: 43%/80%', Replicas: 2 });
    object.spec.metrics = [{ type: 'Pods', pods: { target: { averageValue: '1k' } } }, { type: 'Object', object: { target: { value: '2' } } }];
    object.status = { currentMetrics: [{ type: 'Pods', pods: { current: {} } }, { type: 'Object', object: { current: {} } }] };
    expect(v2.cells(object)).toMatchObject({ Targets: '<nil>/1k, <nil>/2' });
  });
});

describe('HorizontalPodAutoscaler v1', () => {
  it('is the same object seen with one percentage', () => {
    const o = v1.decode(`spec: {maxReplicas: 5, targetCPUUtilizationPercentage: 60, ${REF}}`);
    const stored = toStored(o);
    expect(stored.apiVersion).toBe('autoscaling/v2');
    expect(stored.spec.metrics).toEqual([{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }]);
    expect(fromStored(stored).spec).toEqual(o.spec);
  });

  it('keeps in annotations what it has no fields for', () => {
    const stored = v2.create(`spec: {maxReplicas: 5, ${REF}, metrics: [{type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 70}}}]}`).object;
    const shown = fromStored(stored);
    expect(JSON.parse(shown.metadata.annotations!['autoscaling.alpha.kubernetes.io/metrics']!)).toEqual([
      { type: 'Resource', resource: { name: 'memory', targetAverageUtilization: 70 } },
    ]);
    const back = toStored(shown);
    expect(back.spec.metrics).toEqual(stored.spec.metrics);
    expect(back.metadata.annotations).toBeUndefined();
  });
});
