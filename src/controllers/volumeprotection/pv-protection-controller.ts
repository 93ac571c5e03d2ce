import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { PERSISTENT_VOLUMES } from '../../client/resources';
import type { PersistentVolume } from '../shared/volume-types';
import { Protection } from './protection';

/** Keeps volumes until they are not bound to a claim any more. */
export function createPvProtectionController(x: ComponentContext): Component {
  const volumes = x.caches.informer<PersistentVolume>(PERSISTENT_VOLUMES);
  const protection = new Protection(x.client, PERSISTENT_VOLUMES, 'kubernetes.io/pv-protection');
  return new QueueComponent({
    ...x,
    name: 'pv-protection-controller',
    workers: 1,
    setup: (queue) => {
      const add = (v: PersistentVolume): void => {
        if (protection.concerns(v)) queue.add(v.metadata.name!);
      };
      return [volumes.subscribe({ added: add, updated: add })];
    },
    async reconcile(key) {
      const v = volumes.get(key);
      if (v) await protection.sync(v, () => Promise.resolve(v.status.phase === 'Bound'));
    },
  });
}
