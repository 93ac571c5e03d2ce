import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resources';
import { controllerRef } from '../shared/owners';
import { ephemeralClaimName, indexByClaim, isMadeFor, podsOfClaim } from '../shared/pod-claims';
import type { Pod, PodSpec } from '../shared/types';

type Volume = NonNullable<PodSpec['volumes']>[number];

/** Makes the claims of pods' ephemeral volumes; they go with their pods. */
export function createEphemeralVolumeController(x: ComponentContext): Component {
  const pods = x.caches.informer<Pod>(PODS);
  const claims = x.caches.informer(PERSISTENT_VOLUME_CLAIMS);
  indexByClaim(pods);
  const events = x.events.recorder('ephemeral_volume');

  const provide = async (pod: Pod, volume: Volume): Promise<void> => {
    const { namespace } = pod.metadata;
    const name = ephemeralClaimName(pod, volume);
    const claim = claims.get(`${namespace}/${name}`);
    if (!claim) {
      await x.client.create(PERSISTENT_VOLUME_CLAIMS, claimFor(pod, volume, name)).catch((e: Error) => {
        throw new Error(`create PVC ${name}: ${e.message}`);
      });
    } else if (!isMadeFor(claim, pod)) throw new Error(`PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`);
  };
  return new QueueComponent({
    ...x,
    name: 'ephemeral-volume-controller',
    setup: (queue) => {
      const add = (p: Pod): void => {
        if (!p.metadata.deletionTimestamp && p.spec.volumes?.some((v) => v.ephemeral)) queue.add(keyOf(p));
      };
      return [pods.subscribe({ added: add }), claims.subscribe({ deleted: (c) => podsOfClaim(pods, keyOf(c)).forEach(add) })];
    },
    async reconcile(key) {
      const pod = pods.get(key);
      if (!pod || pod.metadata.deletionTimestamp) return;
      for (const v of pod.spec.volumes ?? []) {
        if (!v.ephemeral) continue;
        try {
          await provide(pod, v);
        } catch (e) {
          const why = (e as Error).message;
          events.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${v.name}: ${why}`);
          throw new Error(`pod ${key}, ephemeral volume ${v.name}: ${why}`, { cause: e });
        }
      }
    },
  });
}

function claimFor(pod: Pod, volume: Volume, name: string): KubeObject {
  const { metadata, spec } = (volume.ephemeral as { volumeClaimTemplate: { metadata?: KubeObject['metadata']; spec: object } }).volumeClaimTemplate;
  const { labels, annotations } = metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: pod.metadata.namespace, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}), ownerReferences: [controllerRef(pod)] },
    spec,
  };
}
