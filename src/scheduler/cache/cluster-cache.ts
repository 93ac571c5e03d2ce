import type { KubeObject } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import { resizing } from '../framework/cluster-event';
import { NodeInfo } from './node-info';
import { interleaveZones, zoneOf } from './node-list';
import { NodeImages } from './node-images';
import { PodInfo } from './pod-info';
import { TopologyDomains } from './topology-domains';
import { TopologyIndex } from './topology-index';

/**
 * What the scheduler knows of nodes and of the pods on them. Pods are assumed on a node before the server knows; the server's word confirms
 * or corrects it. Nothing is copied for a scheduling cycle: cycles run to their end before the next change is taken.
 */
export class ClusterCache {
  readonly nodes = new Map<string, NodeInfo>();
  readonly domains = new TopologyDomains(() => this.list());
  readonly images = new NodeImages();
  readonly topology = new TopologyIndex((namespace) => this.placedIn(namespace));
  /** Pods on nodes by the claims that they use, as `namespace/claim`. */
  readonly claims = new Map<string, number>();
  /** Nodes with a PreferNoSchedule taint. */
  softTainted = 0;
  private readonly pods = new Map<string, PodInfo>();
  private readonly byNamespace = new Map<string, Set<PodInfo>>();
  private readonly assumed = new Set<string>();
  private ordered: NodeInfo[] | undefined;

  get sizes(): { nodes: number; pods: number; assumed: number } {
    return { nodes: this.nodes.size, pods: this.pods.size, assumed: this.assumed.size };
  }

  /** Nodes that exist, in the order in which they are to be tried. */
  list(): readonly NodeInfo[] {
    return (this.ordered ??= interleaveZones(this.nodes.values()));
  }

  setNode(node: KubeObject): NodeInfo {
    const name = node.metadata.name!;
    let info = this.nodes.get(name);
    if (!info) this.nodes.set(name, (info = new NodeInfo(name)));
    const isNew = info.node === undefined;
    const before = info.labels;
    const zone = zoneOf(info);
    if (info.softTaints.length) this.softTainted--;
    info.setNode(node);
    if (info.softTaints.length) this.softTainted++;
    this.images.set(info, node);
    const relabelled = isNew || (before !== info.labels && !sameJson(before, info.labels));
    if (isNew || zone !== zoneOf(info)) this.ordered = undefined;
    if (relabelled) {
      this.domains.relabelled(info, isNew ? undefined : before);
      this.topology.relabelled(info, before);
    }
    return info;
  }

  removeNode(name: string): void {
    const info = this.nodes.get(name);
    if (!info?.node) return;
    const before = info.labels;
    if (info.softTaints.length) this.softTainted--;
    this.images.remove(info);
    info.removeNode();
    this.ordered = undefined;
    this.domains.removed(before);
    this.topology.relabelled(info, before);
    if (info.pods.size === 0) this.nodes.delete(name);
  }

  /** Counts a pod on a node before the server has heard of it. */
  assume(p: PodInfo, nodeName: string): void {
    if (this.pods.has(p.uid)) throw new Error(`pod ${p.namespace}/${p.name} is already counted on node ${this.pods.get(p.uid)!.nodeName}`);
    this.assumed.add(p.uid);
    this.place(p, nodeName);
  }

  isAssumed(uid: string): boolean {
    return this.assumed.has(uid);
  }

  get(uid: string): PodInfo | undefined {
    return this.pods.get(uid);
  }

  /** Takes an assumed pod off its node again; a pod that the server has confirmed stays. */
  forget(p: PodInfo): boolean {
    if (!this.assumed.delete(p.uid)) return false;
    this.displace(this.pods.get(p.uid)!);
    return true;
  }

  /** A pod that the server says is on a node: new, confirmed or changed. */
  setPod(pod: KubeObject): void {
    const nodeName = pod['spec'].nodeName as string;
    const known = this.pods.get(pod.metadata.uid!);
    this.assumed.delete(pod.metadata.uid!);
    if (known && known.nodeName === nodeName && countsTheSame(known.pod, pod)) {
      known.pod = pod;
      return;
    }
    if (known) this.displace(known);
    this.place(new PodInfo(pod), nodeName);
  }

  removePod(uid: string): void {
    this.assumed.delete(uid);
    const known = this.pods.get(uid);
    if (known) this.displace(known);
  }

  /** Counts a pod on a node for a moment, to see what would be. */
  tryAdd(p: PodInfo, node: NodeInfo): void {
    node.add(p);
    this.topology.add(p, node);
    for (const c of p.claims) this.countClaim(`${p.namespace}/${c}`, 1);
  }

  tryRemove(p: PodInfo, node: NodeInfo): void {
    node.remove(p);
    this.topology.remove(p, node);
    for (const c of p.claims) this.countClaim(`${p.namespace}/${c}`, -1);
  }

  private countClaim(key: string, n: number): void {
    const sum = (this.claims.get(key) ?? 0) + n;
    if (sum === 0) this.claims.delete(key);
    else this.claims.set(key, sum);
  }

  private place(p: PodInfo, nodeName: string): void {
    let node = this.nodes.get(nodeName);
    if (!node) this.nodes.set(nodeName, (node = new NodeInfo(nodeName)));
    p.nodeName = nodeName;
    this.pods.set(p.uid, p);
    let siblings = this.byNamespace.get(p.namespace);
    if (!siblings) this.byNamespace.set(p.namespace, (siblings = new Set()));
    siblings.add(p);
    this.tryAdd(p, node);
  }

  private displace(p: PodInfo): void {
    const node = this.nodes.get(p.nodeName)!;
    this.tryRemove(p, node);
    this.pods.delete(p.uid);
    const siblings = this.byNamespace.get(p.namespace);
    siblings?.delete(p);
    if (siblings?.size === 0) this.byNamespace.delete(p.namespace);
    if (!node.node && node.pods.size === 0) this.nodes.delete(node.name);
    p.nodeName = '';
    if (p.hasAffinity) this.topology.sweep();
  }

  private *placedIn(namespace: string): Iterable<{ pod: PodInfo; node: NodeInfo }> {
    for (const pod of this.byNamespace.get(namespace) ?? []) yield { pod, node: this.nodes.get(pod.nodeName)! };
  }
}

/** Whether two versions of a pod weigh the same on a node, so that nothing has to be summed again. */
function countsTheSame(a: KubeObject, b: KubeObject): boolean {
  const x = a.metadata;
  const y = b.metadata;
  if (x.generation !== y.generation || (x.deletionTimestamp === undefined) !== (y.deletionTimestamp === undefined)) return false;
  if (x.labels !== y.labels && !sameJson(x.labels ?? {}, y.labels ?? {})) return false;
  return !resizing(a) && !resizing(b);
}
