import { parseTime } from '../../api/meta/time';
import { quantityMilliValue } from '../../api/quantity';
import { podResources } from '../../api/quota/pod-resources';
import { podCondition } from '../shared/pod';
import type { Pod } from '../shared/types';
import type { PodMetric, PodMetrics } from './metrics';

/** What a pod uses while it starts says nothing of its load. */
const CPU_INITIALIZATION = 300_000;
/** A pod that was not ready at its start and never since, with so much of tolerance, has never been ready. */
const INITIAL_READINESS = 30_000;

/** Pods by what their metrics are worth. */
export interface PodGroups {
  ready: number;
  unready: Set<string>;
  missing: Set<string>;
  ignored: Set<string>;
}

export function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string | undefined, now: number): PodGroups {
  const out: PodGroups = { ready: 0, unready: new Set(), missing: new Set(), ignored: new Set() };
  for (const p of pods) {
    const name = p.metadata.name!;
    const metric = metrics.get(name);
    if (p.metadata.deletionTimestamp || p.status?.phase === 'Failed') out.ignored.add(name);
    else if (p.status?.phase === 'Pending') out.unready.add(name);
    else if (!metric) out.missing.add(name);
    else if (resource === 'cpu' && isStarting(p, metric, now)) out.unready.add(name);
    else out.ready++;
  }
  return out;
}

function isStarting(p: Pod, metric: PodMetric, now: number): boolean {
  const c = podCondition(p, 'Ready');
  if (!c || !p.status?.startTime) return true;
  const started = parseTime(p.status.startTime);
  const changed = parseTime(c.lastTransitionTime ?? '');
  if (started + CPU_INITIALIZATION > now) return c.status === 'False' || metric.timestamp < changed + metric.window;
  return c.status === 'False' && started + INITIAL_READINESS > changed;
}

/** What every pod requests of a resource, in thousandths. @throws when one requests nothing */
export function requestsOf(pods: readonly Pod[], resource: string, container?: string): Map<string, number> {
  return new Map(pods.map((p) => [p.metadata.name!, requestOf(p, resource, container)]));
}

function requestOf(p: Pod, resource: string, container?: string): number {
  const { name } = p.metadata;
  if (container === undefined && Object.keys(p.spec.resources?.requests ?? {}).length > 0) {
    const own = podResources(p, 'requests')[resource];
    if (own === undefined) throw new Error(`missing pod-level request for ${resource} in Pod ${name}`);
    return quantityMilliValue(own);
  }
  const running = [...p.spec.containers, ...(p.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')];
  const wanted = container === undefined ? running : running.filter((c) => c.name === container);
  if (wanted.length === 0) throw new Error(`container ${container} not found in Pod ${name}`);
  let sum = 0;
  for (const c of wanted) {
    const request = c.resources?.requests?.[resource];
    if (request === undefined) throw new Error(`missing request for ${resource} in container ${c.name} of Pod ${name}`);
    sum += quantityMilliValue(request);
  }
  return sum;
}
