import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import { PODS } from '../../client/resources';
import type { NodePodStatus } from './pod-status';
import { statusPatch } from './pod-status';
import type { WriteQueue } from '../write-queue';

/** Brings what a node knows of a pod to the server: only what changed since the last write, and only the newest when writes are slow. */
export class StatusReporter {
  /** The newest status. */
  wanted: NodePodStatus | undefined;
  /** What the server has, as far as this node has written it. */
  private reported: NodePodStatus | undefined;
  private closed = false;

  constructor(
    private readonly client: Client,
    private readonly writes: WriteQueue,
    private readonly uid: string,
    /** The newest version of the pod that was seen. */
    private readonly pod: () => KubeObject,
  ) {}

  /** The status an earlier process has written. */
  assume(status: NodePodStatus): void {
    this.wanted = this.reported = status;
  }

  /** Has the status written if it says anything new; `after` is called when the server has it. */
  report(status: NodePodStatus, after?: () => void): void {
    this.wanted = status;
    this.writes.push(this.uid, { what: `status of pod ${keyOf(this.pod())}`, send: () => this.send(after) });
  }

  /** Tells the server that nothing of the pod is left on the node. */
  release(): void {
    this.writes.push(this.uid, { what: `deletion of pod ${keyOf(this.pod())}`, send: () => this.delete() });
  }

  /** Writes nothing more. */
  close(): void {
    this.closed = true;
    this.writes.drop(this.uid);
  }

  private send(after: (() => void) | undefined): Promise<unknown> | undefined {
    if (this.closed) return undefined;
    const pod = this.pod();
    const conditions = (pod['status']?.conditions ?? []) as { type: string; status: string }[];
    const scheduled = conditions.some((c) => c.type === 'PodScheduled' && c.status === 'True');
    const before = this.reported;
    const status = statusPatch(this.wanted!, before, scheduled);
    if (!status) {
      after?.();
      return undefined;
    }
    this.reported = this.wanted;
    const { namespace, name } = pod.metadata;
    const patched = this.client.patch(PODS, namespace, name!, 'strategic', { metadata: { uid: this.uid }, status }, { subresource: 'status' });
    return patched.then(after, (e: unknown) => {
      this.reported = before;
      throw e;
    });
  }

  private delete(): Promise<unknown> | undefined {
    if (this.closed) return undefined;
    const { namespace, name } = this.pod().metadata;
    return this.client.delete(PODS, namespace, name!, { gracePeriodSeconds: 0, preconditions: { uid: this.uid } });
  }
}
