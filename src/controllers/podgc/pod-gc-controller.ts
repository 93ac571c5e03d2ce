import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Component, ComponentContext } from '../../client/component';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { NODES, PODS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { withoutCondition } from '../shared/conditions';
import { indexByNode, nodeReady, podsOnNode } from '../shared/node';
import { isPodFinished } from '../shared/pod';
import type { Condition, Node, Pod } from '../shared/types';

/** A node may come back, or be seen late: its pods are given this time. */
const QUARANTINE = 40_000;
/** Pods that go without ever having had a node are given this time. */
const UNSCHEDULED = 20_000;
/** More finished pods than that are not kept. */
const MOST_FINISHED = 12_500;
const FINISHED = 'finished';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

class PodGcController {
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;

  constructor(
    private readonly x: ComponentContext,
    private readonly queue: WorkQueue,
  ) {
    this.pods = indexByNode(x.caches.informer<Pod>(PODS));
    this.pods.addIndex(FINISHED, (p) => (isPodFinished(p) ? ['yes'] : []));
    this.nodes = x.caches.informer<Node>(NODES);
  }

  /** Keys: `node/NAME`, `pod/NAMESPACE/NAME`, `finished`. */
  subscribe(): Disposable[] {
    return [
      this.pods.subscribe({ added: (p) => this.podSeen(p), updated: (p, old) => this.podSeen(p, old) }),
      this.nodes.subscribe({
        deleted: (n) => this.queue.addAfter(`node/${n.metadata.name}`, QUARANTINE),
        updated: (n) => {
          if (isOutOfService(n)) for (const p of podsOnNode(this.pods, n.metadata.name!)) if (p.metadata.deletionTimestamp) this.queue.add(`pod/${keyOf(p)}`);
        },
      }),
    ];
  }

  /** Pods whose nodes were gone before this controller came. */
  queueOrphans(): void {
    for (const p of this.pods.list()) this.checkNode(p);
  }

  async reconcile(key: string): Promise<void> {
    if (key === FINISHED) return this.deleteOldest();
    const [kind, rest] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
    if (kind === 'node') return this.deleteOrphans(rest);
    const pod = this.pods.get(rest);
    if (!pod?.metadata.deletionTimestamp) return;
    const node = pod.spec.nodeName ? this.nodes.get(pod.spec.nodeName) : undefined;
    if (!pod.spec.nodeName || (node && isOutOfService(node))) await this.force(pod);
  }

  private podSeen(p: Pod, old?: Pod): void {
    if (isPodFinished(p) && !(old && isPodFinished(old)) && this.pods.byIndex(FINISHED, 'yes').length > MOST_FINISHED) this.queue.add(FINISHED);
    if (p.metadata.deletionTimestamp && !old?.metadata.deletionTimestamp) {
      const node = p.spec.nodeName ? this.nodes.get(p.spec.nodeName) : undefined;
      if (!p.spec.nodeName) this.queue.addAfter(`pod/${keyOf(p)}`, UNSCHEDULED);
      else if (node && isOutOfService(node)) this.queue.add(`pod/${keyOf(p)}`);
    }
    if (p.spec.nodeName !== old?.spec.nodeName) this.checkNode(p);
  }

  private checkNode(p: Pod): void {
    if (p.spec.nodeName && this.nodes.synced && !this.nodes.get(p.spec.nodeName)) this.queue.addAfter(`node/${p.spec.nodeName}`, QUARANTINE);
  }

  private async deleteOrphans(node: string): Promise<void> {
    if (this.nodes.get(node)) return;
    try {
      await this.x.client.get(NODES, undefined, node);
      return; // it is there, only the cache has not seen it
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' };
    for (const p of podsOnNode(this.pods, node)) await this.force(p, condition);
  }

  private async deleteOldest(): Promise<void> {
    const finished = this.pods.byIndex(FINISHED, 'yes');
    const age = (p: Pod): string => `${p.status?.reason === 'Evicted' ? 0 : 1} ${p.metadata.creationTimestamp} ${p.metadata.name}`;
    const oldest = [...finished].sort((a, b) => (age(a) < age(b) ? -1 : 1)).slice(0, Math.max(0, finished.length - MOST_FINISHED));
    for (const p of oldest) await this.force(p);
  }

  /** Nobody will ever report on this pod: it has failed, and goes at once. */
  private async force(p: Pod, condition?: Omit<Condition, 'lastTransitionTime'>): Promise<void> {
    const { namespace, name, uid } = p.metadata;
    try {
      if (!isPodFinished(p)) {
        const conditions = condition
          ? [...withoutCondition(p.status?.conditions, condition.type), { ...condition, observedGeneration: p.metadata.generation, lastTransitionTime: formatTime(this.x.clock.now()) }]
          : p.status?.conditions;
        const status = { ...p.status, phase: 'Failed', observedGeneration: p.metadata.generation, ...(conditions ? { conditions } : {}) };
        await this.x.client.patch(PODS, namespace, name!, 'strategic', { metadata: { uid }, status }, { subresource: 'status' });
      }
      await this.x.client.delete(PODS, namespace, name!, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (e) {
      if (!isReason(e, 'NotFound', 'Conflict')) throw e;
    }
  }
}

function isOutOfService(n: Node): boolean {
  return nodeReady(n) !== 'True' && (n.spec.taints?.some((t) => t.key === OUT_OF_SERVICE) ?? false);
}

/** Deletes pods that nobody else will: of nodes that are gone or out of service, never scheduled and to be deleted, too many finished ones. */
export function createPodGcController(x: ComponentContext): Component {
  let c: PodGcController;
  return new QueueComponent({
    ...x,
    name: 'pod-garbage-collector',
    setup: (queue) => (c = new PodGcController(x, queue)).subscribe(),
    synced: () => c.queueOrphans(),
    reconcile: (key) => c.reconcile(key),
  });
}
