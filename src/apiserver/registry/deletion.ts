import { StatusError, conflict } from '../../api/errors/status-error';
import type { GroupResource, Status } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { formatTime } from '../../api/meta/time';
import type { Cached } from '../../storage/watch-cache/watch-cache';
import { sameJson } from './equality';
import { Entry } from './entry';
import type { Registry } from './registry';
import type { Ctx } from './strategy';

/** metav1.DeleteOptions after validation. */
export interface DeletionOptions {
  gracePeriodSeconds?: number;
  uid?: string;
  resourceVersion?: string;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  orphanDependents?: boolean;
}

/** What came of a delete: the object as it now stands or last stood. */
export interface Deletion {
  cached: Cached;
  /** Nothing is left in the store. */
  gone: boolean;
}

/**
 * Deletes one object as registry/generic/registry.Store.Delete does: preconditions, grace, finalizers of the garbage
 * collector, and the removal itself when nothing holds the object.
 * `validate` is validating admission. @throws NotFound, Conflict
 */
export async function deleteObject(r: Registry, c: Ctx, name: string, options: DeletionOptions, validate?: (old: KubeObject) => void | Promise<void>): Promise<Deletion> {
  for (;;) {
    const current = r.get(c.namespace, name, c.resource);
    const pending = validate?.(current.object);
    if (pending) await pending;
    const done = await deleteOnce(r, c, name, current, options);
    if (done) return done;
  }
}

async function deleteOnce(r: Registry, c: Ctx, name: string, current: Cached, options: DeletionOptions): Promise<Deletion | undefined> {
  checkPreconditions(r, c, name, current.object, options);
  const strategy = r.definition.strategy;
  if (strategy.deletionBlocked) {
    const marked = await markNamespace(r, c, current);
    if (!marked || c.dryRun || strategy.deletionBlocked(current.object)) return marked;
    current = marked.cached;
  }
  const grace = gracefully(r, c, current.object, options);
  if (grace === 'pending') return { cached: current, gone: false };
  const finalizers = finalizersAfter(r, current.object, options);
  const held = !!(finalizers ?? current.object.metadata.finalizers)?.length;
  if (grace === undefined && !held && !finalizers) return removeNow(r, c, current);

  const next = copyForChange(current.object);
  if (finalizers) setFinalizers(next, finalizers);
  if (grace !== undefined) Object.assign(next.metadata, grace);
  else if (held) markAsDeleting(c, next);
  else return removeNow(r, c, current);
  const marked = await store(r, c, current, next);
  if (!marked) return undefined;
  // A second write removes what had no grace: watchers see the mark first, then the deletion, as upstream.
  if (held || (grace !== undefined && grace.deletionGracePeriodSeconds > 0)) return { cached: marked, gone: false };
  if (c.dryRun) return { cached: marked, gone: true };
  return (await removeNow(r, c, marked)) ?? { cached: marked, gone: true };
}

async function removeNow(r: Registry, c: Ctx, current: Cached): Promise<Deletion | undefined> {
  if (c.dryRun) return { cached: current, gone: true };
  return (await r.remove(c, current)) ? { cached: current, gone: true } : undefined;
}

async function store(r: Registry, c: Ctx, current: Cached, next: KubeObject): Promise<Cached | undefined> {
  // Marked before: a write that changes nothing must not be seen by watchers.
  if (sameJson(next, current.object)) return current;
  return c.dryRun ? new Entry(current.key, next).encodeUnstored() : r.replace(current, next);
}

/** Marks a namespace. One with spec.finalizers stays so: its controller empties it and then lets it go. */
async function markNamespace(r: Registry, c: Ctx, current: Cached): Promise<Deletion | undefined> {
  if (current.object.metadata.deletionTimestamp) return { cached: current, gone: false };
  const next = copyForChange(current.object);
  next.metadata.deletionTimestamp = formatTime(c.clock.now());
  r.definition.strategy.markDeleting?.(c, next);
  const marked = await store(r, c, current, next);
  return marked && { cached: marked, gone: false };
}

function checkPreconditions(r: Registry, c: Ctx, name: string, o: KubeObject, options: DeletionOptions): void {
  const { uid, resourceVersion } = o.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    throw preconditionConflict(r, c, name, 'UID', options.uid, uid ?? '', 'The object might have been deleted and then recreated');
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw preconditionConflict(r, c, name, 'ResourceVersion', options.resourceVersion, resourceVersion ?? '', 'The object might have been modified');
  }
}

function preconditionConflict(r: Registry, c: Ctx, name: string, what: string, wanted: string, actual: string, maybe: string): StatusError {
  // Namespaces are deleted by storage of their own, which words it otherwise.
  if (r.definition.strategy.deletionBlocked) return conflict(c.resource ?? r.resource, name, `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${actual}`);
  const { group, kind } = r.definition.gvk;
  const why = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${actual}). ${maybe}`;
  return new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${group ? `${kind}.${group}` : kind} "${name}": ${why}`, { name, ...(group ? { group } : {}), kind });
}

/** Metadata of a graceful deletion; 'pending': one is under way and not shortened; undefined: the kind has none. */
function gracefully(r: Registry, c: Ctx, o: KubeObject, options: DeletionOptions): { deletionTimestamp: string; deletionGracePeriodSeconds: number; generation?: number } | 'pending' | undefined {
  const strategy = r.definition.strategy;
  if (!strategy.gracePeriod) return undefined;
  // A negative period counts as one second.
  const asked = options.gracePeriodSeconds !== undefined && options.gracePeriodSeconds < 0 ? 1 : options.gracePeriodSeconds;
  const m = o.metadata;
  if (m.deletionTimestamp) {
    if (m.deletionGracePeriodSeconds === undefined) return undefined;
    if (asked === undefined || asked >= m.deletionGracePeriodSeconds) return 'pending';
    const wanted = strategy.gracePeriod(c, o, asked) ?? asked;
    if (wanted >= m.deletionGracePeriodSeconds) return 'pending';
    return { deletionTimestamp: shortened(m.deletionTimestamp, m.deletionGracePeriodSeconds - wanted), deletionGracePeriodSeconds: wanted };
  }
  const grace = strategy.gracePeriod(c, o, asked);
  if (grace === undefined) return undefined;
  return {
    deletionTimestamp: formatTime(c.clock.now() + grace * 1000),
    deletionGracePeriodSeconds: grace,
    ...(m.generation ? { generation: m.generation + 1 } : {}),
  };
}

function shortened(timestamp: string, bySeconds: number): string {
  return formatTime(Date.parse(timestamp) - bySeconds * 1000);
}

/** The finalizers that the garbage collector needs for this deletion; undefined when they are as they should be. */
function finalizersAfter(r: Registry, o: KubeObject, options: DeletionOptions): string[] | undefined {
  const have = o.metadata.finalizers ?? [];
  const rest = have.filter((f) => f !== 'orphan' && f !== 'foregroundDeletion');
  const next = [...rest];
  if (orphans(r, have, options)) next.push('orphan');
  if (foreground(r, have, options)) next.push('foregroundDeletion');
  return next.length === have.length && next.every((f) => have.includes(f)) ? undefined : next;
}

function orphans(r: Registry, have: readonly string[], options: DeletionOptions): boolean {
  const policy = r.definition.strategy.defaultGarbageCollection;
  if (policy === 'Unsupported') return false;
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Orphan';
  if (have.includes('orphan')) return true;
  if (have.includes('foregroundDeletion')) return false;
  return policy === 'Orphan';
}

function foreground(r: Registry, have: readonly string[], options: DeletionOptions): boolean {
  if (r.definition.strategy.defaultGarbageCollection === 'Unsupported' || options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Foreground';
  return !have.includes('orphan') && have.includes('foregroundDeletion');
}

function setFinalizers(o: KubeObject, finalizers: string[]): void {
  if (finalizers.length) o.metadata.finalizers = finalizers;
  else delete o.metadata.finalizers;
}

/** Marks an object without grace that finalizers hold. */
function markAsDeleting(c: Ctx, o: KubeObject): void {
  const m = o.metadata;
  const now = c.clock.now();
  if (!m.deletionTimestamp && m.generation) m.generation++;
  if (!m.deletionTimestamp || Date.parse(m.deletionTimestamp) > now) m.deletionTimestamp = formatTime(now);
  m.deletionGracePeriodSeconds = 0;
}

function copyForChange(o: KubeObject): KubeObject {
  return { ...o, metadata: { ...o.metadata }, ...(o.status === undefined ? {} : { status: { ...o.status } }) };
}

/** The Status that answers a delete of kinds that do not return the object. */
export function deletedStatus({ group, resource }: GroupResource, cached: Cached): Status {
  const m = cached.object.metadata;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: m.name, ...(group ? { group } : {}), kind: resource, uid: m.uid },
  };
}
