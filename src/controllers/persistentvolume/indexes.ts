import type { Informer } from '../../client/informer';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/volume-types';
import { BIND_COMPLETED } from './annotations';
import { classOf, hasClass } from './match';

/** Volumes that nobody has claimed, by class. */
export const VOLUMES_BY_CLASS = 'free-by-class';
/** Volumes by the key of the claim that their claimRef names. */
export const VOLUMES_BY_CLAIM = 'by-claim';
/** Claims that have not been bound, by class; those that take the default one under NO_CLASS too. */
export const PENDING_BY_CLASS = 'pending-by-class';
export const NO_CLASS = '(default)';
/** Claims by the volume they name. */
export const CLAIMS_BY_VOLUME = 'by-volume';

export function addIndexes(volumes: Informer<PersistentVolume>, claims: Informer<PersistentVolumeClaim>): void {
  volumes.addIndex(VOLUMES_BY_CLASS, (v) => (v.spec.claimRef ? [] : [classOf(v)]));
  volumes.addIndex(VOLUMES_BY_CLAIM, (v) => (v.spec.claimRef ? [`${v.spec.claimRef.namespace}/${v.spec.claimRef.name}`] : []));
  claims.addIndex(PENDING_BY_CLASS, (c) => {
    if (c.metadata.annotations?.[BIND_COMPLETED] !== undefined) return [];
    return hasClass(c) ? [classOf(c)] : [classOf(c), NO_CLASS];
  });
  claims.addIndex(CLAIMS_BY_VOLUME, (c) => (c.spec.volumeName ? [c.spec.volumeName] : []));
}
