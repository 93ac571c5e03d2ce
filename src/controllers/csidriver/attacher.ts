import { isReason } from '../../api/errors/status-error';
import type { Client } from '../../client/client';
import type { Informer } from '../../client/informer';
import { PERSISTENT_VOLUMES, VOLUME_ATTACHMENTS } from '../../client/resources';
import { csiOf } from '../attachdetach/attachments';
import type { VolumeAttachment } from '../attachdetach/attachments';
import type { PersistentVolume } from '../shared/volume-types';
import { DRIVER, DRIVER_DASHED } from './driver';

const FINALIZER = `external-attacher/${DRIVER_DASHED}`;
const BY_VOLUME = 'volume';

/** Attaches volumes to nodes at once, and detaches them (external-attacher). */
export class Attacher {
  constructor(
    private readonly client: Client,
    private readonly attachments: Informer<VolumeAttachment>,
    private readonly volumes: Informer<PersistentVolume>,
  ) {
    attachments.addIndex(BY_VOLUME, (a) => [a.spec.source.persistentVolumeName ?? '']);
  }

  isOurs(v: PersistentVolume): boolean {
    return csiOf(v)?.driver === DRIVER;
  }

  async sync(a: VolumeAttachment): Promise<void> {
    if (a.metadata.deletionTimestamp) return this.detach(a);
    if (a.status?.attached) return;
    const volume = this.volumes.get(a.spec.source.persistentVolumeName ?? '');
    if (!volume) {
      const message = `PersistentVolume ${a.spec.source.persistentVolumeName} not found`;
      if (a.status?.attachError?.message !== message) await this.update(a, { ...a.status, attached: false, attachError: { message } });
      throw new Error(message);
    }
    if (!volume.metadata.finalizers?.includes(FINALIZER)) {
      await this.client.update(PERSISTENT_VOLUMES, { ...volume, metadata: { ...volume.metadata, finalizers: [...(volume.metadata.finalizers ?? []), FINALIZER] } });
    }
    let held = a;
    if (!a.metadata.finalizers?.includes(FINALIZER)) {
      held = await this.client.update<VolumeAttachment>(VOLUME_ATTACHMENTS, { ...a, metadata: { ...a.metadata, finalizers: [...(a.metadata.finalizers ?? []), FINALIZER] } });
    }
    await this.update(held, { attached: true });
  }

  /** A volume that is attached nowhere and is to be deleted is not held any more. */
  async release(v: PersistentVolume): Promise<void> {
    if (!v.metadata.deletionTimestamp || !v.metadata.finalizers?.includes(FINALIZER) || this.attachments.byIndex(BY_VOLUME, v.metadata.name!).length > 0) return;
    try {
      await this.client.update(PERSISTENT_VOLUMES, { ...v, metadata: { ...v.metadata, finalizers: v.metadata.finalizers.filter((f) => f !== FINALIZER) } });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  private async detach(a: VolumeAttachment): Promise<void> {
    if (!a.metadata.finalizers?.includes(FINALIZER)) return;
    try {
      const detached = a.status?.attached ? await this.update(a, { attached: false }) : a;
      await this.client.update(VOLUME_ATTACHMENTS, { ...detached, metadata: { ...detached.metadata, finalizers: detached.metadata.finalizers!.filter((f) => f !== FINALIZER) } });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  private update(a: VolumeAttachment, status: VolumeAttachment['status']): Promise<VolumeAttachment> {
    return this.client.update<VolumeAttachment>(VOLUME_ATTACHMENTS, { ...a, status }, { subresource: 'status' });
  }
}
