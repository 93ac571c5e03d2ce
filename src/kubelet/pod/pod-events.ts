import type { KubeObject } from '../../api/meta/object';
import type { EventRecorder, EventType } from '../../client/event-recorder';
import type { Clock } from '../../util/clock';

/** How many Normal events the nodes may write; when many pods start at once the rest is left out, as kubelets do. Warnings are always written. */
export class EventBudget {
  private tokens: number;
  private filled: number;

  constructor(
    private readonly clock: Clock,
    /** Events a second. */
    private readonly rate: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
    this.filled = clock.monotonic();
  }

  take(): boolean {
    const now = this.clock.monotonic();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filled) / 1000) * this.rate);
    this.filled = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}

/** Writes a node's events about a pod and its containers. */
export class PodEvents {
  constructor(
    private readonly recorder: EventRecorder,
    private readonly budget: EventBudget,
  ) {}

  pod(pod: KubeObject, type: EventType, reason: string, message: string): void {
    this.write(pod, type, reason, message, undefined);
  }

  /** About a container: the event names its place in the pod. */
  container(pod: KubeObject, list: 'containers' | 'initContainers' | 'ephemeralContainers', name: string, type: EventType, reason: string, message: string): void {
    this.write(pod, type, reason, message, `spec.${list}{${name}}`);
  }

  private write(pod: KubeObject, type: EventType, reason: string, message: string, fieldPath: string | undefined): void {
    if (type === 'Normal' && !this.budget.take()) return;
    const { namespace, name, uid, resourceVersion } = pod.metadata;
    this.recorder.event({ kind: 'Pod', namespace, name, uid, apiVersion: 'v1', resourceVersion, ...(fieldPath ? { fieldPath } : {}) }, type, reason, message);
  }
}
