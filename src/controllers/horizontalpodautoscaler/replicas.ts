import { isPodReady } from '../shared/pod';
import type { Pod } from '../shared/types';
import type { PodMetrics } from './metrics';
import { groupPods } from './pod-groups';

const MAX_INT32 = 2 ** 31 - 1;

/** Shares by which usage may differ from its target before anything is done. */
export interface Tolerances {
  down: number;
  up: number;
}

export interface Proposal {
  replicas: number;
  /** Average usage, or total usage, in thousandths. */
  usage: number;
  /** Average usage in percent of what is requested. */
  utilization?: number;
}

interface Ratio {
  ratio: number;
  usage: number;
  utilization?: number;
}

const isWithin = (t: Tolerances, ratio: number): boolean => 1 - t.down <= ratio && ratio <= 1 + t.up;

const NO_PODS = 'no pods returned by selector while calculating replica count';

/** How metrics of pods are compared with their target. */
export interface PodTarget {
  resource?: string;
  ratio(metrics: PodMetrics): Ratio;
  /** What a pod without metrics is taken to use when that speaks against scaling down. */
  assumed(pod: string): number;
}

/** The average of all pods is to be the target. */
export function averageTarget(target: number, resource?: string): PodTarget {
  return {
    resource,
    ratio(metrics) {
      let sum = 0;
      for (const m of metrics.values()) sum += m.value;
      const usage = Math.trunc(sum / metrics.size);
      return { ratio: usage / target, usage };
    },
    assumed: () => target,
  };
}

/** All usage together is to be a percentage of all requests. */
export function utilizationTarget(percent: number, requests: ReadonlyMap<string, number>, resource: string): PodTarget {
  return {
    resource,
    ratio(metrics) {
      let used = 0;
      let requested = 0;
      let count = 0;
      for (const [pod, m] of metrics) {
        const request = requests.get(pod);
        if (request === undefined) continue;
        used += m.value;
        requested += request;
        count++;
      }
      if (requested === 0) throw new Error('no metrics returned matched known pods');
      const utilization = Math.trunc((used * 100) / requested);
      return { ratio: utilization / percent, utilization, usage: Math.trunc(used / count) };
    },
    assumed: (pod) => Math.trunc((requests.get(pod)! * Math.max(100, percent)) / 100),
  };
}

/**
 * How many replicas bring pods to their target. Pods without metrics, and those that only start, speak against what the others call
 * for; when they outweigh it nothing is done.
 */
export function podReplicas(pods: readonly Pod[], measured: PodMetrics, target: (pods: readonly Pod[]) => PodTarget, current: number, t: Tolerances, now: number, resource?: string): Proposal {
  if (pods.length === 0) throw new Error(NO_PODS);
  const known = new Set(pods.map((p) => p.metadata.name!));
  const metrics: PodMetrics = new Map([...measured].filter(([name]) => known.has(name)));
  const { ready, unready, missing, ignored } = groupPods(pods, metrics, resource, now);
  for (const name of [...ignored, ...unready]) metrics.delete(name);
  if (metrics.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const goal = target(pods);
  const { ratio, ...first } = goal.ratio(metrics);
  const stay = { replicas: current, ...first };
  const upWithUnready = unready.size > 0 && ratio > 1;
  if (!upWithUnready && missing.size === 0) return isWithin(t, ratio) ? stay : { ...stay, replicas: Math.ceil(ratio * ready) };

  const assume = (names: Iterable<string>, value: (name: string) => number): void => {
    for (const name of names) metrics.set(name, { value: value(name), timestamp: 0, window: 0 });
  };
  if (ratio < 1) assume(missing, (name) => goal.assumed(name));
  else if (ratio > 1) assume(missing, () => 0);
  if (upWithUnready) assume(unready, () => 0);
  const again = goal.ratio(metrics).ratio;
  const turned = (ratio < 1 && again > 1) || (ratio > 1 && again < 1);
  if (isWithin(t, again) || turned) return stay;
  const replicas = Math.ceil(again * metrics.size);
  return (again < 1 && replicas > current) || (again > 1 && replicas < current) ? stay : { ...stay, replicas };
}

/** One value for all pods together that is to be the target. */
export function totalReplicas(usage: number, target: number, current: number, t: Tolerances, pods: () => readonly Pod[]): Proposal {
  const ratio = usage / target;
  if (current === 0) return { replicas: capped(ratio), usage };
  if (isWithin(t, ratio)) return { replicas: current, usage };
  const all = pods();
  if (all.length === 0) throw new Error(`unable to calculate ready pods: ${NO_PODS}`);
  return { replicas: capped(ratio * all.filter((p) => p.status?.phase === 'Running' && isPodReady(p)).length), usage };
}

/** One value for all pods together, of which each is to have the target. */
export function sharedReplicas(usage: number, target: number, running: number, t: Tolerances): Proposal {
  const replicas = isWithin(t, usage / (target * running)) ? running : capped(usage / target);
  return { replicas, usage: running === 0 ? usage : Math.ceil(usage / running) };
}

const capped = (replicas: number): number => Math.min(MAX_INT32, Math.ceil(replicas));
