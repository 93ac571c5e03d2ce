import type { KubeObject } from '../../api/meta/object';
import { compareQuantity, quantityValue } from '../../api/quantity';
import { selectorFrom } from '../../api/selectors/label-selector';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/volume-types';

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The class that a claim asks for or a volume has; '' when there is none. */
export function classOf(o: PersistentVolume | PersistentVolumeClaim): string {
  return o.metadata.annotations?.[BETA_CLASS] ?? o.spec.storageClassName ?? '';
}

/** False for claims that take the default class; one that asks for '' has a class. */
export function hasClass(claim: PersistentVolumeClaim): boolean {
  return claim.metadata.annotations?.[BETA_CLASS] !== undefined || claim.spec.storageClassName !== undefined;
}

/** Whether the volume is bound to the claim, or reserved for it by name. */
export function isBoundTo(volume: PersistentVolume, claim: KubeObject): boolean {
  const ref = volume.spec.claimRef;
  if (!ref || ref.name !== claim.metadata.name || ref.namespace !== claim.metadata.namespace) return false;
  return !ref.uid || ref.uid === claim.metadata.uid;
}

export function sameMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem');
}

const hasModes = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (claim.spec.accessModes ?? []).every((m) => volume.spec.accessModes?.includes(m));

const sameAttributes = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (volume.spec.volumeAttributesClassName ?? '') === (claim.spec.volumeAttributesClassName ?? '');

const wanted = (claim: PersistentVolumeClaim): string => claim.spec.resources?.requests?.['storage'] ?? '0';
const size = (volume: PersistentVolume): string => volume.spec.capacity?.['storage'] ?? '0';

/** Why a claim cannot have the volume that it names; undefined: it can. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (quantityValue(size(volume)) < quantityValue(wanted(claim))) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if (!sameAttributes(volume, claim)) return 'volumeAttributesClassName does not match';
  if (!sameMode(volume, claim)) return 'incompatible volumeMode';
  if (!hasModes(volume, claim)) return 'incompatible accessMode';
  return undefined;
}

/**
 * The volume for a claim that names none: one that is reserved for it, or else the smallest free one that has all it asks for, among
 * those with the fewest access modes. `delay`: only reserved ones, because the scheduler is to choose.
 */
export function bestMatch(volumes: readonly PersistentVolume[], claim: PersistentVolumeClaim, delay: boolean): PersistentVolume | undefined {
  const selector = claim.spec.selector ? selectorFrom(claim.spec.selector) : undefined;
  let best: PersistentVolume | undefined;
  let reserved: PersistentVolume | undefined;
  for (const v of volumes) {
    if (v.spec.claimRef ? !isBoundTo(v, claim) : delay) continue;
    if (v.metadata.deletionTimestamp || compareQuantity(size(v), wanted(claim)) < 0) continue;
    if (!sameMode(v, claim) || !sameAttributes(v, claim) || !hasModes(v, claim)) continue;
    if (v.spec.claimRef) {
      if (!reserved || modes(v) < modes(reserved)) reserved = v;
      continue;
    }
    if (v.status.phase !== 'Available' || classOf(v) !== classOf(claim) || (selector && !selector.matches(v.metadata.labels))) continue;
    if (!best || modes(v) < modes(best) || (modes(v) === modes(best) && compareQuantity(size(v), size(best)) < 0)) best = v;
  }
  // Fewer modes come first even before a reservation.
  return reserved && best && modes(best) < modes(reserved) ? best : (reserved ?? best);
}

const modes = (v: PersistentVolume): number => v.spec.accessModes?.length ?? 0;
