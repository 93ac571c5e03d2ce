import type { PodInfo } from '../cache/pod-info';

const NONE: readonly PodInfo[] = [];

/** Pods that wait for room being made on a node by preemption; others of no higher priority must not take that room. */
export class Nominator {
  private readonly byNode = new Map<string, PodInfo[]>();
  private readonly nodeOf = new Map<string, string>();
  private readonly withAntiAffinity = new Map<string, PodInfo>();

  get empty(): boolean {
    return this.nodeOf.size === 0;
  }

  forNode(nodeName: string): readonly PodInfo[] {
    return this.byNode.get(nodeName) ?? NONE;
  }

  /** The nominated pods that do not want certain others near: few, mostly none, among what may be thousands. */
  get antiAffine(): Iterable<PodInfo> {
    return this.withAntiAffinity.values();
  }

  of(uid: string): string | undefined {
    return this.nodeOf.get(uid);
  }

  /** Nominates the pod for a node; '' or undefined takes its nomination away. */
  set(pod: PodInfo, nodeName: string | undefined): void {
    this.delete(pod.uid);
    if (!nodeName) return;
    this.nodeOf.set(pod.uid, nodeName);
    if (pod.requiredAntiAffinity.length) this.withAntiAffinity.set(pod.uid, pod);
    const pods = this.byNode.get(nodeName);
    if (pods) pods.push(pod);
    else this.byNode.set(nodeName, [pod]);
  }

  delete(uid: string): void {
    const nodeName = this.nodeOf.get(uid);
    if (nodeName === undefined) return;
    this.nodeOf.delete(uid);
    this.withAntiAffinity.delete(uid);
    const rest = this.byNode.get(nodeName)!.filter((p) => p.uid !== uid);
    if (rest.length) this.byNode.set(nodeName, rest);
    else this.byNode.delete(nodeName);
  }
}
