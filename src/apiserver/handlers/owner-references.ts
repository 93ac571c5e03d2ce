import type { KubeObject } from '../../api/meta/object';
import { sameJson } from '../registry/equality';
import type { RequestContext } from './handlers';

/** Drops owner references that stand twice in the same words and warns of it, as upstream does before managed fields are tracked. */
export function dedupOwnerReferences(o: KubeObject, ctx: RequestContext): void {
  const refs = o.metadata.ownerReferences;
  if (!refs || refs.length < 2) return;
  const kept: typeof refs = [];
  const dropped = new Set<string>();
  for (const r of refs) {
    if (kept.some((k) => sameJson(k, r))) dropped.add(r.uid);
    else kept.push(r);
  }
  if (!dropped.size) return;
  o.metadata.ownerReferences = kept;
  ctx.warn(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...dropped].join(', ')}`,
  );
}
