import type { KubeObject, OwnerReference } from '../../api/meta/object';
import { sameJson } from '../../client/equality';
import type { EventRecorder } from '../../client/event-recorder';
import { LruMap } from '../../util/lru-map';
import type { Identity } from './node';
import { alternateIdentity, FOREGROUND, formatIdentity, GraphNode, identityOf, identityOfOwner, ORPHAN, partition, sameCoordinates, sameIdentity } from './node';

/** What the graph asks the collector to look at. */
export interface GraphQueue {
  delete(n: GraphNode): void;
  /** With a pause that grows, for owners of which only references are known. */
  deleteLater(n: GraphNode): void;
  orphan(n: GraphNode): void;
}

/** Who owns whom, by uid, as the informers tell it (GraphBuilder upstream). */
export class OwnerGraph {
  private readonly nodes = new Map<string, GraphNode>();
  private readonly absent = new LruMap<string, true>(500);

  constructor(
    private readonly queue: GraphQueue,
    private readonly events: EventRecorder,
  ) {}

  get(uid: string): GraphNode | undefined {
    return this.nodes.get(uid);
  }

  /** An owner that was looked for and is not there; uids do not come again. */
  isAbsent(r: OwnerReference, namespace: string | undefined): boolean {
    return this.absent.get(absentKey(identityOfOwner(r, undefined))) !== undefined || this.absent.get(absentKey(identityOfOwner(r, namespace))) !== undefined;
  }

  markAbsent(i: Identity): void {
    this.absent.set(absentKey(i), true);
  }

  /** An object was added, or changed when `old` is given. */
  observe(o: KubeObject, old: KubeObject | undefined, kind: { apiVersion: string; kind: string }): void {
    const owners = o.metadata.ownerReferences ?? [];
    let n = this.nodes.get(o.metadata.uid!);
    if (n?.virtual) this.materialize(n, identityOf(o, kind));
    if (!n) {
      n = new GraphNode(identityOf(o, kind), false);
      n.beingDeleted = o.metadata.deletionTimestamp !== undefined;
      n.deletingDependents = waitsFor(o, FOREGROUND);
      n.owners = owners;
      this.nodes.set(n.uid, n);
      this.link(n, owners);
    } else {
      if (n.owners !== owners && !sameJson(n.owners, owners)) this.relink(n, owners);
      if (o.metadata.deletionTimestamp) n.beingDeleted = true;
    }
    this.transitions(o, old, n);
  }

  /** An object is gone. */
  remove(o: KubeObject): void {
    const n = this.nodes.get(o.metadata.uid!);
    if (n) this.drop(n, n.identity);
  }

  /** The server does not know an object of this identity, which may not be the one that others mean by the uid. */
  removeUnseen(i: Identity): void {
    const n = this.nodes.get(i.uid);
    if (!n) return;
    const { matching, others } = partition(n.dependents, i);
    const same = sameIdentity(n.identity, i);
    if (n.virtual ? others.length === 0 : same) return this.drop(n, i);
    // Only those that mean just this object have lost their owner.
    if (matching.length > 0) this.markAbsent(i);
    for (const d of matching) this.queue.delete(d);
    if (!n.virtual || !same) return;
    const other = alternateIdentity(others, i);
    if (!other) return;
    n.identity = other;
    this.queue.deleteLater(n);
  }

  /** The object behind references has turned up. */
  private materialize(n: GraphNode, seen: Identity): void {
    n.virtual = false;
    if (sameIdentity(n.identity, seen)) return;
    n.identity = seen;
    for (const d of partition(n.dependents, seen).others) {
      if (seen.namespace !== undefined && d.identity.namespace !== seen.namespace) this.reportNamespace(d, seen.uid);
      this.queue.delete(d);
    }
  }

  private drop(n: GraphNode, known: Identity): void {
    this.nodes.delete(n.uid);
    this.unlink(n, n.owners);
    if (n.dependents.size > 0) this.markAbsent(known);
    for (const d of n.dependents) this.queue.delete(d);
    for (const r of n.owners) {
      const owner = this.nodes.get(r.uid);
      if (owner?.deletingDependents) this.queue.delete(owner);
    }
  }

  private link(n: GraphNode, refs: readonly OwnerReference[]): void {
    let doubtful = false;
    for (const r of refs) {
      const owner = this.nodes.get(r.uid);
      if (!owner) {
        const virtual = new GraphNode(identityOfOwner(r, n.identity.namespace), true);
        virtual.dependents.add(n);
        this.nodes.set(r.uid, virtual);
        this.queue.delete(virtual);
        continue;
      }
      owner.dependents.add(n);
      if (doubtful) continue;
      const elsewhere = owner.identity.namespace !== n.identity.namespace;
      if (owner.identity.namespace !== undefined && elsewhere) {
        if (!owner.virtual) this.reportNamespace(n, r.uid);
        doubtful = true;
      } else if (!sameCoordinates(r, owner.identity) || (elsewhere && owner.virtual)) doubtful = true;
    }
    if (doubtful) this.queue.delete(n);
  }

  private unlink(n: GraphNode, refs: readonly OwnerReference[]): void {
    for (const r of refs) this.nodes.get(r.uid)?.dependents.delete(n);
  }

  private relink(n: GraphNode, owners: readonly OwnerReference[]): void {
    const before = new Map(n.owners.map((r) => [r.uid, r]));
    const now = new Map(owners.map((r) => [r.uid, r]));
    const removed = n.owners.filter((r) => !now.has(r.uid));
    const unblocked = owners.filter((r) => before.get(r.uid)?.blockOwnerDeletion && !r.blockOwnerDeletion);
    for (const r of [...removed.filter((x) => x.blockOwnerDeletion), ...unblocked]) {
      const owner = this.nodes.get(r.uid);
      if (owner) this.queue.delete(owner);
    }
    n.owners = owners;
    this.link(n, owners.filter((r) => !before.has(r.uid)));
    this.unlink(n, removed);
  }

  private transitions(o: KubeObject, old: KubeObject | undefined, n: GraphNode): void {
    if (waitsFor(o, ORPHAN) && !(old && waitsFor(old, ORPHAN))) this.queue.orphan(n);
    else if (waitsFor(o, FOREGROUND) && !(old && waitsFor(old, FOREGROUND))) {
      n.deletingDependents = true;
      for (const d of n.dependents) this.queue.delete(d);
      this.queue.delete(n);
    }
  }

  private reportNamespace(n: GraphNode, ownerUid: string): void {
    const r = n.owners.find((x) => x.uid === ownerUid);
    if (!r) return;
    const owner = identityOfOwner(r, n.identity.namespace);
    this.events.event({ ...n.identity }, 'Warning', 'OwnerRefInvalidNamespace', `ownerRef ${formatIdentity(owner)} does not exist in namespace ${JSON.stringify(n.identity.namespace ?? '')}`);
  }
}

/** It is to be deleted, and this finalizer is what that waits for. */
export function waitsFor(o: KubeObject, finalizer: string): boolean {
  return o.metadata.deletionTimestamp !== undefined && (o.metadata.finalizers?.includes(finalizer) ?? false);
}

function absentKey(i: Identity): string {
  return [i.apiVersion, i.kind, i.namespace ?? '', i.name, i.uid].join('\0');
}
