import { formatTime } from '../../api/meta/time';
import { sameTaint } from '../shared/node';
import type { Node, Taint } from '../shared/types';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Condition type and status → the taint that tells schedulers. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const OURS = new Set([UNSCHEDULABLE, ...Object.values(CONDITION_TAINTS).flatMap((t) => Object.values(t))]);

/** Taints that keep new pods away: what the node's conditions and spec.unschedulable ask for. */
export function noScheduleTaints(n: Node): Taint[] {
  const out: Taint[] = [];
  for (const c of n.status?.conditions ?? []) {
    const key = CONDITION_TAINTS[c.type]?.[c.status];
    if (key) out.push({ key, effect: 'NoSchedule' });
  }
  if (n.spec.unschedulable) out.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  return out;
}

/** The taint that drives pods from a node that is not ready; undefined: it is ready, or nobody has said. */
export function noExecuteTaint(n: Node): Taint | undefined {
  const ready = n.status?.conditions?.find((c) => c.type === 'Ready')?.status;
  const key = ready === 'False' ? NOT_READY : ready === 'Unknown' ? UNREACHABLE : undefined;
  return key ? { key, effect: 'NoExecute' } : undefined;
}

export function isNoExecuteOfOurs(t: Taint): boolean {
  return t.effect === 'NoExecute' && (t.key === NOT_READY || t.key === UNREACHABLE);
}

/** The node's taints with exactly these of ours; undefined when nothing changes. Other taints and the order are kept. */
export function withTaints(n: Node, wanted: readonly Taint[], now: number): Taint[] | undefined {
  const old = n.spec.taints ?? [];
  const kept = old.filter((t) => !isOurs(t) || wanted.some((w) => sameTaint(w, t)));
  const added = wanted.filter((w) => !old.some((t) => sameTaint(w, t)));
  if (kept.length === old.length && added.length === 0) return undefined;
  return [...kept, ...added.map((t) => ({ ...t, timeAdded: formatTime(now) }))];
}

function isOurs(t: Taint): boolean {
  return t.effect === 'NoSchedule' ? OURS.has(t.key) : isNoExecuteOfOurs(t);
}
