import { keyOf } from '../../api/meta/object';
import { compareQuantity } from '../../api/quantity';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS } from '../../client/resources';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/volume-types';

/** Says of claims that are to grow that a driver's resizer has to do it: no kind of volume can be grown by the cluster itself any more. */
export function createExpandController(x: ComponentContext): Component {
  const claims = x.caches.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const events = x.events.recorder('volume_expand');
  return new QueueComponent({
    ...x,
    name: 'persistentvolume-expander-controller',
    workers: 10,
    setup: (queue) => {
      const add = (c: PersistentVolumeClaim): void => {
        if (c.status.phase === 'Bound' && isToGrow(c)) queue.add(keyOf(c));
      };
      return [
        claims.subscribe({
          added: add,
          updated: (c, old) => {
            if (isLarger(requested(c), requested(old)) || isLarger(c.status.capacity?.['storage'], old.status.capacity?.['storage'])) add(c);
          },
        }),
      ];
    },
    async reconcile(key) {
      const claim = claims.get(key);
      if (!claim || !isToGrow(claim)) return;
      const volume = await x.client.get<PersistentVolume>(PERSISTENT_VOLUMES, undefined, claim.spec.volumeName!);
      if (volume.spec.claimRef?.uid !== claim.metadata.uid) throw new Error(`persistent Volume is not bound to PVC being updated : ${key}`);
      events.event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
    },
  });
}

/** More is asked for than there is. */
export function isToGrow(c: PersistentVolumeClaim): boolean {
  return isLarger(requested(c), c.status.capacity?.['storage']);
}

export function requested(c: PersistentVolumeClaim): string | undefined {
  return c.spec.resources?.requests?.['storage'];
}

function isLarger(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && (b === undefined || compareQuantity(a, b) > 0);
}
