import type { KubeObject } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, VOLUME_ATTRIBUTES_CLASSES } from '../../client/resources';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/volume-types';
import { Protection } from './protection';

const INDEX = 'attributes-class';

/** Keeps VolumeAttributesClasses while a claim or a volume names them (KEP-3751). */
export function createVacProtectionController(x: ComponentContext): Component {
  const classes = x.caches.informer(VOLUME_ATTRIBUTES_CLASSES);
  const claims = x.caches.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const volumes = x.caches.informer<PersistentVolume>(PERSISTENT_VOLUMES);
  claims.addIndex(INDEX, classesOfClaim);
  volumes.addIndex(INDEX, classesOfVolume);
  const protection = new Protection(x.client, VOLUME_ATTRIBUTES_CLASSES, 'kubernetes.io/vac-protection');
  return new QueueComponent({
    ...x,
    name: 'volumeattributesclass-protection-controller',
    setup: (queue) => {
      const add = (o: KubeObject): void => {
        if (protection.concerns(o)) queue.add(o.metadata.name!);
      };
      /** Classes that are not named any more. */
      const left = <T>(of: (o: T) => string[]) => ({
        updated: (o: T, old: T) => of(old).filter((n) => !of(o).includes(n)).forEach((n) => queue.add(n)),
        deleted: (o: T) => of(o).forEach((n) => queue.add(n)),
      });
      return [classes.subscribe({ added: add, updated: add }), claims.subscribe(left(classesOfClaim)), volumes.subscribe(left(classesOfVolume))];
    },
    async reconcile(key) {
      const c = classes.get(key);
      if (c) await protection.sync(c, () => Promise.resolve(volumes.byIndex(INDEX, key).length > 0 || claims.byIndex(INDEX, key).length > 0));
    },
  });
}

function classesOfClaim(c: PersistentVolumeClaim): string[] {
  const target = (c.status['modifyVolumeStatus'] as { targetVolumeAttributesClassName?: string } | undefined)?.targetVolumeAttributesClassName;
  return [...new Set([c.spec.volumeAttributesClassName, c.status.currentVolumeAttributesClassName, target].filter((n) => n !== undefined && n !== ''))] as string[];
}

function classesOfVolume(v: PersistentVolume): string[] {
  return v.spec.volumeAttributesClassName ? [v.spec.volumeAttributesClassName] : [];
}
