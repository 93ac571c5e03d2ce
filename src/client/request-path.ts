import type { GVR } from '../api/meta/object';
import type { DeleteOptions, ListOptions, PatchType, WatchOptions, WriteOptions } from './client';

/** Path of a collection, an object or a subresource: /apis/apps/v1/namespaces/a/deployments/web/scale. */
export function requestPath(r: GVR, namespace?: string, name?: string, subresource?: string): string {
  const parts = r.group ? ['apis', r.group, r.version] : ['api', r.version];
  if (namespace) parts.push('namespaces', namespace);
  parts.push(r.resource);
  if (name !== undefined) parts.push(name);
  if (subresource) parts.push(subresource);
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

export function listQuery(o: ListOptions & WatchOptions): string {
  const { labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch, allowWatchBookmarks, sendInitialEvents, timeoutSeconds } = o;
  return query({ labelSelector, fieldSelector, limit, continue: o.continue, resourceVersion, resourceVersionMatch, allowWatchBookmarks, sendInitialEvents, timeoutSeconds });
}

export function writeQuery(o: WriteOptions & { force?: boolean }): string {
  return query({ dryRun: o.dryRun ? 'All' : undefined, fieldManager: o.fieldManager, force: o.force });
}

/** DeleteOptions as the body of a DELETE. */
export function deleteBody(o: DeleteOptions): object {
  const { dryRun, ...rest } = o;
  return { apiVersion: 'v1', kind: 'DeleteOptions', ...rest, ...(dryRun ? { dryRun: ['All'] } : {}) };
}

export const PATCH_MEDIA_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is YAML too.
  apply: 'application/apply-patch+yaml',
};

function query(params: Record<string, string | number | boolean | undefined>): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(params)) if (v !== undefined && v !== '') q.set(k, String(v));
  const text = q.toString();
  return text && `?${text}`;
}
