import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import { compareQuantity } from '../../api/quantity';
import type { Client } from '../../client/client';
import type { Caches, Informer } from '../../client/informer';
import { NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../client/resources';
import type { Clock } from '../../util/clock';
import type { NodeInfo } from '../cache/node-info';
import type { Shared } from '../framework/shared';
import { AssumeCache } from './assume-cache';
import { bindTo, classOf, findVolume, isBound, reachable, SELECTED_NODE, sizeOf } from './match-volume';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** The claims of a pod by what is to be done about them. */
export interface ClaimSets {
  bound: KubeObject[];
  /** Not bound, and to be bound before the pod gets a node. */
  immediate: KubeObject[];
  /** To be bound when the pod has a node. */
  delayed: KubeObject[];
}

/** What has to be written so that a pod has its volumes on a node. */
export interface BindingPlan {
  bindings: { volume: KubeObject; claim: KubeObject }[];
  /** Claims to be provisioned for on the node. */
  provisions: KubeObject[];
}

export type NodeAnswer = { plan: BindingPlan } | { reasons: string[] };

/** Finds volumes for the claims of pods on their nodes, and binds them (the volume binder upstream). */
export class VolumeBinder {
  readonly claims: AssumeCache;
  readonly volumes: AssumeCache;
  private readonly classes: Informer;

  constructor(
    private readonly client: Client,
    private readonly caches: Caches,
    private readonly clock: Clock,
    /** Milliseconds after which binding is given up. */
    private readonly timeout: number,
    /** What binders of other profiles take for made is so for this one. */
    shared: Shared,
  ) {
    this.claims = shared('volume-binder/claims', () => new AssumeCache(caches.informer(PERSISTENT_VOLUME_CLAIMS)));
    this.volumes = shared('volume-binder/volumes', () => new AssumeCache(caches.informer(PERSISTENT_VOLUMES)));
    this.classes = caches.informer(STORAGE_CLASSES);
  }

  classify(claims: readonly KubeObject[]): ClaimSets {
    const sets: ClaimSets = { bound: [], immediate: [], delayed: [] };
    for (const c of claims) {
      const waits = this.classes.get(classOf(c))?.['volumeBindingMode'] === 'WaitForFirstConsumer';
      if (isBound(c)) sets.bound.push(c);
      else if (waits && !c['spec'].volumeName) sets.delayed.push(c);
      else sets.immediate.push(c);
    }
    return sets;
  }

  /** Whether the pod's volumes can be had on a node, and what that takes; or why not. */
  check(sets: ClaimSets, node: NodeInfo): NodeAnswer {
    const reasons: string[] = [];
    for (const c of sets.bound) {
      const volume = this.volumes.get(c['spec'].volumeName as string);
      if (!volume) reasons.push('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
      else if (!reachable(volume, node)) reasons.push("node(s) didn't match PersistentVolume's node affinity");
      if (reasons.length) break;
    }
    const plan = this.plan(sets.delayed, node);
    if (!plan) reasons.push("node(s) didn't find available persistent volumes to bind");
    return reasons.length || !plan ? { reasons } : { plan };
  }

  /** Takes a plan for carried out. */
  assume(plan: BindingPlan, nodeName: string): BindingPlan {
    const bindings = plan.bindings.map(({ volume, claim }) => ({ volume: bindTo(volume, claim), claim }));
    const provisions = plan.provisions.map((c) => ({ ...c, metadata: { ...c.metadata, annotations: { ...c.metadata.annotations, [SELECTED_NODE]: nodeName } } }));
    for (const b of bindings) this.volumes.assume(b.volume);
    for (const c of provisions) this.claims.assume(c);
    return { bindings, provisions };
  }

  revert(plan: BindingPlan): void {
    for (const b of plan.bindings) this.volumes.restore(b.volume);
    for (const c of plan.provisions) this.claims.restore(c);
  }

  /**
   * Writes an assumed plan and waits until the controller has bound everything.
   * @throws Error when it is undone, or takes too long
   */
  async bind(pod: KubeObject, nodeName: string, plan: BindingPlan): Promise<void> {
    for (const b of plan.bindings) await this.client.update(PERSISTENT_VOLUMES, b.volume);
    for (const c of plan.provisions) await this.client.update(PERSISTENT_VOLUME_CLAIMS, c);
    await this.until(() => this.isDone(pod, nodeName, plan));
  }

  private plan(delayed: readonly KubeObject[], node: NodeInfo): BindingPlan | undefined {
    const plan: BindingPlan = { bindings: [], provisions: [] };
    const taken = new Set<string>();
    const open: KubeObject[] = [];
    for (const c of delayed) {
      const selected = c.metadata.annotations?.[SELECTED_NODE];
      if (selected === undefined) open.push(c);
      else if (selected !== node.name) return undefined;
      else plan.provisions.push(c);
    }
    for (const c of open.sort((a, b) => compareQuantity(sizeOf(a), sizeOf(b)))) {
      const volume = findVolume(c, this.volumes.list(), node, taken);
      if (volume) {
        taken.add(volume.metadata.name!);
        plan.bindings.push({ volume, claim: c });
      } else plan.provisions.push(c);
    }
    return plan.provisions.every((c) => this.canProvision(c, node)) ? plan : undefined;
  }

  private canProvision(claim: KubeObject, node: NodeInfo): boolean {
    const found = this.classes.get(classOf(claim));
    const provisioner = found?.['provisioner'] as string | undefined;
    if (!found || !provisioner || provisioner === NO_PROVISIONER) return false;
    const topologies = (found['allowedTopologies'] ?? []) as { matchLabelExpressions?: { key: string; values: string[] }[] }[];
    if (!topologies.length) return true;
    return topologies.some((t) => (t.matchLabelExpressions ?? []).every((e) => node.labels[e.key] !== undefined && e.values.includes(node.labels[e.key]!)));
  }

  private isDone(pod: KubeObject, nodeName: string, plan: BindingPlan): boolean {
    if (!this.caches.informer(PODS).get(keyOf(pod))) throw new Error(`pod does not exist any more: pod "${pod.metadata.name}" not found`);
    if (!this.caches.informer(NODES).get(nodeName)) throw new Error(`failed to get node "${nodeName}": node "${nodeName}" not found`);
    for (const b of plan.bindings) {
      const volume = this.volumes.informer.get(b.volume.metadata.name!);
      if (!volume?.['spec'].claimRef?.uid) throw new Error(`ClaimRef got reset for pv "${b.volume.metadata.name}"`);
      if (!this.boundNow(b.claim)) return false;
    }
    for (const c of plan.provisions) {
      const claim = this.claims.informer.get(keyOf(c));
      if (!claim) throw new Error(`failed to check provisioning pvc: could not find object "${keyOf(c)}"`);
      if (claim.metadata.annotations?.[SELECTED_NODE] !== nodeName) throw new Error(`provisioning failed for PVC "${claim.metadata.name}"`);
      if (!isBound(claim)) return false;
    }
    return true;
  }

  private boundNow(claim: KubeObject): boolean {
    const now = this.claims.informer.get(keyOf(claim));
    if (!now) throw new Error(`failed to check binding: could not find object "${keyOf(claim)}"`);
    return isBound(now);
  }

  /** Resolves when `done` says so; it is asked again whenever a claim or volume changes. */
  private async until(done: () => boolean): Promise<void> {
    if (done()) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (e?: Error): void => {
        for (const s of subscriptions) s.dispose();
        timer.dispose();
        if (e) reject(e);
        else resolve();
      };
      const look = (): void => {
        try {
          if (done()) finish();
        } catch (e) {
          finish(e as Error);
        }
      };
      const timer = this.clock.after(this.timeout, () => finish(new Error('binding volumes: context deadline exceeded')));
      // What is there already has just been looked at.
      let begun = false;
      const handler = { added: () => begun && look(), updated: look, deleted: look };
      const subscriptions = [this.claims.informer.subscribe(handler), this.volumes.informer.subscribe(handler)];
      begun = true;
    });
  }
}
