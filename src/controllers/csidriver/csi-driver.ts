import { keyOf } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES, VOLUME_ATTACHMENTS } from '../../client/resources';
import type { VolumeAttachment } from '../attachdetach/attachments';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../shared/volume-types';
import { Attacher } from './attacher';
import { DRIVER } from './driver';
import { Provisioner } from './provisioner';
import { Resizer } from './resizer';

const CLAIM = 'claim:';
const VOLUME = 'volume:';
const ATTACHMENT = 'attachment:';

/**
 * A CSI driver without a store behind it: what external-provisioner, -attacher and -resizer do beside a driver. It acts on what names it
 * (StorageClasses, volumes, attachments) and on nothing else.
 */
export function createCsiDriver(x: ComponentContext): Component {
  const claims = x.caches.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const volumes = x.caches.informer<PersistentVolume>(PERSISTENT_VOLUMES);
  const classes = x.caches.informer<StorageClass>(STORAGE_CLASSES);
  const attachments = x.caches.informer<VolumeAttachment>(VOLUME_ATTACHMENTS);
  const provisioner = new Provisioner(x.client, claims, volumes, classes, x.events.recorder(DRIVER));
  const attacher = new Attacher(x.client, attachments, volumes);
  const resizer = new Resizer(x.client, volumes, x.events.recorder(`external-resizer ${DRIVER}`), x.clock);
  return new QueueComponent({
    ...x,
    name: 'csi-driver',
    setup: (queue) => {
      const claim = (c: PersistentVolumeClaim): void => {
        if (provisioner.concerns(c) || resizer.concerns(c)) queue.add(CLAIM + keyOf(c));
      };
      const volume = (v: PersistentVolume): void => {
        if (provisioner.isOurs(v) || attacher.isOurs(v)) queue.add(VOLUME + v.metadata.name!);
        const ref = v.spec.claimRef;
        const c = ref && claims.get(`${ref.namespace}/${ref.name}`);
        if (c) claim(c);
      };
      const attachment = (a: VolumeAttachment): void => {
        if (a.spec.attacher !== DRIVER) return;
        queue.add(ATTACHMENT + a.metadata.name!);
        if (a.spec.source.persistentVolumeName) queue.add(VOLUME + a.spec.source.persistentVolumeName);
      };
      return [
        claims.subscribe({ added: claim, updated: claim }),
        volumes.subscribe({ added: volume, updated: volume }),
        classes.subscribe({ added: () => claims.list().forEach(claim) }),
        attachments.subscribe({ added: attachment, updated: attachment, deleted: attachment }),
      ];
    },
    async reconcile(key) {
      if (key.startsWith(CLAIM)) {
        const c = claims.get(key.slice(CLAIM.length));
        if (c && provisioner.concerns(c)) await provisioner.provision(c);
        else if (c && resizer.concerns(c)) await resizer.sync(c);
      } else if (key.startsWith(VOLUME)) {
        const v = volumes.get(key.slice(VOLUME.length));
        if (!v) return;
        if (provisioner.isOurs(v)) await provisioner.remove(v);
        if (attacher.isOurs(v)) await attacher.release(v);
      } else {
        const a = attachments.get(key.slice(ATTACHMENT.length));
        if (a) await attacher.sync(a);
      }
    },
  });
}
