import type { KubeObject, OwnerReference } from '../../api/meta/object';

/** What names an object: as an owner reference does, with the namespace. */
export interface Identity {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
  uid: string;
}

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

/** An object in the graph of owners and dependents. */
export class GraphNode {
  readonly dependents = new Set<GraphNode>();
  owners: readonly OwnerReference[] = [];
  beingDeleted = false;
  /** Its deletion waits for that of its dependents. */
  deletingDependents = false;

  constructor(
    public identity: Identity,
    /** Known only from references to it; whether it exists is not known yet. */
    public virtual: boolean,
  ) {}

  get uid(): string {
    return this.identity.uid;
  }

  /** Dependents without which it may not go. */
  blockingDependents(): GraphNode[] {
    return [...this.dependents].filter((d) => d.owners.some((r) => r.uid === this.uid && r.blockOwnerDeletion));
  }
}

export function identityOf(o: KubeObject, kind: { apiVersion: string; kind: string }): Identity {
  return { apiVersion: kind.apiVersion, kind: kind.kind, namespace: o.metadata.namespace, name: o.metadata.name!, uid: o.metadata.uid! };
}

/** The owner that a reference in an object of that namespace means, if the owner is namespaced. */
export function identityOfOwner(r: OwnerReference, namespace: string | undefined): Identity {
  return { apiVersion: r.apiVersion, kind: r.kind, namespace, name: r.name, uid: r.uid };
}

export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.uid === b.uid && sameCoordinates(a, b) && (a.namespace ?? '') === (b.namespace ?? '');
}

export function sameCoordinates(a: { apiVersion: string; kind: string; name: string }, b: { apiVersion: string; kind: string; name: string }): boolean {
  return a.name === b.name && a.kind === b.kind && a.apiVersion === b.apiVersion;
}

/** As Kubernetes prints it in events. */
export function formatIdentity(i: Identity): string {
  return `[${i.apiVersion}/${i.kind}, namespace: ${i.namespace ?? ''}, name: ${i.name}, uid: ${i.uid}]`;
}

/** Dependents whose reference to the owner agrees with this identity, and those with one that does not; one may be both. */
export function partition(dependents: Iterable<GraphNode>, owner: Identity): { matching: GraphNode[]; others: GraphNode[] } {
  const matching: GraphNode[] = [];
  const others: GraphNode[] = [];
  for (const d of dependents) {
    const refs = d.owners.filter((r) => r.uid === owner.uid);
    const wrongNamespace = owner.namespace !== undefined && owner.namespace !== d.identity.namespace;
    if (!wrongNamespace && refs.some((r) => sameCoordinates(r, owner))) matching.push(d);
    if (wrongNamespace || refs.some((r) => !sameCoordinates(r, owner))) others.push(d);
  }
  return { matching, others };
}

/** Another identity under which dependents know the owner: the next after this one in order, else the first. */
export function alternateIdentity(dependents: readonly GraphNode[], absent: Identity): Identity | undefined {
  const rank = (i: Identity): string => [i.kind, i.apiVersion, i.namespace ?? '', i.name, i.uid].join('\0');
  const known = new Map<string, Identity>();
  for (const d of dependents) {
    for (const r of d.owners) {
      if (r.uid !== absent.uid) continue;
      const clusterScoped = absent.namespace === undefined && sameCoordinates({ ...absent, name: '' }, { ...r, name: '' });
      const i = identityOfOwner(r, clusterScoped ? undefined : d.identity.namespace);
      if (!sameIdentity(i, absent)) known.set(rank(i), i);
    }
  }
  const order = [...known.keys()].sort();
  const next = order.find((k) => k > rank(absent)) ?? order[0];
  return next === undefined ? undefined : known.get(next);
}
