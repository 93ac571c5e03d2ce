import type { KubeObject } from '../../api/meta/object';
import { PERSISTENT_VOLUME_CLAIMS } from '../../client/resources';
import type { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import { SKIP, unresolvable, unschedulable } from '../framework/verdict';

const DISK = unschedulable('node(s) had no available disk');
const ONCE = unschedulable('node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod');
const STATE = 'VolumeRestrictions';

interface Disk {
  readOnly?: boolean;
}
interface VolumeSpec {
  persistentVolumeClaim?: { claimName: string };
  gcePersistentDisk?: Disk & { pdName: string };
  awsElasticBlockStore?: { volumeID: string };
  iscsi?: Disk & { iqn: string };
  rbd?: Disk & { monitors: string[]; pool?: string; image: string };
}

/** Disks that only one node or pod can use at a time: a claim with ReadWriteOncePod in the whole cluster, some kinds of disk on a node. */
export function volumeRestrictions(x: PluginContext): SchedulerPlugin {
  const claims = x.caches.informer(PERSISTENT_VOLUME_CLAIMS);
  const inUse = (key: string): boolean => (x.cache.claims.get(key) ?? 0) > 0;
  return {
    name: 'VolumeRestrictions',
    requeueOn: [
      { on: 'assigned-pod/delete', when: (pod, e) => sharesVolume(pod, e.old!) },
      'node/add',
      { on: 'pvc/add', when: (pod, e) => e.now!.metadata.namespace === pod.namespace && pod.claims.includes(e.now!.metadata.name!) },
    ],
    preFilter(state, pod) {
      const volumes = volumesOf(pod.pod);
      if (!volumes.length) return SKIP;
      const once: string[] = [];
      for (const v of volumes) {
        if (!v.persistentVolumeClaim) continue;
        const key = `${pod.namespace}/${v.persistentVolumeClaim.claimName}`;
        const claim = claims.get(key);
        if (!claim) return unresolvable(`persistentvolumeclaim "${v.persistentVolumeClaim.claimName}" not found`);
        if ((claim['spec'].accessModes ?? []).includes('ReadWriteOncePod')) once.push(key);
      }
      const disks = volumes.filter(isDisk);
      if (!disks.length && !once.some(inUse)) return SKIP;
      state.set(STATE, { once, disks });
      return undefined;
    },
    filter(state, _, node) {
      const s = state.get<{ once: string[]; disks: VolumeSpec[] }>(STATE)!;
      if (s.disks.length && conflicts(s.disks, node)) return DISK;
      return s.once.some(inUse) ? ONCE : undefined;
    },
  };
}

function volumesOf(pod: KubeObject): VolumeSpec[] {
  return (pod['spec'].volumes ?? []) as VolumeSpec[];
}

function isDisk(v: VolumeSpec): boolean {
  return Boolean(v.gcePersistentDisk ?? v.awsElasticBlockStore ?? v.iscsi ?? v.rbd);
}

function conflicts(disks: readonly VolumeSpec[], node: NodeInfo): boolean {
  for (const p of node.pods) {
    for (const v of volumesOf(p.pod)) if (isDisk(v) && disks.some((d) => sameDisk(d, v))) return true;
  }
  return false;
}

/** Whether two volumes are the same disk and cannot both be used; most can when both only read. */
function sameDisk(a: VolumeSpec, b: VolumeSpec): boolean {
  const reading = (x?: Disk, y?: Disk): boolean => Boolean(x?.readOnly && y?.readOnly);
  if (a.gcePersistentDisk && a.gcePersistentDisk.pdName === b.gcePersistentDisk?.pdName) return !reading(a.gcePersistentDisk, b.gcePersistentDisk);
  if (a.awsElasticBlockStore && a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore?.volumeID) return true;
  if (a.iscsi && a.iscsi.iqn === b.iscsi?.iqn) return !reading(a.iscsi, b.iscsi);
  if (!a.rbd || !b.rbd) return false;
  const shared = a.rbd.monitors.some((m) => b.rbd!.monitors.includes(m));
  return shared && (a.rbd.pool ?? 'rbd') === (b.rbd.pool ?? 'rbd') && a.rbd.image === b.rbd.image && !reading(a.rbd, b.rbd);
}

function sharesVolume(pod: PodInfo, gone: KubeObject): boolean {
  if (gone.metadata.namespace === pod.namespace && volumesOf(gone).some((v) => v.persistentVolumeClaim && pod.claims.includes(v.persistentVolumeClaim.claimName))) return true;
  const disks = volumesOf(pod.pod).filter(isDisk);
  return disks.length > 0 && volumesOf(gone).some((v) => isDisk(v) && disks.some((d) => sameDisk(d, v)));
}
