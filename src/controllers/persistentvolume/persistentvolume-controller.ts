import { keyOf } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import { claimKeysOf, indexByClaim } from '../shared/pod-claims';
import type { Pod } from '../shared/types';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../shared/volume-types';
import { BIND_COMPLETED } from './annotations';
import { Binding } from './binding';
import { ClaimSync } from './claim-sync';
import { addIndexes, CLAIMS_BY_VOLUME, NO_CLASS, PENDING_BY_CLASS, VOLUMES_BY_CLAIM } from './indexes';
import { Latest } from './latest';
import { bestMatch, classOf } from './match';
import { Recycler, recycledVolume } from './recycler';
import { isDefaultClass } from './storage-class';
import { VolumeSync } from './volume-sync';

/** Claims that wait for a pod to be scheduled say so when the pod has waited for this time. */
const SCHEDULING = 15_000;

const CLAIM = 'claim:';
const VOLUME = 'volume:';

/** Binds claims to volumes and takes care of volumes whose claims are gone. What one of them does can matter to the other: one worker for both. */
export function createPersistentVolumeController(x: ComponentContext): Component {
  const volumes = x.caches.informer<PersistentVolume>(PERSISTENT_VOLUMES);
  const claims = x.caches.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const classes = x.caches.informer<StorageClass>(STORAGE_CLASSES);
  const pods = x.caches.informer<Pod>(PODS);
  indexByClaim(pods);
  addIndexes(volumes, claims);
  const events = x.events.recorder('persistentvolume-controller');
  const binding = new Binding(x.client, new Latest(claims), new Latest(volumes), events);
  const claimSync = new ClaimSync(binding, classes, pods, events);
  const component: QueueComponent = new QueueComponent({
    ...x,
    name: 'persistentvolume-controller',
    workers: 1,
    setup: (queue) => {
      const add = new Wake(queue, claims, volumes, classes);
      const recycler = (p: Pod): void => {
        const volume = recycledVolume(p);
        if (volume !== undefined) queue.add(VOLUME + volume);
      };
      return [
        binding.claims.subscription,
        binding.volumes.subscription,
        claims.subscribe({
          added: (c) => add.claimAndVolumes(c),
          updated: (c) => add.claim(c),
          deleted: (c) => add.claimAndVolumes(c),
        }),
        volumes.subscribe({
          added: (v) => add.volumeAndClaims(v),
          updated: (v) => add.volumeAndClaims(v),
          deleted: (v) => add.claimsOf(v),
        }),
        classes.subscribe({ added: (c) => add.classUsers(c), updated: (c) => add.classUsers(c) }),
        pods.subscribe({
          updated: recycler,
          deleted: recycler,
          added: (p) => {
            if (!p.spec.nodeName) for (const key of claimKeysOf(p)) if (isUnbound(claims.get(key))) queue.addAfter(CLAIM + key, SCHEDULING);
          },
        }),
      ];
    },
    async reconcile(key) {
      if (key.startsWith(CLAIM)) {
        const claim = binding.claims.get(key.slice(CLAIM.length));
        if (claim) await claimSync.sync(claim);
      } else {
        const volume = binding.volumes.get(key.slice(VOLUME.length));
        if (volume) return volumeSync.sync(volume);
      }
    },
  });
  const volumeSync = new VolumeSync(x.client, binding, events, new Recycler(x.client, binding, pods, events), (c) => component.queue.add(CLAIM + keyOf(c)));
  return component;
}

const isUnbound = (c: PersistentVolumeClaim | undefined): boolean => c !== undefined && c.metadata.annotations?.[BIND_COMPLETED] === undefined;

/** Whom a change concerns: instead of looking at every claim and volume from time to time. */
class Wake {
  constructor(
    private readonly queue: WorkQueue,
    private readonly claims: { byIndex(index: string, value: string): readonly PersistentVolumeClaim[] },
    private readonly volumes: { byIndex(index: string, value: string): readonly PersistentVolume[] },
    private readonly classes: { get(key: string): StorageClass | undefined },
  ) {}

  claim(c: PersistentVolumeClaim): void {
    this.queue.add(CLAIM + keyOf(c));
  }

  claimAndVolumes(c: PersistentVolumeClaim): void {
    this.claim(c);
    if (c.spec.volumeName) this.queue.add(VOLUME + c.spec.volumeName);
    for (const v of this.volumes.byIndex(VOLUMES_BY_CLAIM, keyOf(c))) this.queue.add(VOLUME + v.metadata.name!);
  }

  volumeAndClaims(v: PersistentVolume): void {
    this.queue.add(VOLUME + v.metadata.name!);
    this.claimsOf(v);
    if (v.status.phase !== 'Available' || v.spec.claimRef) return;
    if (this.classes.get(classOf(v))?.volumeBindingMode === 'WaitForFirstConsumer') return;
    for (const c of this.claims.byIndex(PENDING_BY_CLASS, classOf(v))) if (bestMatch([v], c, false)) this.claim(c);
  }

  /** Claims that name the volume, and the one that the volume names. */
  claimsOf(v: PersistentVolume): void {
    for (const c of this.claims.byIndex(CLAIMS_BY_VOLUME, v.metadata.name!)) this.claim(c);
    const ref = v.spec.claimRef;
    if (ref) this.queue.add(`${CLAIM}${ref.namespace}/${ref.name}`);
  }

  classUsers(c: StorageClass): void {
    for (const claim of this.claims.byIndex(PENDING_BY_CLASS, c.metadata.name!)) this.claim(claim);
    if (isDefaultClass(c)) for (const claim of this.claims.byIndex(PENDING_BY_CLASS, NO_CLASS)) this.claim(claim);
  }
}
