import type { KubeObject } from '../../api/meta/object';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../../client/resources';
import type { PodInfo } from '../cache/pod-info';
import type { ClusterEvent } from '../framework/cluster-event';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import type { Verdict } from '../framework/verdict';
import { SKIP, unresolvable } from '../framework/verdict';
import { classOf } from '../volumes/match-volume';

const ELSEWHERE = unresolvable('node(s) had no available volume zone');
const STATE = 'VolumeZone';

/** Labels of volumes and nodes that say where they are; the older ones mean the same as the newer. */
const LABELS: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
};

type Places = { key: string; values: ReadonlySet<string> }[];

/** Volumes whose labels name a zone or region can be used only there. */
export function volumeZone(x: PluginContext): SchedulerPlugin {
  const claims = x.caches.informer(PERSISTENT_VOLUME_CLAIMS);
  const volumes = x.caches.informer(PERSISTENT_VOLUMES);
  const classes = x.caches.informer(STORAGE_CLASSES);

  const placesOf = (pod: KubeObject): Places | Verdict => {
    const places: Places = [];
    for (const v of (pod['spec'].volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[]) {
      const name = v.persistentVolumeClaim?.claimName;
      if (name === undefined) continue;
      const claim = claims.get(`${pod.metadata.namespace}/${name}`);
      if (!claim) return unresolvable(`persistentvolumeclaim "${name}" not found`);
      const volumeName = claim['spec'].volumeName as string | undefined;
      if (!volumeName) {
        const className = classOf(claim);
        if (!className) return unresolvable('PersistentVolumeClaim had no pv name and storageClass name');
        const found = classes.get(className);
        if (!found) return unresolvable(`storageclass.storage.k8s.io "${className}" not found`);
        if (found['volumeBindingMode'] === 'WaitForFirstConsumer') continue;
        return unresolvable('PersistentVolume had no name');
      }
      const volume = volumes.get(volumeName);
      if (!volume) return unresolvable(`persistentvolume "${volumeName}" not found`);
      for (const key of Object.keys(LABELS)) {
        const value = volume.metadata.labels?.[key];
        if (value !== undefined) places.push({ key, values: new Set(value.split('__')) });
      }
    }
    return places;
  };
  const claimed = (pod: PodInfo, e: ClusterEvent): boolean => e.now!.metadata.namespace === pod.namespace && pod.claims.includes(e.now!.metadata.name!);

  return {
    name: 'VolumeZone',
    requeueOn: ['storage-class/add', 'node/add', 'node/label', { on: 'pvc/add', when: claimed }, { on: 'pvc/update', when: claimed }, 'pv/add', 'pv/update'],
    preFilter(state, pod) {
      if (!pod.claims.length) return SKIP;
      const places = placesOf(pod.pod);
      if (!Array.isArray(places)) return places;
      if (!places.length) return SKIP;
      state.set(STATE, places);
      return undefined;
    },
    filter(state, _, node) {
      if (!Object.keys(LABELS).some((k) => k in node.labels)) return undefined;
      for (const p of state.get<Places>(STATE)!) {
        const value = node.labels[p.key] ?? node.labels[LABELS[p.key]!];
        if (value === undefined || !p.values.has(value)) return ELSEWHERE;
      }
      return undefined;
    },
  };
}
