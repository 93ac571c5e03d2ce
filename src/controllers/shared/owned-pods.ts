import type { KubeObject } from '../../api/meta/object';
import { controllerOf, keyOf } from '../../api/meta/object';
import type { LabelSelector } from '../../api/selectors/label-selector';
import { sameJson } from '../../client/equality';
import type { Expectations } from '../../client/expectations';
import type { Informer } from '../../client/informer';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { ownerIn } from './owners';
import { isPodReady } from './pod';
import type { Pod } from './types';

interface OwnedPodsOptions<T extends KubeObject> {
  pods: Informer<Pod>;
  owners: Informer<T>;
  kind: string;
  selector(o: T): LabelSelector;
  queue: WorkQueue;
  /** Told what was seen; without, nothing is expected. */
  expectations?: Expectations;
  minReadySeconds?(o: T): number;
}

/** Queues the owners whose pods change: the controllers of pods, and those that might adopt pods without one. */
export function watchOwnedPods<T extends KubeObject>(x: OwnedPodsOptions<T>): Disposable {
  const owner = (pod: Pod): T | undefined => ownerIn(x.owners, x.kind, pod);
  const orphanChanged = (pod: Pod): void => {
    if (!pod.metadata.labels) return;
    for (const o of x.owners.list(pod.metadata.namespace)) {
      const s = x.selector(o);
      if (!s.empty && s.matches(pod.metadata.labels)) x.queue.add(keyOf(o));
    }
  };
  const deleted = (pod: Pod): void => {
    const o = owner(pod);
    if (!o) return;
    x.expectations?.deleted(keyOf(o), keyOf(pod));
    x.queue.add(keyOf(o));
  };
  return x.pods.subscribe({
    added(pod) {
      if (pod.metadata.deletionTimestamp) return deleted(pod);
      if (!controllerOf(pod)) return orphanChanged(pod);
      const o = owner(pod);
      if (!o) return;
      x.expectations?.created(keyOf(o));
      x.queue.add(keyOf(o));
    },
    updated(pod, old) {
      // Going already: it counts as deleted, whenever it is really gone.
      if (pod.metadata.deletionTimestamp) return deleted(pod);
      const before = controllerOf(old);
      const now = controllerOf(pod);
      if (before && before.uid !== now?.uid) {
        const o = owner(old);
        if (o) x.queue.add(keyOf(o));
      }
      if (!now) {
        if (before || !sameJson(pod.metadata.labels, old.metadata.labels)) orphanChanged(pod);
        return;
      }
      const o = owner(pod);
      if (!o) return;
      x.queue.add(keyOf(o));
      const minReady = x.minReadySeconds?.(o) ?? 0;
      if (minReady > 0 && !isPodReady(old) && isPodReady(pod)) x.queue.addAfter(keyOf(o), minReady * 1000);
    },
    deleted,
  });
}
