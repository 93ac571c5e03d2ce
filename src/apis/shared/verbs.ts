import type { Strategy, UpdateSubresource, Verb } from '../../apiserver/registry/strategy';
import type { KubeObject } from '../../api/meta/object';

/** What nearly every stored resource can do, in the order in which discovery lists verbs. */
export const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Verbs of views on an object: status, resize, ephemeralcontainers. */
export const VIEW_VERBS: readonly Verb[] = ['get', 'patch', 'update'];

/** A subresource that is another way to read and write the same object. */
export function viewOf<T extends KubeObject>(strategy: Strategy<T>): UpdateSubresource<T> {
  return { type: 'update', verbs: VIEW_VERBS, strategy };
}

/** A view that cannot be asked for as a table. */
export function viewWithoutTable<T extends KubeObject = KubeObject>(strategy: Strategy<T>): UpdateSubresource<T> {
  return { ...viewOf(strategy), table: false };
}

/** Managed fields of the main resource leave status out, those of the status view leave spec out. */
export const RESETS_STATUS: readonly (readonly string[])[] = [['status']];
export const RESETS_SPEC: readonly (readonly string[])[] = [['spec']];
