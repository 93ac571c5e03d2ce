import { formatTime } from '../../api/meta/time';
import { compareQuantity } from '../../api/quantity';
import type { Client } from '../../client/client';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS } from '../../client/resources';
import type { Clock } from '../../util/clock';
import { csiOf } from '../attachdetach/attachments';
import { isToGrow, requested } from '../expander/expand-controller';
import type { Condition } from '../shared/types';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/volume-types';
import { DRIVER } from './driver';

/** Grows volumes, and gives them another VolumeAttributesClass (external-resizer). Nothing is left for nodes to do. */
export class Resizer {
  constructor(
    private readonly client: Client,
    private readonly volumes: Informer<PersistentVolume>,
    private readonly events: EventRecorder,
    private readonly clock: Clock,
  ) {}

  concerns(c: PersistentVolumeClaim): boolean {
    if (c.status.phase !== 'Bound' || !c.spec.volumeName) return false;
    const volume = this.volumes.get(c.spec.volumeName);
    return volume !== undefined && csiOf(volume)?.driver === DRIVER && volume.spec.claimRef?.uid === c.metadata.uid && (isToGrow(c) || this.changesClass(c));
  }

  async sync(c: PersistentVolumeClaim): Promise<void> {
    const volume = this.volumes.get(c.spec.volumeName!)!;
    if (isToGrow(c)) await this.grow(c, volume);
    else await this.modify(c, volume);
  }

  private changesClass(c: PersistentVolumeClaim): boolean {
    const wanted = c.spec.volumeAttributesClassName;
    return wanted !== undefined && wanted !== '' && wanted !== c.status.currentVolumeAttributesClassName;
  }

  private async grow(c: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const size = requested(c)!;
    const now = formatTime(this.clock.now());
    const others = ((c.status['conditions'] ?? []) as Condition[]).filter((x) => x.type !== 'Resizing');
    const resizing = { type: 'Resizing', status: 'True', lastProbeTime: null, lastTransitionTime: now };
    const status = { ...c.status, allocatedResources: { ...(c.status['allocatedResources'] as object | undefined), storage: size } };
    const begun = await this.update(c, { ...status, conditions: [...others, resizing], allocatedResourceStatuses: { storage: 'ControllerResizeInProgress' } });
    this.events.event(c, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`);
    if (compareQuantity(size, volume.spec.capacity?.['storage'] ?? '0') > 0) {
      await this.client.patch(PERSISTENT_VOLUMES, undefined, volume.metadata.name!, 'strategic', { spec: { capacity: { storage: size } } });
    }
    const { allocatedResourceStatuses: _, conditions: __, ...done } = begun.status;
    await this.update(begun, { ...done, capacity: { ...c.status.capacity, storage: size }, ...(others.length ? { conditions: others } : {}) });
    this.events.event(c, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
  }

  private async modify(c: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const name = c.spec.volumeAttributesClassName!;
    this.events.event(c, 'Normal', 'VolumeModify', `external resizer is modifying volume ${c.metadata.name} with vac ${name}`);
    await this.client.patch(PERSISTENT_VOLUMES, undefined, volume.metadata.name!, 'merge', { spec: { volumeAttributesClassName: name } });
    const { modifyVolumeStatus: _, ...status } = c.status;
    await this.update(c, { ...status, currentVolumeAttributesClassName: name });
    this.events.event(c, 'Normal', 'VolumeModifySuccessful', 'external resizer modified volume ' + `${c.metadata.name} with vac ${name} successfully`);
  }

  private update(c: PersistentVolumeClaim, status: PersistentVolumeClaim['status']): Promise<PersistentVolumeClaim> {
    return this.client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { ...c, status }, { subresource: 'status' });
  }
}
