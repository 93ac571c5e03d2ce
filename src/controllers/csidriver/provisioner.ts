import { isReason } from '../../api/errors/status-error';
import { keyOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { referenceTo } from '../../client/object-reference';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS } from '../../client/resources';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../shared/volume-types';
import { DRIVER } from './driver';

const ASKED = ['volume.kubernetes.io/storage-provisioner', 'volume.beta.kubernetes.io/storage-provisioner'];
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';

interface Source {
  apiGroup?: string;
  kind: string;
  name: string;
}

/** Makes volumes for claims of the driver's classes, and deletes them when they are released (external-provisioner). */
export class Provisioner {
  constructor(
    private readonly client: Client,
    private readonly claims: Informer<PersistentVolumeClaim>,
    private readonly volumes: Informer<PersistentVolume>,
    private readonly classes: Informer<StorageClass>,
    private readonly events: EventRecorder,
  ) {}

  /** The claim waits for a volume from us. */
  concerns(c: PersistentVolumeClaim): boolean {
    if (c.spec.volumeName || c.metadata.deletionTimestamp) return false;
    const asked = c.metadata.annotations;
    if (!ASKED.some((a) => asked?.[a] === DRIVER)) return false;
    const storageClass = this.classes.get(c.spec.storageClassName ?? '');
    if (!storageClass) return false;
    return storageClass.volumeBindingMode !== 'WaitForFirstConsumer' || asked?.[SELECTED_NODE] !== undefined;
  }

  isOurs(v: PersistentVolume): boolean {
    return v.metadata.annotations?.[PROVISIONED_BY] === DRIVER;
  }

  async provision(c: PersistentVolumeClaim): Promise<void> {
    const name = `pvc-${c.metadata.uid}`;
    if (this.volumes.get(name)) return;
    this.events.event(c, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${keyOf(c)}"`);
    const problem = this.sourceProblem(c);
    if (problem !== undefined) {
      const message = `failed to provision volume with StorageClass "${c.spec.storageClassName}": ${problem}`;
      this.events.event(c, 'Warning', 'ProvisioningFailed', message);
      throw new Error(message);
    }
    try {
      await this.client.create(PERSISTENT_VOLUMES, this.volumeFor(c, name));
    } catch (e) {
      // Made before, by a request that seemed to fail.
      if (!isReason(e, 'AlreadyExists')) throw e;
    }
    this.events.event(c, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
  }

  private volumeFor(c: PersistentVolumeClaim, name: string): PersistentVolume {
    const storageClass = this.classes.get(c.spec.storageClassName!)!;
    const { accessModes, volumeMode, volumeAttributesClassName } = c.spec;
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name,
        annotations: { [PROVISIONED_BY]: DRIVER, 'volume.kubernetes.io/provisioner-deletion-secret-name': '', 'volume.kubernetes.io/provisioner-deletion-secret-namespace': '' },
        ...(storageClass.reclaimPolicy === 'Retain' ? {} : { finalizers: [FINALIZER] }),
      },
      spec: {
        capacity: { storage: c.spec.resources!.requests!['storage']! },
        accessModes,
        volumeMode,
        claimRef: referenceTo(c),
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
        storageClassName: c.spec.storageClassName,
        ...(storageClass.mountOptions ? { mountOptions: storageClass.mountOptions } : {}),
        ...(volumeAttributesClassName ? { volumeAttributesClassName } : {}),
        csi: { driver: DRIVER, volumeHandle: c.metadata.uid!, ...(volumeMode === 'Block' ? {} : { fsType: 'ext4' }), volumeAttributes: { 'storage.kubernetes.io/csiProvisionerIdentity': DRIVER } },
      },
      status: {},
    };
  }

  /** Other claims can be copied; there are no snapshots. */
  private sourceProblem(c: PersistentVolumeClaim): string | undefined {
    const source = (c.spec['dataSourceRef'] ?? c.spec['dataSource']) as Source | undefined;
    if (!source) return undefined;
    if (source.kind !== 'PersistentVolumeClaim' || source.apiGroup) return `the driver ${DRIVER} cannot fill volumes from a ${source.kind}`;
    const from = this.claims.get(`${c.metadata.namespace}/${source.name}`);
    if (!from) return `error getting PVC ${source.name} (namespace "${c.metadata.namespace}") from api server: persistentvolumeclaims "${source.name}" not found`;
    if (from.status.phase !== 'Bound') return `the PVC ${source.name} is not in Bound state`;
    if (from.spec.storageClassName !== c.spec.storageClassName) return `the source PVC and destination PVCs must be in the same storage class for cloning`;
    return undefined;
  }

  /** Deletes a released volume, and lets one go that is being deleted otherwise. */
  async remove(v: PersistentVolume): Promise<void> {
    const { deletionTimestamp, finalizers, name } = v.metadata;
    const released = v.status.phase === 'Released' || v.status.phase === 'Failed';
    if (v.spec.persistentVolumeReclaimPolicy !== 'Delete') {
      // Kept on purpose: our finalizer is not what holds it.
      if (finalizers?.includes(FINALIZER)) await this.unhold(v);
      return;
    }
    if (!released && !(deletionTimestamp && (await this.isAbandoned(v)))) return;
    if (!deletionTimestamp) await this.client.delete(PERSISTENT_VOLUMES, undefined, name!).catch(ignoreMissing);
    else if (finalizers?.includes(FINALIZER)) await this.unhold(v);
  }

  /** Nobody has the volume, though it was never released: its claim went before it was bound. */
  private async isAbandoned(v: PersistentVolume): Promise<boolean> {
    const ref = v.spec.claimRef;
    if (v.status.phase === 'Bound' || !ref?.name) return false;
    try {
      return (await this.client.get(PERSISTENT_VOLUME_CLAIMS, ref.namespace, ref.name)).metadata.uid !== ref.uid;
    } catch (e) {
      if (isReason(e, 'NotFound')) return true;
      throw e;
    }
  }

  private async unhold(v: PersistentVolume): Promise<void> {
    const finalizers = v.metadata.finalizers!.filter((f) => f !== FINALIZER);
    await this.client.update(PERSISTENT_VOLUMES, { ...v, metadata: { ...v.metadata, finalizers } }).catch(ignoreMissing);
  }
}

function ignoreMissing(e: unknown): void {
  if (!isReason(e, 'NotFound')) throw e;
}
