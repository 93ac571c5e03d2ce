import { defaultPullPolicy } from './image-tag';
import type { Raw } from './raw';
import { defaultResources } from './resource-defaults';

const MODE_0644 = 0o644;

/** Defaults of one volume of a pod; a volume without any source becomes an emptyDir. */
export function defaultVolume(v: Raw): void {
  let source = '';
  for (const key in v) {
    if (key === 'name') continue;
    source = key;
    const s = v[key] as Raw;
    if (s !== null && typeof s === 'object') defaultSource(key, s);
  }
  if (!source) v.emptyDir = {};
}

function defaultSource(kind: string, s: Raw): void {
  switch (kind) {
    case 'secret':
    case 'configMap':
      s.defaultMode ??= MODE_0644;
      return;
    case 'downwardAPI':
      s.defaultMode ??= MODE_0644;
      for (const item of (s.items as Raw[] | undefined) ?? []) defaultFieldRef(item.fieldRef);
      return;
    case 'projected':
      s.defaultMode ??= MODE_0644;
      for (const source of (s.sources as Raw[] | undefined) ?? []) defaultProjection(source);
      return;
    case 'hostPath':
      s.type ??= '';
      return;
    case 'ephemeral':
      if (s.volumeClaimTemplate) defaultClaimSpec((s.volumeClaimTemplate as Raw).spec);
      return;
    case 'image':
      s.pullPolicy ||= defaultPullPolicy(s.reference);
      return;
    default:
      defaultLegacySource(kind, s);
  }
}

/** Sources whose defaults persistent volumes share. `kind` is the field's name. */
export function defaultLegacySource(kind: string, s: Raw): void {
  switch (kind) {
    case 'hostPath':
      s.type ??= '';
      return;
    case 'iscsi':
      s.iscsiInterface ||= 'default';
      return;
    case 'rbd':
      s.pool ||= 'rbd';
      s.user ||= 'admin';
      s.keyring ||= '/etc/ceph/keyring';
      return;
    case 'azureDisk':
      s.cachingMode ??= 'ReadWrite';
      s.fsType ??= 'ext4';
      s.readOnly ??= false;
      s.kind ??= 'Shared';
      return;
    case 'scaleIO':
      s.storageMode ||= 'ThinProvisioned';
      s.fsType ||= 'xfs';
      return;
    default:
  }
}

function defaultProjection(source: Raw): void {
  // the ClusterTrustBundleProjection gate is off: the field is dropped like an unknown one
  if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
  for (const item of (source.downwardAPI?.items as Raw[] | undefined) ?? []) defaultFieldRef(item.fieldRef);
}

/** apiVersion of an ObjectFieldSelector. */
export function defaultFieldRef(ref: Raw | undefined): void {
  if (ref) ref.apiVersion ||= 'v1';
}

/** Defaults of a PersistentVolumeClaimSpec, in a claim or in a template for one. */
export function defaultClaimSpec(spec: Raw | undefined): void {
  if (!spec) return;
  spec.volumeMode ??= 'Filesystem';
  defaultResources(spec.resources);
}
