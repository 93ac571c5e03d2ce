import type { GVR, KubeObject } from '../../api/meta/object';
import type { Caches } from '../../client/informer';
import { CSI_NODES, DEVICE_CLASSES, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, RESOURCE_CLAIMS, RESOURCE_SLICES, STORAGE_CLASSES, VOLUME_ATTACHMENTS } from '../../client/resources';
import type { Disposable } from '../../util/clock';
import type { ClusterCache } from '../cache/cluster-cache';
import type { ClusterEventName } from '../framework/cluster-event';
import { nodeEvents, podEvents } from '../framework/cluster-event';
import type { SchedulingQueue } from '../queue/scheduling-queue';

const OTHERS: readonly { gvr: GVR; added?: ClusterEventName; updated?: ClusterEventName; deleted?: ClusterEventName; optional?: boolean }[] = [
  { gvr: PERSISTENT_VOLUMES, added: 'pv/add', updated: 'pv/update' },
  { gvr: PERSISTENT_VOLUME_CLAIMS, added: 'pvc/add', updated: 'pvc/update' },
  { gvr: STORAGE_CLASSES, added: 'storage-class/add', updated: 'storage-class/update' },
  { gvr: CSI_NODES, added: 'csi-node/add', updated: 'csi-node/update' },
  { gvr: VOLUME_ATTACHMENTS, deleted: 'volume-attachment/delete' },
  // After the plugin's own handlers, which count devices. Servers older than 1.34 have none of these.
  { gvr: RESOURCE_CLAIMS, added: 'resource-claim/add', updated: 'resource-claim/update', optional: true },
  { gvr: DEVICE_CLASSES, added: 'device-class/add', updated: 'device-class/update', optional: true },
  { gvr: RESOURCE_SLICES, added: 'resource-slice/add', updated: 'resource-slice/update', optional: true },
];

/** Feeds what the informers see into the scheduler's cache and queue. `mine` tells whether the scheduler is responsible for a pod. */
export function followCluster(caches: Caches, cache: ClusterCache, queue: SchedulingQueue, mine: (pod: KubeObject) => boolean): Disposable {
  const subscriptions = [
    caches.informer(NODES).subscribe({
      added(node) {
        cache.setNode(node);
        queue.handle({ name: 'node/add', now: node });
      },
      updated(node, old) {
        cache.setNode(node);
        for (const name of nodeEvents(old, node)) queue.handle({ name, old, now: node });
      },
      deleted(node) {
        cache.removeNode(node.metadata.name!);
        queue.handle({ name: 'node/delete', old: node });
      },
    }),
    caches.informer(PODS).subscribe(new PodFollower(cache, queue, mine)),
    ...OTHERS.map(({ gvr, added, updated, deleted, optional }) =>
      caches.informer(gvr, { optional: optional === true }).subscribe({
        ...(added ? { added: (now) => queue.handle({ name: added, now }) } : {}),
        ...(updated ? { updated: (now, old) => queue.handle({ name: updated, old, now }) } : {}),
        ...(deleted ? { deleted: (old) => queue.handle({ name: deleted, old }) } : {}),
      }),
    ),
  ];
  return { dispose: () => subscriptions.forEach((s) => s.dispose()) };
}

class PodFollower {
  constructor(
    private readonly cache: ClusterCache,
    private readonly queue: SchedulingQueue,
    private readonly mine: (pod: KubeObject) => boolean,
  ) {}

  added(pod: KubeObject): void {
    if (finished(pod)) return;
    if (assigned(pod)) this.placed(pod);
    else if (this.mine(pod)) this.queue.add(pod);
  }

  updated(pod: KubeObject, old: KubeObject): void {
    if (finished(pod)) {
      if (!finished(old)) this.gone(old, pod);
      return;
    }
    if (finished(old)) {
      this.added(pod);
      return;
    }
    if (!assigned(pod)) {
      if (this.mine(pod)) this.waitingChanged(pod, old);
      return;
    }
    if (!assigned(old)) {
      this.queue.delete(pod.metadata.uid!);
      this.placed(pod);
      return;
    }
    this.cache.setPod(pod);
    for (const name of podEvents(old, pod, true)) this.queue.handle({ name, old, now: pod });
  }

  deleted(pod: KubeObject): void {
    if (!finished(pod)) this.gone(pod, pod);
  }

  private placed(pod: KubeObject): void {
    this.cache.setPod(pod);
    this.queue.handle({ name: 'assigned-pod/add', now: pod });
  }

  private waitingChanged(pod: KubeObject, old: KubeObject): void {
    const uid = pod.metadata.uid!;
    if (this.cache.isAssumed(uid)) {
      // It is being deleted while it is bound: its room is free again.
      if (pod.metadata.deletionTimestamp && !old.metadata.deletionTimestamp) this.release(uid, pod);
      return;
    }
    this.queue.update(old, pod);
    const before = old['status']?.nominatedNodeName as string | undefined;
    if (before && before !== pod['status']?.nominatedNodeName) this.nominationLost(old);
  }

  private gone(old: KubeObject, last: KubeObject): void {
    const uid = last.metadata.uid!;
    if (assigned(last)) {
      this.cache.removePod(uid);
      this.queue.handle({ name: 'assigned-pod/delete', old: last });
      return;
    }
    if (!this.mine(last)) return;
    this.queue.delete(uid);
    if (this.cache.isAssumed(uid)) this.release(uid, last);
    else if (old['status']?.nominatedNodeName) this.nominationLost(old);
  }

  private release(uid: string, pod: KubeObject): void {
    const info = this.cache.get(uid);
    if (info) this.cache.forget(info);
    this.queue.handle({ name: 'assigned-pod/delete', old: pod });
  }

  /** Pods of no higher priority counted the nominated pod as running there; they may fit now. */
  private nominationLost(pod: KubeObject): void {
    const priority = (pod['spec'].priority as number | undefined) ?? 0;
    this.queue.handle({ name: 'assigned-pod/delete', old: pod }, (p) => p.priority <= priority);
  }
}

function assigned(pod: KubeObject): boolean {
  return Boolean(pod['spec'].nodeName);
}

/** Pods that have ended hold nothing on their node. */
function finished(pod: KubeObject): boolean {
  const phase = pod['status']?.phase as string | undefined;
  return phase === 'Succeeded' || phase === 'Failed';
}
