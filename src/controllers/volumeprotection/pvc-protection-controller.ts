import { keyOf } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resources';
import { isPodFinished } from '../shared/pod';
import { claimKeysOf, ephemeralClaimName, indexByClaim, isMadeFor, podsOfClaim } from '../shared/pod-claims';
import type { Pod } from '../shared/types';
import type { PersistentVolumeClaim } from '../shared/volume-types';
import { Protection } from './protection';

/** Keeps claims until no pod on a node uses them. */
export function createPvcProtectionController(x: ComponentContext): Component {
  const claims = x.caches.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const pods = x.caches.informer<Pod>(PODS);
  indexByClaim(pods);
  const protection = new Protection(x.client, PERSISTENT_VOLUME_CLAIMS, 'kubernetes.io/pvc-protection');

  /** The cache may lag behind: only the server's list can say that nobody uses it. */
  const inUse = async (c: PersistentVolumeClaim): Promise<boolean> => {
    if (podsOfClaim(pods, keyOf(c)).some((p) => uses(p, c))) return true;
    const all = await x.client.list<Pod>(PODS, { namespace: c.metadata.namespace });
    return all.items.some((p) => uses(p, c));
  };
  return new QueueComponent({
    ...x,
    name: 'pvc-protection-controller',
    setup: (queue) => {
      const add = (c: PersistentVolumeClaim): void => {
        if (protection.concerns(c)) queue.add(keyOf(c));
      };
      const release = (p: Pod): void => {
        for (const key of claimKeysOf(p)) if (claims.get(key)?.metadata.deletionTimestamp) queue.add(key);
      };
      const changed = (p: Pod): void => {
        if (isPodFinished(p) || !p.spec.nodeName) release(p);
      };
      return [claims.subscribe({ added: add, updated: add }), pods.subscribe({ added: changed, updated: changed, deleted: release })];
    },
    async reconcile(key) {
      const c = claims.get(key);
      if (c) await protection.sync(c, () => inUse(c));
    },
  });
}

/** Pods without a node do not count: no kubelet starts one whose claim is being deleted. */
function uses(p: Pod, c: PersistentVolumeClaim): boolean {
  if (!p.spec.nodeName) return false;
  return (p.spec.volumes ?? []).some((v) => {
    if (v.persistentVolumeClaim) return v.persistentVolumeClaim.claimName === c.metadata.name;
    return v.ephemeral !== undefined && !isShutDown(p) && ephemeralClaimName(p, v) === c.metadata.name && isMadeFor(c, p);
  });
}

/** Only finalizers keep it: one of them may wait for the claim. */
function isShutDown(p: Pod): boolean {
  return p.metadata.deletionTimestamp !== undefined && p.metadata.deletionGracePeriodSeconds === 0;
}
