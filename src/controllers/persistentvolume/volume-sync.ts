import { isReason } from '../../api/errors/status-error';
import type { Client } from '../../client/client';
import type { EventRecorder } from '../../client/event-recorder';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/volume-types';
import { MIGRATED_TO, PROVISIONED_BY } from './annotations';
import type { Binding } from './binding';
import { sameMode } from './match';
import type { Recycler } from './recycler';

/** What is done about one volume. */
export class VolumeSync {
  constructor(
    private readonly client: Client,
    private readonly binding: Binding,
    private readonly events: EventRecorder,
    private readonly recycler: Recycler,
    /** Has a claim looked at. */
    private readonly later: (claim: PersistentVolumeClaim) => void,
  ) {}

  async sync(volume: PersistentVolume): Promise<{ after?: number } | void> {
    const ref = volume.spec.claimRef;
    if (!ref?.uid) {
      await this.binding.setPhase(volume, 'Available');
      return;
    }
    const claim = await this.claimOf(volume, `${ref.namespace}/${ref.name}`);
    if (!claim) return this.release(volume);
    if (!claim.spec.volumeName) this.finish(volume, claim);
    else if (claim.spec.volumeName === volume.metadata.name) await this.binding.setPhase(volume, 'Bound');
    else if (volume.metadata.annotations?.[PROVISIONED_BY] !== undefined && volume.spec.persistentVolumeReclaimPolicy === 'Delete') return this.release(volume);
    else await this.binding.unbind(volume);
  }

  /** The very claim that the volume is bound to. Only the server knows for sure that it is gone. */
  private async claimOf(volume: PersistentVolume, key: string): Promise<PersistentVolumeClaim | undefined> {
    const { namespace, name, uid } = volume.spec.claimRef!;
    const cached = this.binding.claims.get(key);
    if (cached?.metadata.uid === uid) return cached;
    if (!cached && isReleased(volume)) return undefined;
    try {
      const claim = await this.client.get<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, namespace, name!);
      return claim.metadata.uid === uid ? claim : undefined;
    } catch (e) {
      if (isReason(e, 'NotFound')) return undefined;
      throw e;
    }
  }

  /** The claim does not name its volume yet. */
  private finish(volume: PersistentVolume, claim: PersistentVolumeClaim): void {
    if (sameMode(volume, claim)) return this.later(claim);
    const why = 'due to incompatible volumeMode.';
    this.events.event(volume, 'Warning', 'VolumeMismatch', `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}" ${why}`);
    this.events.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim ${why}`);
  }

  private async release(v: PersistentVolume): Promise<{ after?: number } | void> {
    const volume = isReleased(v) ? v : await this.binding.setPhase(v, 'Released');
    if (volume.metadata.annotations?.[MIGRATED_TO]) return;
    switch (volume.spec.persistentVolumeReclaimPolicy) {
      case 'Retain':
        return;
      case 'Recycle':
        return this.recycler.recycle(volume);
      case 'Delete':
        return this.remove(volume);
      default:
        await this.binding.setPhase(volume, 'Failed', { reason: 'VolumeUnknownReclaimPolicy', message: 'Volume has unrecognized PersistentVolumeReclaimPolicy' });
    }
  }

  private async remove(volume: PersistentVolume): Promise<void> {
    const problem = deleterProblem(volume);
    if (problem !== undefined) await this.binding.setPhase(volume, 'Failed', { reason: 'VolumeFailedDelete', message: problem });
    else if (volume.spec.hostPath && !volume.metadata.deletionTimestamp) {
      await this.client.delete(PERSISTENT_VOLUMES, undefined, volume.metadata.name!).catch((e: unknown) => {
        if (!isReason(e, 'NotFound')) throw e;
      });
    }
  }
}

const isReleased = (v: PersistentVolume): boolean => v.status.phase === 'Released' || v.status.phase === 'Failed';

/** Why the cluster itself cannot delete what is behind the volume; undefined: it can, or someone else will. */
function deleterProblem(volume: PersistentVolume): string | undefined {
  const provisioner = volume.metadata.annotations?.[PROVISIONED_BY];
  if (provisioner) return provisioner.startsWith('kubernetes.io/') ? `no volume plugin matched name: ${provisioner}` : undefined;
  if (volume.spec.csi) return undefined;
  if (!volume.spec.hostPath) return `error getting deleter volume plugin for volume "${volume.metadata.name}": no volume plugin matched`;
  const { path } = volume.spec.hostPath;
  return /\/tmp\/./.test(path) ? undefined : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
}
