import { parseTime } from '../../api/meta/time';
import { isPodActive, isPodReady, podReadySince } from './pod';
import type { Pod } from './types';

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

interface Ranked {
  pod: Pod;
  ready: boolean;
  cost: number;
  /** Active pods of the same family on the same node. */
  crowd: number;
}

/**
 * The `n` pods to delete first: without a node, pending, not ready, of low deletion cost, crowded, ready for a short time, restarted often,
 * young (ActivePodsWithRanks upstream, with ages compared by their order of magnitude).
 * `related`: pods of all sets of the same owner.
 */
export function podsToDelete(pods: readonly Pod[], related: Iterable<Pod>, n: number, now: number): Pod[] {
  if (n >= pods.length) return [...pods];
  const onNode = new Map<string, number>();
  for (const p of related) if (isPodActive(p)) onNode.set(p.spec.nodeName ?? '', (onNode.get(p.spec.nodeName ?? '') ?? 0) + 1);
  const ranked = pods.map((pod) => ({ pod, ready: isPodReady(pod), cost: deletionCost(pod), crowd: onNode.get(pod.spec.nodeName ?? '') ?? 0 }));
  return ranked
    .sort((a, b) => compare(a, b, now))
    .slice(0, n)
    .map((r) => r.pod);
}

function compare(a: Ranked, b: Ranked, now: number): number {
  const placed = Number(Boolean(a.pod.spec.nodeName)) - Number(Boolean(b.pod.spec.nodeName));
  if (placed) return placed;
  const phase = phaseOf(a.pod) - phaseOf(b.pod);
  if (phase) return phase;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.crowd !== b.crowd) return b.crowd - a.crowd;
  if (a.ready) {
    const since = compareAges(podReadySince(a.pod), podReadySince(b.pod), now, a.pod, b.pod);
    if (since) return since;
  }
  const [ra, sa] = restarts(a.pod);
  const [rb, sb] = restarts(b.pod);
  if (ra !== rb) return rb - ra;
  if (sa !== sb) return sb - sa;
  return compareAges(created(a.pod), created(b.pod), now, a.pod, b.pod);
}

/** Younger first; equally old in powers of two: by uid, which is chance. 0 is no time and comes first. */
function compareAges(a: number, b: number, now: number, x: Pod, y: Pod): number {
  if (a === b) return 0;
  if (a === 0 || b === 0) return a === 0 ? -1 : 1;
  const magnitude = (t: number): number => (now > t ? Math.floor(Math.log2((now - t) * 1e6)) : -1);
  return magnitude(a) - magnitude(b) || (x.metadata.uid! < y.metadata.uid! ? -1 : 1);
}

function phaseOf(p: Pod): number {
  return PHASES[p.status?.phase ?? 'Pending'] ?? 0;
}

function created(p: Pod): number {
  return p.metadata.creationTimestamp ? parseTime(p.metadata.creationTimestamp) : 0;
}

function deletionCost(p: Pod): number {
  const text = p.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'];
  return text !== undefined && /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0;
}

/** Most restarts of an ordinary container, and of a sidecar. */
function restarts(p: Pod): [number, number] {
  const most = (list: { restartCount?: number }[]): number => Math.max(0, ...list.map((c) => c.restartCount ?? 0));
  const sidecars = new Set((p.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  return [most(p.status?.containerStatuses ?? []), most((p.status?.initContainerStatuses ?? []).filter((c) => sidecars.has(c.name)))];
}
