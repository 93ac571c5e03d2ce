import { keyOf } from '../../api/meta/object';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { podsOfClaim } from '../shared/pod-claims';
import { isPodFinished } from '../shared/pod';
import type { Pod } from '../shared/types';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../shared/volume-types';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, PROVISIONERS, SELECTED_NODE } from './annotations';
import type { Binding } from './binding';
import { annotated } from './binding';
import { VOLUMES_BY_CLAIM, VOLUMES_BY_CLASS } from './indexes';
import { bestMatch, classOf, hasClass, isBoundTo, mismatch } from './match';
import { defaultClass, provisionerOf } from './storage-class';

const LOST = 'Data on the volume is lost!';

/** What is done about one claim. */
export class ClaimSync {
  constructor(
    private readonly binding: Binding,
    private readonly classes: Informer<StorageClass>,
    private readonly pods: Informer<Pod>,
    private readonly events: EventRecorder,
  ) {}

  async sync(claim: PersistentVolumeClaim): Promise<void> {
    if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) await this.keep(claim);
    else if (claim.spec.volumeName) await this.bindNamed(claim, claim.spec.volumeName);
    else await this.find(claim);
  }

  /** It has been bound: both sides are to say so still. */
  private async keep(claim: PersistentVolumeClaim): Promise<void> {
    const { volumeName } = claim.spec;
    if (!volumeName) return this.binding.lose(claim, { reason: 'ClaimLost', message: `Bound claim has lost reference to PersistentVolume. ${LOST}` });
    const volume = this.binding.volumes.get(volumeName);
    if (!volume) return this.binding.lose(claim, { reason: 'ClaimLost', message: `Bound claim has lost its PersistentVolume. ${LOST}` });
    const ref = volume.spec.claimRef;
    if (!ref || ref.uid === claim.metadata.uid) return this.binding.bind(volume, claim);
    return this.binding.lose(claim, { reason: 'ClaimMisbound', message: 'Two claims are bound to the same volume, this one is bound incorrectly' });
  }

  private async bindNamed(claim: PersistentVolumeClaim, name: string): Promise<void> {
    const volume = this.binding.volumes.get(name);
    if (volume) {
      const why = volume.spec.claimRef ? undefined : mismatch(volume, claim);
      if (why === undefined && (!volume.spec.claimRef || isBoundTo(volume, claim))) return this.binding.bind(volume, claim);
      if (why !== undefined) this.events.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${why}`);
      else this.taken(claim, volume);
    }
    await this.binding.setClaimStatus(claim, 'Pending');
  }

  private taken(claim: PersistentVolumeClaim, volume: PersistentVolume): void {
    const { name } = volume.metadata;
    this.events.event(claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`);
    if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined) return;
    const other = `${volume.spec.claimRef!.namespace}/${volume.spec.claimRef!.name}`;
    throw new Error(`invalid binding of claim "${keyOf(claim)}" to volume "${name}": volume already claimed by "${other}"`);
  }

  /** Any volume will do that has what the claim asks for. */
  private async find(claim: PersistentVolumeClaim): Promise<void> {
    const name = classOf(claim);
    const storageClass = name === '' ? undefined : this.classes.get(name);
    const delay = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
    const volumes = this.binding.volumes;
    const volume = bestMatch([...volumes.byIndex(VOLUMES_BY_CLAIM, keyOf(claim)), ...volumes.byIndex(VOLUMES_BY_CLASS, name)], claim, delay);
    if (volume) return this.binding.bind(volume, claim);

    if (!hasClass(claim)) {
      const byDefault = defaultClass(this.classes.list());
      if (byDefault) {
        await this.binding.updateClaim({ ...claim, spec: { ...claim.spec, storageClassName: byDefault.metadata.name! } });
        return;
      }
    }
    if (delay && claim.metadata.annotations?.[SELECTED_NODE] === undefined) this.waits(claim);
    else if (name !== '') return this.provision(claim, name, storageClass);
    else this.events.event(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    await this.binding.setClaimStatus(claim, 'Pending');
  }

  private waits(claim: PersistentVolumeClaim): void {
    const waiting = podsOfClaim(this.pods, keyOf(claim)).filter((p) => !isPodFinished(p) && !p.spec.nodeName);
    const names = waiting.map((p) => p.metadata.name).join(',');
    if (waiting.length === 0) this.events.event(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    else this.events.event(claim, 'Normal', 'WaitForPodScheduled', `waiting for pod${waiting.length > 1 ? 's' : ''} ${names} to be scheduled`);
  }

  /** Asks whoever provisions for the class to make a volume. */
  private async provision(claim: PersistentVolumeClaim, name: string, storageClass: StorageClass | undefined): Promise<void> {
    const fail = (message: string): void => this.events.event(claim, 'Warning', 'ProvisioningFailed', message);
    if (!storageClass) return fail(`storageclass.storage.k8s.io "${name}" not found`);
    const provisioner = provisionerOf(storageClass);
    if (provisioner === undefined) return fail(`no volume plugin matched name: ${storageClass.provisioner}`);
    let asked = claim;
    if (PROVISIONERS.some((a) => claim.metadata.annotations?.[a] !== provisioner)) {
      asked = await this.binding.updateClaim({ ...claim, metadata: annotated(claim, Object.fromEntries(PROVISIONERS.map((a) => [a, provisioner]))) });
    }
    this.events.event(
      asked,
      'Normal',
      'ExternalProvisioning',
      `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
        'If volume creation is delayed, please verify that the provisioner is running and correctly registered.',
    );
  }
}
