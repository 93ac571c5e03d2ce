import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { apiVersionOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import { gvrPath, PODS } from '../../client/resources';
import type { ServedResource } from '../shared/all-resources';
import type { Pod } from '../shared/types';
import type { Remains } from './namespace-conditions';

/**
 * Deletes what a namespace holds: pods first, everything else once no pod is left, so that nothing running loses its Secrets or policies.
 * `done`: the namespace is empty. `remains` is what its conditions tell; while pods are waited for nothing is told of them.
 */
export async function deleteContent(client: Client, namespace: string, resources: readonly ServedResource[]): Promise<{ done: boolean; unwatched: boolean; remains: Remains }> {
  const isPods = (r: ServedResource): boolean => gvrPath(r.gvr) === gvrPath(PODS);
  const errors: Error[] = [];
  const left: { resource: ServedResource; items: readonly KubeObject[] }[] = [];
  const empty = async (r: ServedResource): Promise<void> => {
    try {
      const items = await deleteAll(client, namespace, r);
      if (items.length === 0) return;
      left.push({ resource: r, items });
      if (!items.some((o) => o.metadata.finalizers?.length) && !items.some((o) => graceOf(o) > 0)) {
        errors.push(new Error(`unexpected items still remain in namespace: ${namespace} for gvr: ${apiVersionOf(r.gvr)}, Resource=${r.gvr.resource}`));
      }
    } catch (e) {
      errors.push(e as Error);
    }
  };
  for (const r of resources.filter(isPods)) await empty(r);
  const podsLeft = left.length > 0;
  if (!podsLeft) for (const r of resources) if (!isPods(r)) await empty(r);
  const finalizers = new Map<string, number>();
  for (const { items } of podsLeft ? [] : left) for (const o of items) for (const f of o.metadata.finalizers ?? []) finalizers.set(f, (finalizers.get(f) ?? 0) + 1);
  return {
    done: left.length === 0 && errors.length === 0,
    unwatched: left.some(({ resource }) => !resource.verbs.includes('watch')),
    remains: { resources: podsLeft ? [] : left.map(({ resource, items }) => ({ gvr: resource.gvr, count: items.length })), finalizers, errors },
  };
}

/** @returns what is left after all was asked to go */
async function deleteAll(client: Client, namespace: string, r: ServedResource): Promise<readonly KubeObject[]> {
  const list = async (): Promise<readonly KubeObject[]> => {
    try {
      return (await client.list(r.gvr, { namespace })).items;
    } catch (e) {
      // No longer served, or only by watch: nothing that could be deleted.
      if (isReason(e, 'NotFound', 'MethodNotAllowed')) return [];
      throw e;
    }
  };
  const items = await list();
  const standing = items.filter((o) => !o.metadata.deletionTimestamp);
  if (standing.length === 0) return items;
  if (r.verbs.includes('deletecollection')) {
    await client.deleteCollection(r.gvr, { namespace }, { propagationPolicy: 'Background' });
  } else {
    for (const o of standing) {
      try {
        await client.delete(r.gvr, namespace, o.metadata.name!, { propagationPolicy: 'Background' });
      } catch (e) {
        if (!isReason(e, 'NotFound')) throw e;
      }
    }
  }
  return list();
}

/** Seconds that an object may take to go. */
function graceOf(o: KubeObject): number {
  if (o.kind !== 'Pod') return o.metadata.deletionGracePeriodSeconds ?? 0;
  return (o as Pod).spec.terminationGracePeriodSeconds ?? 0;
}
