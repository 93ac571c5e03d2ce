import { isReason } from '../../api/errors/status-error';
import type { KubeObject, OwnerReference } from '../../api/meta/object';
import type { Client, DeleteOptions } from '../../client/client';
import { sameJson } from '../../client/equality';
import type { AllResources, ServedResource } from '../shared/all-resources';
import type { GraphQueue, OwnerGraph } from './graph';
import { waitsFor } from './graph';
import type { GraphNode, Identity } from './node';
import { FOREGROUND, identityOfOwner, ORPHAN } from './node';

/** A reference that can never be resolved; trying again is no use. */
class UnresolvableOwner extends Error {}

type Policy = NonNullable<DeleteOptions['propagationPolicy']>;

/** Deletes what has lost its owners, and serves the finalizers orphan and foregroundDeletion. */
export class Collector {
  constructor(
    private readonly client: Client,
    private readonly all: AllResources,
    private readonly graph: OwnerGraph,
    private readonly queue: GraphQueue,
  ) {}

  /** Looks at one object. `again`: it is known from references only, and must be looked at until an informer has seen it. */
  async look(n: GraphNode): Promise<{ again: boolean }> {
    if (n.beingDeleted && !n.deletingDependents) return { again: false };
    let latest: KubeObject | undefined;
    try {
      latest = await this.get(n.identity);
      if (!latest || latest.metadata.uid !== n.uid) {
        this.graph.removeUnseen(n.identity);
        return { again: false };
      }
      if (n.deletingDependents) await this.finishForeground(n);
      else if (latest.metadata.ownerReferences?.length) await this.collect(n, latest, latest.metadata.ownerReferences);
    } catch (e) {
      if (e instanceof UnresolvableOwner) return { again: false };
      if (!isReason(e, 'NotFound')) throw e;
      this.graph.removeUnseen(n.identity);
      return { again: false };
    }
    return { again: n.virtual };
  }

  /** Takes the owner out of its dependents, then lets it go. */
  async orphan(owner: GraphNode): Promise<void> {
    await all([...owner.dependents].map((d) => this.dropOwners(d, [owner.uid])));
    await this.removeFinalizer(owner, ORPHAN);
  }

  private async collect(n: GraphNode, latest: KubeObject, refs: readonly OwnerReference[]): Promise<void> {
    const solid: OwnerReference[] = [];
    const dangling: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    for (const r of refs) {
      const owner = await this.owner(r, n);
      (owner === undefined ? dangling : waitsFor(owner, FOREGROUND) ? waiting : solid).push(r);
    }
    if (solid.length > 0) {
      // Still owned; but an owner that waits for its dependents must not wait for this one.
      if (dangling.length + waiting.length > 0) await this.dropOwners(n, [...dangling, ...waiting].map((r) => r.uid));
      return;
    }
    let policy: Policy = latest.metadata.finalizers?.includes(ORPHAN) ? 'Orphan' : latest.metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background';
    if (waiting.length > 0 && n.dependents.size > 0) {
      // A dependent that waits as well may be part of a circle: what waits for each other must not block.
      if ([...n.dependents].some((d) => d.deletingDependents)) latest = await this.unblockOwners(n, latest);
      policy = 'Foreground';
    }
    await this.delete(n.identity, latest, policy);
  }

  private async finishForeground(n: GraphNode): Promise<void> {
    const blocking = n.blockingDependents();
    if (blocking.length === 0) return this.removeFinalizer(n, FOREGROUND);
    for (const d of blocking) if (!d.deletingDependents) this.queue.delete(d);
  }

  /** The owner that a reference means, as stored now; undefined when there is none. */
  private async owner(r: OwnerReference, n: GraphNode): Promise<KubeObject | undefined> {
    if (this.graph.isAbsent(r, n.identity.namespace)) return undefined;
    const resource = this.resource(r);
    if (resource.namespaced && n.identity.namespace === undefined) throw new UnresolvableOwner();
    const identity = identityOfOwner(r, resource.namespaced ? n.identity.namespace : undefined);
    const found = await this.get(identity);
    if (found?.metadata.uid === r.uid) return found;
    this.graph.markAbsent(identity);
    return undefined;
  }

  private async get(i: Identity): Promise<KubeObject | undefined> {
    const r = this.resource(i);
    if (r.namespaced && i.namespace === undefined) throw new UnresolvableOwner();
    try {
      return await this.client.get(r.gvr, r.namespaced ? i.namespace : undefined, i.name);
    } catch (e) {
      if (isReason(e, 'NotFound')) return undefined;
      throw e;
    }
  }

  /** Only while it is as it was judged; changes that leave its owners alone do not count. */
  private async delete(i: Identity, judged: KubeObject, policy: Policy): Promise<void> {
    const r = this.resource(i);
    const namespace = r.namespaced ? i.namespace : undefined;
    try {
      await this.client.delete(r.gvr, namespace, i.name, { propagationPolicy: policy, preconditions: { uid: i.uid, resourceVersion: judged.metadata.resourceVersion } });
    } catch (e) {
      if (!isReason(e, 'Conflict')) throw e;
      const now = await this.client.get(r.gvr, namespace, i.name);
      if (now.metadata.uid !== i.uid || !sameJson(now.metadata.ownerReferences, judged.metadata.ownerReferences)) throw e;
      await this.client.delete(r.gvr, namespace, i.name, { propagationPolicy: policy, preconditions: { uid: i.uid } });
    }
  }

  private async dropOwners(n: GraphNode, uids: readonly string[]): Promise<void> {
    try {
      await this.changeOwners(n, (refs) => refs.filter((r) => !uids.includes(r.uid)));
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  private unblockOwners(n: GraphNode, latest: KubeObject): Promise<KubeObject> {
    return this.changeOwners(n, (refs) => refs.map((r) => (r.blockOwnerDeletion ? { ...r, blockOwnerDeletion: false } : r)), latest);
  }

  /** A merge patch of the whole list under its version: it works for every kind, custom ones too. */
  private async changeOwners(n: GraphNode, change: (refs: readonly OwnerReference[]) => OwnerReference[], known?: KubeObject): Promise<KubeObject> {
    const r = this.resource(n.identity);
    const namespace = r.namespaced ? n.identity.namespace : undefined;
    for (let tries = 0; ; tries++) {
      const now = tries === 0 && known ? known : await this.client.get(r.gvr, namespace, n.identity.name);
      if (now.metadata.uid !== n.uid) return now;
      const before = now.metadata.ownerReferences ?? [];
      const ownerReferences = change(before);
      if (sameJson(before, ownerReferences)) return now;
      const { uid, resourceVersion } = now.metadata;
      try {
        return await this.client.patch(r.gvr, namespace, n.identity.name, 'merge', { metadata: { uid, resourceVersion, ownerReferences } });
      } catch (e) {
        if (!isReason(e, 'Conflict') || tries === 4) throw e;
      }
    }
  }

  private async removeFinalizer(n: GraphNode, finalizer: string): Promise<void> {
    const r = this.resource(n.identity);
    const namespace = r.namespaced ? n.identity.namespace : undefined;
    for (let tries = 0; ; tries++) {
      const now = await this.get(n.identity);
      if (!now || now.metadata.uid !== n.uid || !now.metadata.finalizers?.includes(finalizer)) return;
      const finalizers = now.metadata.finalizers.filter((f) => f !== finalizer);
      try {
        await this.client.patch(r.gvr, namespace, n.identity.name, 'merge', { metadata: { resourceVersion: now.metadata.resourceVersion, finalizers } });
        return;
      } catch (e) {
        if (isReason(e, 'NotFound')) return;
        if (!isReason(e, 'Conflict') || tries === 4) throw e;
      }
    }
  }

  private resource(i: { apiVersion: string; kind: string }): ServedResource {
    const r = this.all.ofKind(i.apiVersion, i.kind);
    if (!r) throw new Error(`unable to get REST mapping for ${i.apiVersion}/${i.kind}`);
    return r;
  }
}

/** Waits for all; throws the first failure. */
async function all(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((r) => r.status === 'rejected');
  if (failed) throw failed.reason;
}
