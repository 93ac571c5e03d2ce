import { isNoProfile, seccompProfile, uses } from './baseline';
import type { Check, PodSpec } from './check';
import { containers, distinct, offenders, plural, quoted, setters } from './check';

const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];
/** The other types, by the order in which upstream asks for them: a volume is of the first. */
const OTHER_VOLUMES = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'gitRepo', 'nfs', 'iscsi', 'glusterfs', 'rbd', 'flexVolume', 'cinder', 'cephfs', 'flocker', 'fc',
  'azureFile', 'vsphereVolume', 'quobyte', 'azureDisk', 'photonPersistentDisk', 'portworxVolume', 'scaleIO', 'storageos',
];

export const allowPrivilegeEscalation: Check = (spec) => {
  const names = offenders(spec, (c) => c.securityContext?.allowPrivilegeEscalation !== false);
  return names.length ? { reason: 'allowPrivilegeEscalation != false', detail: `${containers(names)} must set securityContext.allowPrivilegeEscalation=false` } : undefined;
};

export const capabilities: Check = (spec) => {
  const keeping = offenders(spec, (c) => !c.securityContext?.capabilities?.drop?.includes('ALL'));
  const added: string[] = [];
  const adding = offenders(spec, (c) => {
    const other = (c.securityContext?.capabilities?.add ?? []).filter((n) => n !== 'NET_BIND_SERVICE');
    added.push(...other);
    return other.length > 0;
  });
  const details: string[] = [];
  if (keeping.length) details.push(`${containers(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length) details.push(`${containers(adding)} must not include ${quoted(distinct(added))} in securityContext.capabilities.add`);
  return details.length ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

export const volumeTypes: Check = (spec) => {
  const bad = (spec.volumes ?? []).filter((v) => !VOLUMES.some((t) => v[t] !== undefined));
  if (!bad.length) return undefined;
  const names = bad.map((v) => v.name);
  const types = distinct(bad.map((v) => OTHER_VOLUMES.find((t) => v[t] !== undefined) ?? 'unknown'));
  return { reason: 'restricted volume types', detail: `${plural('volume', names.length)} ${quoted(names)} ${uses(names)} ${plural('restricted volume type', types.length)} ${quoted(types)}` };
};

export const runAsNonRoot: Check = (spec) => {
  const reason = 'runAsNonRoot != true';
  const found = setters(spec, (s) => s.runAsNonRoot, (v) => !v);
  if (found) return { reason, detail: `${found.subject} must not set securityContext.runAsNonRoot=false` };
  if (spec.securityContext?.runAsNonRoot) return undefined;
  const silent = offenders(spec, (c) => c.securityContext?.runAsNonRoot === undefined);
  return silent.length ? { reason, detail: `pod or ${containers(silent)} must set securityContext.runAsNonRoot=true` } : undefined;
};

export const runAsUser: Check = (spec) => {
  const found = setters(spec, (s) => s.runAsUser, (id) => id === 0);
  return found && { reason: 'runAsUser=0', detail: `${found.subject} must not set runAsUser=0` };
};

export const seccompProfileSet: Check = (spec, metadata) => {
  const bad = seccompProfile(spec, metadata);
  if (bad) return bad;
  const ofPod = spec.securityContext?.seccompProfile;
  if (ofPod && !isNoProfile(ofPod.type)) return undefined;
  const silent = offenders(spec, (c) => c.securityContext?.seccompProfile === undefined);
  return silent.length ? { reason: 'seccompProfile', detail: `pod or ${containers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` } : undefined;
};

/** What Windows does not have cannot be asked of its pods. */
export function unlessWindows(check: Check): Check {
  return (spec: PodSpec, metadata) => (spec.os?.name === 'windows' ? undefined : check(spec, metadata));
}
