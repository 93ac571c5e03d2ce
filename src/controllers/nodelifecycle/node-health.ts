import { formatTime, parseTime } from '../../api/meta/time';
import { findCondition } from '../shared/conditions';
import type { Condition, Node } from '../shared/types';

/** Without a sign of life for this time a node's state is unknown. */
const GRACE = 50_000;
/** The same for nodes whose kubelet has never spoken. */
const STARTUP_GRACE = 60_000;

/** Conditions that the kubelet reports; the network's is not its. */
const KUBELET_CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

interface Seen {
  /** When the node last gave a sign of life, in milliseconds since the epoch, by our clock. */
  at: number;
  heartbeat?: string;
  renewal?: string;
}

/** When each node last gave a sign of life: a new heartbeat in its status, or a renewed Lease. */
export class NodeHealth {
  private readonly seen = new Map<string, Seen>();

  /** The node as informers show it now. */
  observe(n: Node, now: number): void {
    const ready = findCondition(n.status?.conditions, 'Ready');
    const heartbeat = ready?.lastHeartbeatTime;
    const before = this.seen.get(n.metadata.name!);
    if (!before) {
      const at = ready ? now : parseTime(n.metadata.creationTimestamp ?? '') || now;
      this.seen.set(n.metadata.name!, { at, heartbeat });
    } else if (before.heartbeat !== heartbeat) {
      before.heartbeat = heartbeat;
      before.at = now;
    }
  }

  renewed(node: string, renewTime: string | undefined, now: number): void {
    const s = this.seen.get(node);
    if (!s || s.renewal === renewTime) return;
    s.renewal = renewTime;
    s.at = now;
  }

  /** Everyone gets a new grace period: for when it was us who could not see. */
  reset(now: number): void {
    for (const s of this.seen.values()) s.at = now;
  }

  forget(node: string): void {
    this.seen.delete(node);
  }

  /** Milliseconds until the node's state becomes unknown; not above 0: it is. */
  left(n: Node, now: number): number {
    const s = this.seen.get(n.metadata.name!);
    const grace = findCondition(n.status?.conditions, 'Ready') ? GRACE : STARTUP_GRACE;
    // A millisecond more: the time must have passed, not just come.
    return s ? s.at + grace + 1 - now : grace;
  }
}

/** The conditions of a node that has not been heard of; undefined when they say so already. */
export function unknownConditions(n: Node, now: number): Condition[] | undefined {
  if (findCondition(n.status?.conditions, 'Ready')?.status === 'Unknown') return undefined;
  const out = [...(n.status?.conditions ?? [])];
  const lastTransitionTime = formatTime(now);
  for (const type of KUBELET_CONDITIONS) {
    const i = out.findIndex((c) => c.type === type);
    const never = { type, status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.', lastHeartbeatTime: n.metadata.creationTimestamp, lastTransitionTime };
    if (i < 0) out.push(never);
    else if (out[i]!.status !== 'Unknown') out[i] = { ...out[i]!, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime };
  }
  return out;
}
