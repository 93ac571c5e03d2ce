import type { ApiGroup } from '../../apiserver/registry/strategy';
import { csiDriver } from './csi-driver';
import { csiNode } from './csi-node';
import { csiStorageCapacity } from './csi-storage-capacity';
import { storageClass } from './storage-class';
import { volumeAttachment } from './volume-attachment';
import { volumeAttributesClass } from './volume-attributes-class';

/** storage.k8s.io: classes of storage, CSI drivers and what they report, attachments. */
export const storageGroup: ApiGroup = {
  name: 'storage.k8s.io',
  versions: ['v1'],
  resources: [csiDriver, csiNode, csiStorageCapacity, storageClass, volumeAttachment, volumeAttributesClass],
};
