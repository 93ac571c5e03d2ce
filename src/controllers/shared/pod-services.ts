import { keyOf } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import type { Informer } from '../../client/informer';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { hasLabels } from './pod';
import type { Service } from './service';
import { endpointChanged, selectsPods } from './service';
import type { Pod } from './types';

/** Queues the Services whose endpoints a change of a pod concerns: those that select it, and those that did. */
export function watchPodsOfServices(pods: Informer<Pod>, services: Informer<Service>, queue: WorkQueue): Disposable {
  const selecting = (pod: Pod): void => {
    for (const s of services.list(pod.metadata.namespace)) if (selectsPods(s) && hasLabels(pod.metadata.labels, s.spec.selector)) queue.add(keyOf(s));
  };
  return pods.subscribe({
    added: selecting,
    deleted: selecting,
    updated: (pod, old) => {
      const moved = !sameJson(pod.metadata.labels, old.metadata.labels) || pod.spec.hostname !== old.spec.hostname || pod.spec.subdomain !== old.spec.subdomain;
      if (moved) selecting(old);
      if (moved || endpointChanged(pod, old)) selecting(pod);
    },
  });
}
