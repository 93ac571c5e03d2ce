import { parseTime } from '../../api/meta/time';
import type { StorageClass } from '../shared/volume-types';

const DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** In-tree provisioners whose work CSI drivers have taken over. */
const MIGRATED: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/aws-ebs', 'ebs.csi.aws.com'],
  ['kubernetes.io/azure-disk', 'disk.csi.azure.com'],
  ['kubernetes.io/azure-file', 'file.csi.azure.com'],
  ['kubernetes.io/cinder', 'cinder.csi.openstack.org'],
  ['kubernetes.io/gce-pd', 'pd.csi.storage.gke.io'],
  ['kubernetes.io/portworx-volume', 'pxd.portworx.com'],
  ['kubernetes.io/vsphere-volume', 'csi.vsphere.vmware.com'],
]);

export function isDefaultClass(c: StorageClass): boolean {
  return DEFAULT.some((a) => c.metadata.annotations?.[a] === 'true');
}

/** The newest of the classes marked as default, by name when of the same age. */
export function defaultClass(classes: readonly StorageClass[]): StorageClass | undefined {
  const age = (c: StorageClass): number => parseTime(c.metadata.creationTimestamp ?? '');
  return classes.filter(isDefaultClass).sort((a, b) => age(b) - age(a) || (a.metadata.name! < b.metadata.name! ? -1 : 1))[0];
}

/** Who makes volumes of the class outside of the cluster's own components; undefined: nobody. */
export function provisionerOf(c: StorageClass): string | undefined {
  return MIGRATED.get(c.provisioner) ?? (c.provisioner.startsWith('kubernetes.io/') ? undefined : c.provisioner);
}
