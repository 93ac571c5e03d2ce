import { quantityMilliValue, formatQuantity } from '../../api/quantity';
import { formatSelector } from '../../api/selectors/label-selector';
import { goSelector } from '../shared/go-selector';
import type { Pod } from '../shared/types';
import type { Metrics } from './metrics';
import type { PodTarget, Proposal, Tolerances } from './replicas';
import { averageTarget, podReplicas, sharedReplicas, totalReplicas, utilizationTarget } from './replicas';
import { requestsOf } from './pod-groups';
import type { MetricSpec, MetricStatus, MetricTarget, MetricValue } from './types';

/** What a metric is looked at with. */
export interface Situation {
  namespace: string;
  selector: string;
  pods(): readonly Pod[];
  /** Replicas as they are asked for, and as they are. */
  specReplicas: number;
  statusReplicas: number;
  tolerances: Tolerances;
  now: number;
}

export interface MetricProposal {
  replicas: number;
  /** The metric in words. */
  name: string;
  status: MetricStatus;
}

/** A metric that cannot be had: `message` tells it all, `inner` is what a condition says of it. */
export class MetricError extends Error {
  constructor(
    readonly reason: string,
    readonly inner: string,
    prefix: string,
    cause: unknown,
  ) {
    super(prefix + inner, { cause });
  }
}

/** The replicas that one metric calls for. @throws MetricError */
export async function propose(metrics: Metrics, m: MetricSpec, s: Situation): Promise<MetricProposal> {
  switch (m.type) {
    case 'Resource':
      return attempt('FailedGetResourceMetric', `failed to get ${m.resource!.name} resource metric value: `, async () => {
        const { name, target } = m.resource!;
        const p = await byResource(metrics, s, name, target);
        const of = target.averageValue === undefined ? `${name} resource utilization (percentage of request)` : `${name} resource`;
        return { replicas: p.replicas, name: of, status: { type: m.type, resource: { name, current: resourceValue(name, p) } } };
      });
    case 'ContainerResource':
      return attempt('FailedGetContainerResourceMetric', `failed to get ${m.containerResource!.container} container metric value: `, async () => {
        const { name, container, target } = m.containerResource!;
        const p = await byResource(metrics, s, name, target, container);
        const of = target.averageValue === undefined ? `${name} container resource utilization (percentage of request)` : `${name} resource`;
        return { replicas: p.replicas, name: of, status: { type: m.type, containerResource: { name, container, current: resourceValue(name, p) } } };
      });
    case 'Pods':
      return attempt('FailedGetPodsMetric', 'failed to get pods metric value: ', async () => {
        const { metric, target } = m.pods!;
        const measured = await explained(`unable to get metric ${metric.name}: `, () => metrics.pods(s.namespace, metric));
        const p = podReplicas(s.pods(), measured, () => averageTarget(quantityMilliValue(target.averageValue!)), s.specReplicas, s.tolerances, s.now);
        return { replicas: p.replicas, name: `pods metric ${metric.name}`, status: { type: m.type, pods: { metric, current: { averageValue: milli(p.usage) } } } };
      });
    case 'Object':
      return attempt('FailedGetObjectMetric', 'failed to get object metric value: ', () => byObject(metrics, m, s));
    case 'External':
      return attempt('FailedGetExternalMetric', `failed to get ${m.external!.metric.name} external metric value: `, () => byExternal(metrics, m, s));
    default: {
      const text = `unknown metric source type "${m.type}"`;
      throw new MetricError('InvalidMetricSourceType', text, '', undefined);
    }
  }
}

async function byResource(metrics: Metrics, s: Situation, resource: string, target: MetricTarget, container?: string): Promise<Proposal> {
  const measured = (what: string): Promise<Awaited<ReturnType<Metrics['resource']>>> =>
    explained(`failed to get ${resource} ${what}: unable to get metrics for resource ${resource}: `, () => metrics.resource(s.namespace, s.selector, resource, container));
  const compare = async (what: string, goal: (pods: readonly Pod[]) => PodTarget): Promise<Proposal> => {
    const values = await measured(what);
    return explained(`failed to get ${resource} ${what}: `, () => podReplicas(s.pods(), values, goal, s.specReplicas, s.tolerances, s.now, resource));
  };
  if (target.averageValue !== undefined) return compare('usage', () => averageTarget(quantityMilliValue(target.averageValue!), resource));
  if (target.averageUtilization === undefined) {
    throw new Error('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set');
  }
  return compare('utilization', (pods) => utilizationTarget(target.averageUtilization!, requestsOf(pods, resource, container), resource));
}

async function byObject(metrics: Metrics, m: MetricSpec, s: Situation): Promise<MetricProposal> {
  const { describedObject, metric, target } = m.object!;
  const get = (prefix: string): Promise<number> =>
    explained(`${prefix}unable to get metric ${metric.name}: `, () => metrics.object(s.namespace, describedObject, metric), ` on ${describedObject.kind} ${s.namespace}/${describedObject.name}`);
  const status = (current: MetricValue): MetricStatus => ({ type: m.type, object: { describedObject, metric, current } });
  if (target.type === 'Value' && target.value !== undefined) {
    const p = totalReplicas(await get(''), quantityMilliValue(target.value), s.specReplicas, s.tolerances, () => s.pods());
    return { replicas: p.replicas, name: `${describedObject.kind} metric ${metric.name}`, status: status({ value: milli(p.usage) }) };
  }
  if (target.type === 'AverageValue' && target.averageValue !== undefined) {
    const p = sharedReplicas(await get(`failed to get ${metric.name} object metric: `), quantityMilliValue(target.averageValue), s.statusReplicas, s.tolerances);
    return { replicas: p.replicas, name: `external metric ${metric.name}(${goSelector(metric.selector)})`, status: status({ averageValue: milli(p.usage) }) };
  }
  throw new Error('invalid object metric source: neither a value target nor an average value target was set');
}

async function byExternal(metrics: Metrics, m: MetricSpec, s: Situation): Promise<MetricProposal> {
  const { metric, target } = m.external!;
  const get = async (prefix: string): Promise<number> => {
    const words = `${prefix}unable to get external metric ${s.namespace}/${metric.name}/${goSelector(metric.selector)}: `;
    const values = await explained(words, () => metrics.external(s.namespace, metric.name, metric.selector ? formatSelector(metric.selector) : ''));
    return values.reduce((a, b) => a + b, 0);
  };
  const name = `external metric ${metric.name}(${goSelector(metric.selector)})`;
  const status = (current: MetricValue): MetricStatus => ({ type: m.type, external: { metric, current } });
  if (target.averageValue !== undefined) {
    const p = sharedReplicas(await get(`failed to get ${metric.name} external metric: `), quantityMilliValue(target.averageValue), s.statusReplicas, s.tolerances);
    return { replicas: p.replicas, name, status: status({ averageValue: milli(p.usage) }) };
  }
  if (target.value !== undefined) {
    const usage = await get(`failed to get external metric ${metric.name}: `);
    const p = totalReplicas(usage, quantityMilliValue(target.value), s.specReplicas, s.tolerances, () => s.pods());
    return { replicas: p.replicas, name, status: status({ value: milli(p.usage) }) };
  }
  throw new Error('invalid external metric source: neither a value target nor an average value target was set');
}

async function attempt(reason: string, prefix: string, fn: () => Promise<MetricProposal>): Promise<MetricProposal> {
  try {
    return await fn();
  } catch (e) {
    throw new MetricError(reason, (e as Error).message, prefix, e);
  }
}

async function explained<T>(prefix: string, fn: () => T | Promise<T>, suffix = ''): Promise<T> {
  try {
    return await fn();
  } catch (e) {
    throw new Error(prefix + (e as Error).message + suffix, { cause: e });
  }
}

const milli = (mantissa: number): string => formatQuantity({ mantissa, scale: -3, format: 'DecimalSI' });

function resourceValue(resource: string, p: Proposal): MetricValue {
  const averageValue = formatQuantity({ mantissa: p.usage, scale: -3, format: resource === 'memory' ? 'BinarySI' : 'DecimalSI' });
  return p.utilization === undefined ? { averageValue } : { averageUtilization: p.utilization, averageValue };
}
