import { isReason } from '../../api/errors/status-error';
import { parseGoDuration } from '../../api/meta/go-duration';
import type { GVR, KubeObject } from '../../api/meta/object';
import { groupResource } from '../../api/meta/object';
import { parseTime } from '../../api/meta/time';
import { quantityMilliValue } from '../../api/quantity';
import type { Client } from '../../client/client';
import { gvrOf } from '../../client/resources';
import type { AllResources } from '../shared/all-resources';
import type { MetricIdentifier, ObjectRef } from './types';

/** One pod's usage, in thousandths. */
export interface PodMetric {
  value: number;
  /** When it was measured, milliseconds since the epoch. */
  timestamp: number;
  /** Over how long, milliseconds. */
  window: number;
}

export type PodMetrics = Map<string, PodMetric>;

interface PodUsage extends KubeObject {
  timestamp: string;
  window: string;
  containers?: { name: string; usage: Record<string, string> }[];
}

interface CustomValue {
  describedObject: { name: string };
  timestamp: string;
  windowSeconds?: number;
  value: string;
}

const RESOURCE_METRICS = gvrOf('metrics.k8s.io/v1beta1/pods');
const CUSTOM = 'custom.metrics.k8s.io';
const DEFAULT_WINDOW = 60_000;
const NOT_SERVED = 'the server could not find the requested resource';

/** Reads the metrics APIs, wherever they are served. What cannot be read is an Error with upstream's words. */
export class Metrics {
  constructor(
    private readonly client: Client,
    private readonly all: AllResources,
  ) {}

  /** Usage of a resource by the selected pods, or by their containers of that name. Pods that lack a value are left out. */
  async resource(namespace: string, labelSelector: string, resource: string, container?: string): Promise<PodMetrics> {
    const list = await this.read('resource', RESOURCE_METRICS, () => this.client.list<PodUsage>(RESOURCE_METRICS, { namespace, labelSelector }));
    if (list.items.length === 0) throw new Error('no metrics returned from resource metrics API');
    const out: PodMetrics = new Map();
    for (const m of list.items) {
      const containers = (m.containers ?? []).filter((c) => container === undefined || c.name === container);
      if (containers.length === 0 || containers.some((c) => c.usage[resource] === undefined)) continue;
      const value = containers.reduce((sum, c) => sum + quantityMilliValue(c.usage[resource]!), 0);
      out.set(m.metadata.name!, { value, timestamp: parseTime(m.timestamp), window: parseGoDuration(m.window) });
    }
    return out;
  }

  /** A custom metric of every pod of the namespace. */
  async pods(namespace: string, metric: MetricIdentifier): Promise<PodMetrics> {
    const items = await this.custom('pods', namespace, '*', metric);
    return new Map(
      items.map((m) => [
        m.describedObject.name,
        { value: quantityMilliValue(m.value), timestamp: parseTime(m.timestamp), window: m.windowSeconds === undefined ? DEFAULT_WINDOW : m.windowSeconds * 1000 },
      ]),
    );
  }

  /** A custom metric of one object, in thousandths. */
  async object(namespace: string, ref: ObjectRef, metric: MetricIdentifier): Promise<number> {
    const apiVersion = ref.apiVersion ?? 'v1';
    const served = this.all.ofKind(apiVersion, ref.kind);
    if (!served) throw new Error(`unable to fetch metrics from custom metrics API: no matches for kind "${ref.kind}" in version "${apiVersion}"`);
    const isNamespace = ref.kind === 'Namespace' && served.gvr.group === '';
    const [value] = await this.custom(groupResource(served.gvr.group, served.gvr.resource), isNamespace ? undefined : namespace, isNamespace ? namespace : ref.name, metric);
    return quantityMilliValue(value!.value);
  }

  /** All values of an external metric, in thousandths. */
  async external(namespace: string, metric: string, labelSelector: string): Promise<number[]> {
    const gvr: GVR = { group: 'external.metrics.k8s.io', version: 'v1beta1', resource: metric };
    const list = await this.read('external', gvr, () => this.client.list<KubeObject & { value: string }>(gvr, { namespace, labelSelector }));
    if (list.items.length === 0) throw new Error('no metrics returned from external metrics API');
    return list.items.map((m) => quantityMilliValue(m.value));
  }

  private async custom(resource: string, namespace: string | undefined, name: string, metric: MetricIdentifier): Promise<CustomValue[]> {
    const version = this.all.preferred().find((r) => r.gvr.group === CUSTOM)?.gvr.version;
    if (version === undefined) throw new Error(`unable to fetch metrics from custom metrics API: no custom metrics API (${CUSTOM}) registered`);
    if (metric.selector) throw new Error(`metric ${metric.name} is asked for with a selector, which this cluster's clients cannot send; leave the selector out`);
    const gvr: GVR = { group: CUSTOM, version, resource };
    const list = await this.read('custom', gvr, () => this.client.get<KubeObject & { items: CustomValue[] }>(gvr, namespace, name, { subresource: metric.name }));
    if (list.items.length === 0) throw new Error('no metrics returned from custom metrics API');
    return list.items;
  }

  private async read<T>(api: string, gvr: GVR, fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (e) {
      const text = (e as Error).message;
      const why = isReason(e, 'NotFound') && text.startsWith(NOT_SERVED) ? `${NOT_SERVED} (get ${groupResource(gvr.group, gvr.resource)})` : text;
      throw new Error(`unable to fetch metrics from ${api} metrics API: ${why}`, { cause: e });
    }
  }
}
