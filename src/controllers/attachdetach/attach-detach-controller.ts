import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { CSI_DRIVERS, NODES, PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, PODS, VOLUME_ATTACHMENTS } from '../../client/resources';
import type { WorkQueue } from '../../client/work-queue';
import type { Disposable } from '../../util/clock';
import { nodeReady } from '../shared/node';
import { claimKeysOf, indexByClaim, podsOfClaim } from '../shared/pod-claims';
import { isPodFinished } from '../shared/pod';
import type { Node, Pod } from '../shared/types';
import type { PersistentVolume, PersistentVolumeClaim } from '../shared/volume-types';
import { allowsManyNodes, attachmentName, csiOf, nodeVolumeName } from './attachments';
import type { VolumeAttachment } from './attachments';

const NODE = 'node:';
const VOLUME = 'volume:';
/** Nodes without it attach by themselves. */
const MANAGED = 'volumes.kubernetes.io/controller-managed-attach-detach';
/** A node that is not ready and says that it still uses a volume is believed for so long, in milliseconds. */
const UNMOUNT_PATIENCE = 6 * 60_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const BY_VOLUME = 'volume';
const BY_NODE = 'node';

type ManagedNode = Node & { status?: { volumesInUse?: string[]; volumesAttached?: { name: string; devicePath: string }[] } };

/** Has CSI volumes attached to the nodes whose pods use them, by VolumeAttachments that drivers act on, and detached afterwards. */
class AttachDetachController {
  private readonly pods: Informer<Pod>;
  private readonly claims: Informer<PersistentVolumeClaim>;
  private readonly volumes: Informer<PersistentVolume>;
  private readonly nodes: Informer<ManagedNode>;
  private readonly drivers: Informer;
  private readonly attachments: Informer<VolumeAttachment>;
  private readonly events: EventRecorder;
  /** Since when a volume is to leave a node, by attachment. */
  private readonly leaving = new Map<string, number>();
  /** Attachments that cannot be made since another node has the volume: told once. */
  private readonly told = new Set<string>();

  constructor(private readonly x: ComponentContext) {
    this.pods = x.caches.informer<Pod>(PODS);
    this.claims = x.caches.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
    this.volumes = x.caches.informer<PersistentVolume>(PERSISTENT_VOLUMES);
    this.nodes = x.caches.informer<ManagedNode>(NODES);
    this.drivers = x.caches.informer(CSI_DRIVERS);
    this.attachments = x.caches.informer<VolumeAttachment>(VOLUME_ATTACHMENTS);
    this.attachments.addIndex(BY_VOLUME, (a) => [a.spec.source.persistentVolumeName ?? '']);
    this.attachments.addIndex(BY_NODE, (a) => [a.spec.nodeName]);
    indexByClaim(this.pods);
    this.events = x.events.recorder('attachdetach-controller');
  }

  create(): Component {
    return new QueueComponent({
      ...this.x,
      name: 'persistentvolume-attach-detach-controller',
      setup: (queue) => this.subscribe(queue),
      reconcile: (key) => (key.startsWith(NODE) ? this.report(key.slice(NODE.length)) : this.sync(key.slice(VOLUME.length))),
    });
  }

  private subscribe(queue: WorkQueue): Disposable[] {
    const volume = (name: string | undefined): void => {
      if (name) queue.add(VOLUME + name);
    };
    const ofPod = (p: Pod): void => {
      if (p.spec.nodeName) for (const key of claimKeysOf(p)) volume(this.claims.get(key)?.spec.volumeName);
    };
    const ofNode = (n: KubeObject): void => {
      for (const a of this.attachments.byIndex(BY_NODE, n.metadata.name!)) volume(a.spec.source.persistentVolumeName);
    };
    const changed = (a: VolumeAttachment, old?: VolumeAttachment): void => {
      volume(a.spec.source.persistentVolumeName);
      queue.add(NODE + a.spec.nodeName);
      if (old) this.tell(a, old);
    };
    return [
      this.pods.subscribe({ added: ofPod, updated: ofPod, deleted: ofPod }),
      this.claims.subscribe({ added: (c) => volume(c.spec.volumeName), updated: (c) => volume(c.spec.volumeName), deleted: (c) => volume(c.spec.volumeName) }),
      this.volumes.subscribe({ added: (v) => volume(v.metadata.name), updated: (v) => volume(v.metadata.name) }),
      this.nodes.subscribe({
        updated: (n, old) => {
          if (!sameJson(n.status?.volumesInUse, old.status?.volumesInUse) || nodeReady(n) !== nodeReady(old) || !sameJson(n.spec.taints, old.spec.taints)) ofNode(n);
        },
        deleted: ofNode,
      }),
      this.drivers.subscribe({ added: (d) => this.volumes.list().forEach((v) => csiOf(v)?.driver === d.metadata.name && volume(v.metadata.name)) }),
      this.attachments.subscribe({ added: (a) => changed(a), updated: changed, deleted: (a) => changed(a) }),
    ];
  }

  /** Brings the attachments of one volume in line with the pods that use it. */
  private async sync(name: string): Promise<{ after?: number } | void> {
    const volume = this.volumes.get(name);
    const users = volume ? this.users(volume) : new Map<string, Pod[]>();
    const attached = this.attachments.byIndex(BY_VOLUME, name);
    let after: number | undefined;
    for (const a of attached) {
      if (users.has(a.spec.nodeName)) this.leaving.delete(a.metadata.name!);
      else if (!a.metadata.deletionTimestamp) after = Math.min(after ?? Infinity, await this.detach(a, volume)) || undefined;
    }
    if (volume) for (const [node, pods] of users) await this.attach(volume, node, pods, attached);
    return after === undefined || after === Infinity ? undefined : { after };
  }

  /** Pods that need the volume now, by node. */
  private users(volume: PersistentVolume): Map<string, Pod[]> {
    const users = new Map<string, Pod[]>();
    const csi = csiOf(volume);
    const ref = volume.spec.claimRef;
    if (!csi || !ref || this.drivers.get(csi.driver)?.['spec']?.attachRequired === false) return users;
    if (this.claims.get(`${ref.namespace}/${ref.name}`)?.spec.volumeName !== volume.metadata.name) return users;
    for (const p of podsOfClaim(this.pods, `${ref.namespace}/${ref.name}`)) {
      const node = p.spec.nodeName;
      if (!node || isOver(p) || this.nodes.get(node)?.metadata.annotations?.[MANAGED] !== 'true') continue;
      users.set(node, [...(users.get(node) ?? []), p]);
    }
    return users;
  }

  private async attach(volume: PersistentVolume, node: string, pods: readonly Pod[], attached: readonly VolumeAttachment[]): Promise<void> {
    const csi = csiOf(volume)!;
    const name = attachmentName(csi, node);
    const there = attached.find((a) => a.metadata.name === name);
    // One that goes must be gone before the volume can come again.
    if (there) return;
    if (attached.length > 0 && !allowsManyNodes(volume)) {
      if (!this.told.has(name)) this.refuse(volume, pods, attached);
      this.told.add(name);
      return;
    }
    this.told.delete(name);
    try {
      await this.x.client.create(VOLUME_ATTACHMENTS, {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'VolumeAttachment',
        metadata: { name },
        spec: { attacher: csi.driver, nodeName: node, source: { persistentVolumeName: volume.metadata.name } },
      });
    } catch (e) {
      if (!isReason(e, 'AlreadyExists')) throw e;
    }
  }

  private refuse(volume: PersistentVolume, pods: readonly Pod[], attached: readonly VolumeAttachment[]): void {
    const others = attached.flatMap((a) => podsOfClaim(this.pods, `${volume.spec.claimRef!.namespace}/${volume.spec.claimRef!.name}`).filter((p) => p.spec.nodeName === a.spec.nodeName && !isOver(p)));
    const why = others.length === 0 ? "Volume is already exclusively attached to one node and can't be attached to another" : `Volume is already used by pod(s) ${others.map((p) => p.metadata.name).join(', ')}`;
    for (const p of pods) this.events.event(p, 'Warning', 'FailedAttachVolume', `Multi-Attach error for volume "${volume.metadata.name}" ${why}`);
  }

  /** @returns milliseconds until it is worth another look; 0: done */
  private async detach(a: VolumeAttachment, volume: PersistentVolume | undefined): Promise<number> {
    const now = this.x.clock.monotonic();
    const since = this.leaving.get(a.metadata.name!) ?? now;
    this.leaving.set(a.metadata.name!, since);
    const node = this.nodes.get(a.spec.nodeName);
    const csi = volume && csiOf(volume);
    const mounted = csi !== undefined && (node?.status?.volumesInUse?.includes(nodeVolumeName(csi)) ?? false);
    if (mounted && !node!.spec.taints?.some((t) => t.key === OUT_OF_SERVICE)) {
      if (nodeReady(node!) === 'True') return Infinity;
      const left = since + UNMOUNT_PATIENCE - now;
      if (left > 0) return left;
    }
    // The node is told first, so that it does not mount it again meanwhile.
    if (node && csi) await this.writeAttached(node, (node.status?.volumesAttached ?? []).filter((v) => v.name !== nodeVolumeName(csi)));
    this.leaving.delete(a.metadata.name!);
    try {
      await this.x.client.delete(VOLUME_ATTACHMENTS, undefined, a.metadata.name!);
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
    return 0;
  }

  /** Says in the node's status what is attached to it. */
  private async report(name: string): Promise<void> {
    const node = this.nodes.get(name);
    if (!node) return;
    const names: string[] = [];
    for (const a of this.attachments.byIndex(BY_NODE, name)) {
      const volume = this.volumes.get(a.spec.source.persistentVolumeName ?? '');
      const csi = volume && csiOf(volume);
      if (csi && a.status?.attached && !a.metadata.deletionTimestamp && !this.leaving.has(a.metadata.name!)) names.push(nodeVolumeName(csi));
    }
    await this.writeAttached(node, names.sort().map((n) => ({ name: n, devicePath: '' })));
  }

  private async writeAttached(node: ManagedNode, attached: { name: string; devicePath: string }[]): Promise<void> {
    if (sameJson(node.status?.volumesAttached ?? [], attached)) return;
    try {
      await this.x.client.patch(NODES, undefined, node.metadata.name!, 'merge', { status: { volumesAttached: attached.length ? attached : null } }, { subresource: 'status' });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  /** Of success and failure the pods hear that wait. */
  private tell(a: VolumeAttachment, old: VolumeAttachment): void {
    const name = a.spec.source.persistentVolumeName ?? '';
    const failed = a.status?.attachError?.message;
    const succeeded = a.status?.attached === true && old.status?.attached !== true;
    if (!succeeded && (failed === undefined || failed === old.status?.attachError?.message)) return;
    const volume = this.volumes.get(name);
    for (const p of (volume && this.users(volume).get(a.spec.nodeName)) ?? []) {
      if (succeeded) this.events.event(p, 'Normal', 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume "${name}" `);
      else this.events.event(p, 'Warning', 'FailedAttachVolume', `AttachVolume.Attach failed for volume "${name}" : ${failed}`);
    }
  }
}

/** Its containers do not run any more, nor will they. */
function isOver(p: Pod): boolean {
  if (isPodFinished(p)) return true;
  return p.metadata.deletionTimestamp !== undefined && !!p.status?.containerStatuses?.length && p.status.containerStatuses.every((c) => c.state?.terminated !== undefined);
}

export function createAttachDetachController(x: ComponentContext): Component {
  return new AttachDetachController(x).create();
}
