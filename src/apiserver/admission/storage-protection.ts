import type { ResourceDefinition } from '../registry/strategy';
import type { AdmissionPlugin, AdmissionRequest, Operation } from './admission';

const FINALIZERS: Readonly<Record<string, string>> = {
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  '/persistentvolumes': 'kubernetes.io/pv-protection',
  'storage.k8s.io/volumeattributesclasses': 'kubernetes.io/vac-protection',
};

/** StorageObjectInUseProtection: volumes and claims get the finalizer that keeps them while they are used. */
export class StorageObjectInUseProtection implements AdmissionPlugin {
  readonly name = 'StorageObjectInUseProtection';

  handles(d: ResourceDefinition, operation: Operation, subresource: string | undefined): boolean {
    return operation === 'CREATE' && subresource === undefined && FINALIZERS[`${d.gvk.group}/${d.plural}`] !== undefined;
  }

  admit(r: AdmissionRequest): void {
    const finalizer = FINALIZERS[`${r.definition.gvk.group}/${r.definition.plural}`]!;
    const m = r.object!.metadata;
    if (!m.finalizers?.includes(finalizer)) m.finalizers = [...(m.finalizers ?? []), finalizer];
  }
}
