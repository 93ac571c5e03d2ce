import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/meta/object';
import type { PersistentVolume } from '../shared/volume-types';

export interface VolumeAttachment extends KubeObject {
  spec: { attacher: string; nodeName: string; source: { persistentVolumeName?: string } };
  status?: { attached?: boolean; attachError?: { message?: string }; detachError?: { message?: string } };
}

export interface CsiSource {
  driver: string;
  volumeHandle: string;
}

export function csiOf(v: PersistentVolume): CsiSource | undefined {
  return v.spec.csi as CsiSource | undefined;
}

/** The one name under which a volume is attached to a node. */
export function attachmentName(csi: CsiSource, node: string): string {
  return `csi-${createHash('sha256').update(csi.volumeHandle + csi.driver + node).digest('hex')}`;
}

/** How nodes name the volume in their status. */
export function nodeVolumeName(csi: CsiSource): string {
  return `kubernetes.io/csi/${csi.driver}^${csi.volumeHandle}`;
}

/** More than one node may have the volume at a time. */
export function allowsManyNodes(v: PersistentVolume): boolean {
  const modes = v.spec.accessModes ?? [];
  return modes.length === 0 || modes.some((m) => m === 'ReadWriteMany' || m === 'ReadOnlyMany');
}
