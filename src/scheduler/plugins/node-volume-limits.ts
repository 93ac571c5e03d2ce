import type { KubeObject } from '../../api/meta/object';
import { CSI_NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES, VOLUME_ATTACHMENTS } from '../../client/resources';
import type { NodeInfo } from '../cache/node-info';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import type { Verdict } from '../framework/verdict';
import { failed, SKIP, unresolvable, unschedulable } from '../framework/verdict';
import { classOf } from '../volumes/match-volume';
import { claimsOf, notMadeFor } from '../volumes/pod-claims';

const EXCEEDED = unschedulable('node(s) exceed max volume count');
const BY_NODE = 'spec.nodeName';

/** Volumes of a pod by what is unique to each, with the CSI driver that attaches it. */
type Volumes = Map<string, string>;

/**
 * A CSI driver can attach only so many volumes to a node: the counts of the node's CSINode (NodeVolumeLimits upstream). Volumes of in-tree
 * kinds are not counted: no driver takes their place here.
 */
export function nodeVolumeLimits(x: PluginContext): SchedulerPlugin {
  const claims = x.caches.informer(PERSISTENT_VOLUME_CLAIMS);
  const volumes = x.caches.informer(PERSISTENT_VOLUMES);
  const classes = x.caches.informer(STORAGE_CLASSES);
  const csiNodes = x.caches.informer(CSI_NODES);
  const attachments = x.caches.informer(VOLUME_ATTACHMENTS);
  attachments.addIndex(BY_NODE, (a) => [a['spec'].nodeName as string]);

  /** Adds the volume of a claim; one that is not bound yet is counted for the driver that will make it. */
  const addVolume = (claim: KubeObject, to: Volumes): void => {
    const volume = claim['spec'].volumeName ? volumes.get(claim['spec'].volumeName as string) : undefined;
    if (volume) {
      const csi = volume['spec'].csi as { driver: string; volumeHandle: string } | undefined;
      if (csi) to.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
      return;
    }
    const driver = classes.get(classOf(claim))?.['provisioner'] as string | undefined;
    if (driver) to.set(`${driver}/claim/${claim.metadata.namespace}/${claim.metadata.name}`, driver);
  };

  /** @param isNew the pod is the one to be placed, which cannot do without its claims */
  const collect = (pod: KubeObject, isNew: boolean, to: Volumes): Verdict | undefined => {
    for (const c of claimsOf(pod)) {
      const claim = claims.get(`${pod.metadata.namespace}/${c.name}`);
      if (!claim) {
        if (isNew) return unresolvable(`looking up PVC ${pod.metadata.namespace}/${c.name}: persistentvolumeclaim "${c.name}" not found`);
        continue;
      }
      const why = c.ephemeral ? notMadeFor(pod, claim) : undefined;
      if (why) return failed(new Error(why));
      addVolume(claim, to);
    }
    return undefined;
  };

  const onNode = (node: NodeInfo): Volumes | Verdict => {
    const attached: Volumes = new Map();
    for (const p of node.pods) {
      const v = p.claims.length ? collect(p.pod, false, attached) : undefined;
      if (v) return v;
    }
    // What is attached still, or already, without a pod.
    for (const a of attachments.byIndex(BY_NODE, node.name)) {
      const name = a['spec'].source?.persistentVolumeName as string | undefined;
      const csi = name ? (volumes.get(name)?.['spec'].csi as { volumeHandle: string } | undefined) : undefined;
      if (csi) attached.set(`${a['spec'].attacher}/${csi.volumeHandle}`, a['spec'].attacher as string);
    }
    return attached;
  };

  return {
    name: 'NodeVolumeLimits',
    requeueOn: [
      'csi-node/add',
      { on: 'csi-node/update', when: (_, e) => anyRaised(limitsOf(e.old!), limitsOf(e.now!)) },
      { on: 'assigned-pod/delete', when: (_, e) => claimsOf(e.old!).length > 0 },
      { on: 'pvc/add', when: (pod, e) => e.now!.metadata.namespace === pod.namespace && pod.claims.includes(e.now!.metadata.name!) },
      { on: 'volume-attachment/delete', when: (pod) => pod.claims.length > 0 },
    ],
    preFilter: (_, pod) => (pod.claims.length ? undefined : SKIP),
    filter(_, pod, node) {
      const wanted: Volumes = new Map();
      const missing = collect(pod.pod, true, wanted);
      if (missing) return missing;
      const csiNode = wanted.size ? csiNodes.get(node.name) : undefined;
      const limits = csiNode && limitsOf(csiNode);
      if (!limits?.size) return undefined;
      const attached = onNode(node);
      if ('code' in attached) return attached;
      const counts = new Map<string, number>();
      for (const driver of attached.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
      for (const [volume, driver] of wanted) {
        const limit = limits.get(driver);
        if (limit === undefined || attached.has(volume)) continue;
        const n = (counts.get(driver) ?? 0) + 1;
        if (n > limit) return EXCEEDED;
        counts.set(driver, n);
      }
      return undefined;
    },
  };
}

/** How many volumes each driver can attach to a node; drivers without a limit are absent. */
function limitsOf(csiNode: KubeObject): Map<string, number> {
  const limits = new Map<string, number>();
  for (const d of (csiNode['spec']?.drivers ?? []) as { name: string; allocatable?: { count?: number } }[]) {
    if (d.allocatable?.count !== undefined) limits.set(d.name, d.allocatable.count);
  }
  return limits;
}

function anyRaised(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): boolean {
  for (const [driver, n] of now) if (n > (before.get(driver) ?? 0)) return true;
  return false;
}
