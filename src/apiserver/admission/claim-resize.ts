import type { KubeObject } from '../../api/meta/object';
import { compareQuantity } from '../../api/quantity';
import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { refusal } from './refusal';

const STORAGE_CLASSES = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' };
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** PersistentVolumeClaimResize: a claim may only ask for more once it is bound, and when its storage class allows to grow. */
export class PersistentVolumeClaimResize implements AdmissionPlugin {
  readonly name = 'PersistentVolumeClaimResize';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === '' && d.plural === 'persistentvolumeclaims' && operation === 'UPDATE' && subresource === undefined;
  }

  validate(r: AdmissionRequest): void {
    const [claim, old] = [r.object!, r.old!];
    if (compareQuantity(storageOf(claim), storageOf(old)) <= 0) return;
    if (old['status']?.phase !== 'Bound') throw refusal(r, 'Only bound persistent volume claims can be expanded');
    const name = classOf(claim);
    const growing = name && name === classOf(old) && r.ctx.lookup.get(STORAGE_CLASSES, undefined, name)?.['allowVolumeExpansion'] === true;
    if (!growing) throw refusal(r, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
  }
}

function storageOf(claim: KubeObject): string {
  return (claim['spec'].resources?.requests?.storage as string | undefined) ?? '0';
}

function classOf(claim: KubeObject): string | undefined {
  return claim.metadata.annotations?.[BETA_CLASS] ?? (claim['spec'].storageClassName as string | undefined);
}
