import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';
import { newestFirst } from './newest-first';

const STORAGE_CLASSES = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' };
const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** DefaultStorageClass: a claim that names no class gets the default one, the newest when there are several. */
export class DefaultStorageClass implements AdmissionPlugin {
  readonly name = 'DefaultStorageClass';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return d.gvk.group === '' && d.plural === 'persistentvolumeclaims' && operation === 'CREATE' && subresource === undefined;
  }

  admit(r: AdmissionRequest): void {
    const claim = r.object!;
    if (claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[BETA_CLASS] !== undefined) return;
    const defaults = r.ctx.lookup.list(STORAGE_CLASSES).filter((c) => c.metadata.annotations?.[DEFAULT] === 'true');
    if (defaults.length) claim.spec.storageClassName = [...defaults].sort(newestFirst)[0]!.metadata.name;
  }
}
