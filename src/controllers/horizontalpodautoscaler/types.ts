import type { KubeObject } from '../../api/meta/object';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import type { Condition } from '../shared/types';

export interface MetricTarget {
  type: string;
  value?: string;
  averageValue?: string;
  averageUtilization?: number;
}

export interface MetricIdentifier {
  name: string;
  selector?: LabelSelectorSpec;
}

export interface ObjectRef {
  apiVersion?: string;
  kind: string;
  name: string;
}

export interface MetricSpec {
  type: string;
  resource?: { name: string; target: MetricTarget };
  containerResource?: { name: string; container: string; target: MetricTarget };
  pods?: { metric: MetricIdentifier; target: MetricTarget };
  object?: { describedObject: ObjectRef; metric: MetricIdentifier; target: MetricTarget };
  external?: { metric: MetricIdentifier; target: MetricTarget };
}

export interface MetricValue {
  value?: string;
  averageValue?: string;
  averageUtilization?: number;
}

/** What a metric was last; one that could not be read has an empty type. */
export interface MetricStatus {
  type: string;
  resource?: { name: string; current: MetricValue };
  containerResource?: { name: string; container: string; current: MetricValue };
  pods?: { metric: MetricIdentifier; current: MetricValue };
  object?: { describedObject: ObjectRef; metric: MetricIdentifier; current: MetricValue };
  external?: { metric: MetricIdentifier; current: MetricValue };
}

export interface ScalingPolicy {
  type: string;
  value: number;
  periodSeconds: number;
}

export interface ScalingRules {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: ScalingPolicy[];
  tolerance?: string;
}

export interface HorizontalPodAutoscaler extends KubeObject {
  spec: {
    scaleTargetRef: ObjectRef;
    minReplicas?: number;
    maxReplicas: number;
    metrics?: MetricSpec[];
    behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules };
  };
  status: {
    observedGeneration?: number;
    lastScaleTime?: string;
    currentReplicas?: number;
    desiredReplicas: number;
    currentMetrics?: MetricStatus[] | null;
    conditions?: Condition[];
  };
}

/** autoscaling/v1 Scale. */
export interface Scale extends KubeObject {
  spec: { replicas?: number };
  status: { replicas: number; selector?: string };
}
