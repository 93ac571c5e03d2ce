import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { quantityValue } from '../../api/quantity';
import type { Client } from '../../client/client';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { PODS } from '../../client/resources';
import { podsOfClaim } from '../shared/pod-claims';
import { isPodFinished } from '../shared/pod';
import type { Pod } from '../shared/types';
import type { PersistentVolume } from '../shared/volume-types';
import type { Binding } from './binding';

const NAMESPACE = 'default';
const PREFIX = 'recycler-for-';
/** What failed is tried again after this time, in milliseconds. */
const AGAIN = 15_000;
const GI = 2 ** 30;
/** Seconds that the pod may take: so many for each GiB, and at least so many, by kind of volume. */
const TIMEOUTS: Readonly<Record<string, { each: number; least: number }>> = { hostPath: { each: 30, least: 60 }, nfs: { each: 30, least: 300 } };
const SCRUB = 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1';

/** The volume that a recycler pod works on; undefined: it is none. */
export function recycledVolume(pod: KubeObject): string | undefined {
  const { namespace, name } = pod.metadata;
  return namespace === NAMESPACE && name!.startsWith(PREFIX) ? name!.slice(PREFIX.length) : undefined;
}

/** Empties released volumes by a pod and makes them available again: the reclaim policy Recycle, for hostPath and NFS. */
export class Recycler {
  constructor(
    private readonly client: Client,
    private readonly binding: Binding,
    private readonly pods: Informer<Pod>,
    private readonly events: EventRecorder,
  ) {}

  async recycle(volume: PersistentVolume): Promise<{ after?: number } | void> {
    const ref = volume.spec.claimRef!;
    const key = `${ref.namespace}/${ref.name}`;
    const users = podsOfClaim(this.pods, key).filter((p) => !isPodFinished(p)).map(keyOf);
    // Another claim of that name has pods of its own.
    if (users.length > 0 && !this.binding.claims.get(key)) {
      this.events.event(volume, 'Normal', 'VolumeFailedRecycle', `Volume is used by pods: ${users.join(',')}`);
      return { after: AGAIN };
    }
    const kind = Object.keys(TIMEOUTS).find((k) => volume.spec[k] !== undefined);
    if (kind === undefined) return this.fail(volume, 'No recycler plugin found for the volume!');
    const name = PREFIX + volume.metadata.name!;
    const pod = this.pods.get(`${NAMESPACE}/${name}`);
    if (!pod) {
      try {
        await this.client.create(PODS, recyclerPod(name, kind, volume));
      } catch (e) {
        if (!isReason(e, 'AlreadyExists')) return this.fail(volume, `Recycle failed: unexpected error creating recycler pod:  ${(e as Error).message}`);
      }
      return;
    }
    // The end of one that goes is waited for, so that the next one is not taken for it.
    if (!isPodFinished(pod) || pod.metadata.deletionTimestamp) return;
    const failure = pod.status?.phase === 'Succeeded' ? undefined : (pod.status?.message ?? 'pod failed, pod.Status.Message unknown');
    await this.client.delete(PODS, NAMESPACE, name, { preconditions: { uid: pod.metadata.uid } });
    if (failure !== undefined) return this.fail(volume, `Recycle failed: failed to recycle volume: ${failure}`);
    this.events.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
    await this.binding.unbind(volume);
  }

  private async fail(volume: PersistentVolume, message: string): Promise<{ after?: number }> {
    await this.binding.setPhase(volume, 'Failed', { reason: 'VolumeFailedRecycle', message });
    return { after: AGAIN };
  }
}

function recyclerPod(name: string, kind: string, volume: PersistentVolume): KubeObject {
  const { each, least } = TIMEOUTS[kind]!;
  const size = Math.floor(quantityValue(volume.spec.capacity?.['storage'] ?? '0') / GI);
  const source = kind === 'hostPath' ? { path: volume.spec.hostPath!.path } : volume.spec[kind];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      activeDeadlineSeconds: Math.max(least, size * each),
      restartPolicy: 'Never',
      volumes: [{ name: 'vol', [kind]: source }],
      containers: [
        {
          name: 'pv-recycler',
          image: 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.6',
          command: ['/bin/sh'],
          args: ['-c', SCRUB],
          volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
        },
      ],
    },
  };
}
