import type { KubeObject } from '../../api/meta/object';
import type { LabelSelectorSpec } from '../../api/selectors/label-selector';
import type { ObjectReference } from '../../client/object-reference';

export interface PersistentVolume extends KubeObject {
  spec: {
    capacity?: Record<string, string>;
    accessModes?: string[];
    claimRef?: ObjectReference;
    persistentVolumeReclaimPolicy?: string;
    storageClassName?: string;
    volumeMode?: string;
    volumeAttributesClassName?: string;
    csi?: object;
    hostPath?: { path: string };
  } & Record<string, unknown>;
  status: { phase?: string; message?: string; reason?: string };
}

export interface PersistentVolumeClaim extends KubeObject {
  spec: {
    accessModes?: string[];
    selector?: LabelSelectorSpec;
    resources?: { requests?: Record<string, string> };
    volumeName?: string;
    storageClassName?: string;
    volumeMode?: string;
    volumeAttributesClassName?: string;
  } & Record<string, unknown>;
  status: {
    phase?: string;
    accessModes?: string[];
    capacity?: Record<string, string>;
    currentVolumeAttributesClassName?: string;
  } & Record<string, unknown>;
}

export interface StorageClass extends KubeObject {
  provisioner: string;
  volumeBindingMode?: string;
  reclaimPolicy?: string;
  mountOptions?: string[];
}
