import type { KubeObject } from '../../api/meta/object';
import { compareQuantity, parseQuantity } from '../../api/quantity';
import type { Client } from '../../client/client';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import { referenceTo } from '../../client/object-reference';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/volume-types';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, SIZE_BEFORE_RESIZE } from './annotations';
import type { Latest } from './latest';
import { isBoundTo } from './match';

type ClaimPhase = 'Pending' | 'Bound' | 'Lost';
type VolumePhase = 'Available' | 'Bound' | 'Released' | 'Failed';

/** A Warning about a change of phase. */
export interface Warning {
  reason: string;
  message: string;
}

/** What binding writes: only what differs, and the answers are what is seen from then on. */
export class Binding {
  constructor(
    private readonly client: Client,
    readonly claims: Latest<PersistentVolumeClaim>,
    readonly volumes: Latest<PersistentVolume>,
    private readonly events: EventRecorder,
  ) {}

  /** Ties both together, the volume first: another claim that wants it as well fails with a conflict. */
  async bind(v: PersistentVolume, c: PersistentVolumeClaim): Promise<void> {
    const volume = await this.setPhase(await this.claimVolume(v, c), 'Bound');
    const claim = await this.nameVolume(c, volume);
    await this.setClaimStatus(claim, 'Bound', volume);
  }

  /** Makes a volume free that was bound to a claim that has another one. Reservations by name stay. */
  async unbind(v: PersistentVolume): Promise<void> {
    const { claimRef, ...spec } = v.spec;
    let next: PersistentVolume;
    if (v.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined) {
      const { [BOUND_BY_CONTROLLER]: _, ...annotations } = v.metadata.annotations;
      next = { ...v, spec, metadata: { ...v.metadata, annotations } };
    } else {
      const { uid: _, ...ref } = claimRef ?? {};
      next = { ...v, spec: { ...spec, claimRef: ref } };
    }
    await this.setPhase(await this.updateVolume(next), 'Available');
  }

  async setPhase(v: PersistentVolume, phase: VolumePhase, why?: Warning): Promise<PersistentVolume> {
    if (v.status.phase === phase) return v;
    const { message: _, ...status } = v.status;
    const next = { ...v, status: { ...status, phase, ...(why ? { message: why.message } : {}) } };
    const answer = this.volumes.store(await this.client.update<PersistentVolume>(PERSISTENT_VOLUMES, next, { subresource: 'status' }));
    if (why) this.events.event(answer, 'Warning', why.reason, why.message);
    return answer;
  }

  async setClaimStatus(c: PersistentVolumeClaim, phase: ClaimPhase, volume?: PersistentVolume): Promise<PersistentVolumeClaim> {
    const status = volume ? boundStatus(c, phase, volume) : emptyStatus(c, phase);
    if (sameJson(status, c.status)) return c;
    return this.claims.store(await this.client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, { ...c, status }, { subresource: 'status' }));
  }

  /** Says once that the claim has lost its volume. */
  async lose(c: PersistentVolumeClaim, why: Warning): Promise<void> {
    if (c.status.phase !== 'Lost') this.events.event(await this.setClaimStatus(c, 'Lost'), 'Warning', why.reason, why.message);
  }

  async updateClaim(next: PersistentVolumeClaim): Promise<PersistentVolumeClaim> {
    return this.claims.store(await this.client.update<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, next));
  }

  private async updateVolume(next: PersistentVolume): Promise<PersistentVolume> {
    return this.volumes.store(await this.client.update<PersistentVolume>(PERSISTENT_VOLUMES, next));
  }

  private async claimVolume(v: PersistentVolume, c: PersistentVolumeClaim): Promise<PersistentVolume> {
    const ours = !isBoundTo(v, c) && v.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined;
    if (!ours && v.spec.claimRef?.uid === c.metadata.uid) return v;
    const metadata = ours ? annotated(v, { [BOUND_BY_CONTROLLER]: 'yes' }) : v.metadata;
    return this.updateVolume({ ...v, metadata, spec: { ...v.spec, claimRef: v.spec.claimRef?.uid === c.metadata.uid ? v.spec.claimRef : referenceTo(c) } });
  }

  private async nameVolume(c: PersistentVolumeClaim, v: PersistentVolume): Promise<PersistentVolumeClaim> {
    const named = c.spec.volumeName === v.metadata.name;
    const has = c.metadata.annotations ?? {};
    if (named && has[BIND_COMPLETED] !== undefined) return c;
    const metadata = annotated(c, { ...(named ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }), [BIND_COMPLETED]: 'yes', ...has });
    return this.updateClaim({ ...c, metadata, spec: { ...c.spec, volumeName: v.metadata.name } });
  }
}

export function annotated(o: KubeObject, add: Record<string, string>): KubeObject['metadata'] {
  return { ...o.metadata, annotations: { ...o.metadata.annotations, ...add } };
}

function emptyStatus(c: PersistentVolumeClaim, phase: ClaimPhase): PersistentVolumeClaim['status'] {
  const { accessModes: _, capacity: __, currentVolumeAttributesClassName: ___, ...rest } = c.status;
  return { ...rest, phase };
}

/** Capacity is taken over when the claim becomes bound, not later: a file system may lag behind its grown volume on purpose. */
function boundStatus(c: PersistentVolumeClaim, phase: ClaimPhase, v: PersistentVolume): PersistentVolumeClaim['status'] {
  const status: PersistentVolumeClaim['status'] = { ...c.status, phase };
  if (v.spec.accessModes) status.accessModes = v.spec.accessModes;
  else delete status.accessModes;
  if (c.status.phase === phase) return status;
  const capacity = v.spec.capacity?.['storage'];
  if (capacity === undefined) throw new Error(`PersistentVolume "${v.metadata.name}" is without a storage capacity`);
  const before = v.metadata.annotations?.[SIZE_BEFORE_RESIZE];
  if (before !== undefined) status.capacity = { ...c.status.capacity, storage: isQuantity(before) ? before : capacity };
  else if (c.status.capacity?.['storage'] === undefined || compareQuantity(capacity, c.status.capacity['storage']) !== 0) status.capacity = v.spec.capacity;
  if (c.status.phase === 'Pending') {
    if (v.spec.volumeAttributesClassName !== undefined) status.currentVolumeAttributesClassName = v.spec.volumeAttributesClassName;
    else delete status.currentVolumeAttributesClassName;
  }
  return status;
}

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false;
  }
}
