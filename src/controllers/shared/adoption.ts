import { isReason } from '../../api/errors/status-error';
import type { GVR, KubeObject } from '../../api/meta/object';
import { controllerOf } from '../../api/meta/object';
import type { Client } from '../../client/client';
import { controllerRef } from './owners';

export interface ClaimOptions<T extends KubeObject> {
  client: Client;
  owner: KubeObject;
  ownerGvr: GVR;
  gvr: GVR;
  matches(o: T): boolean;
  /** Finalizers that adopted objects get and released ones lose. */
  finalizers?: readonly string[];
}

/**
 * The objects that belong to `owner`: those it controls and selects. Selected ones without a controller are adopted, controlled ones that it
 * no longer selects are released, unless the owner is going (ControllerRefManager upstream).
 * @throws what kept an object from being claimed, after all were tried
 */
export async function claim<T extends KubeObject>(objects: Iterable<T>, x: ClaimOptions<T>): Promise<T[]> {
  const claimed: T[] = [];
  const going = x.owner.metadata.deletionTimestamp !== undefined;
  let failure: unknown;
  let allowed: Promise<void> | undefined;
  for (const o of objects) {
    const ref = controllerOf(o);
    if (ref) {
      if (ref.uid !== x.owner.metadata.uid) continue;
      if (x.matches(o)) claimed.push(o);
      else if (!going) {
        try {
          await release(o, x);
        } catch (e) {
          failure = e;
        }
      }
      continue;
    }
    if (going || o.metadata.deletionTimestamp !== undefined || !x.matches(o)) continue;
    try {
      await (allowed ??= mayAdopt(x));
      claimed.push(await adopt(o, x));
    } catch (e) {
      if (!isReason(e, 'NotFound')) failure = e;
    }
  }
  if (failure !== undefined) throw failure;
  return claimed;
}

/** The owner as stored now must still be there: the cached one may have been deleted meanwhile. */
async function mayAdopt<T extends KubeObject>(x: ClaimOptions<T>): Promise<void> {
  const { namespace, name, uid } = x.owner.metadata;
  const fresh = await x.client.get(x.ownerGvr, namespace, name!);
  if (fresh.metadata.uid !== uid) throw new Error(`original ${x.owner.kind} ${namespace}/${name} is gone: got uid ${fresh.metadata.uid}, wanted ${uid}`);
  if (fresh.metadata.deletionTimestamp) throw new Error(`${x.owner.kind} ${namespace}/${name} has just been deleted at ${fresh.metadata.deletionTimestamp}`);
}

function adopt<T extends KubeObject>(o: T, x: ClaimOptions<T>): Promise<T> {
  const metadata = { uid: o.metadata.uid, ownerReferences: [controllerRef(x.owner)], ...(x.finalizers ? { finalizers: x.finalizers } : {}) };
  return x.client.patch<T>(x.gvr, o.metadata.namespace, o.metadata.name!, 'strategic', { metadata });
}

async function release<T extends KubeObject>(o: T, x: ClaimOptions<T>): Promise<void> {
  const metadata = {
    uid: o.metadata.uid,
    ownerReferences: [{ $patch: 'delete', uid: x.owner.metadata.uid }],
    ...(x.finalizers ? { '$deleteFromPrimitiveList/finalizers': x.finalizers } : {}),
  };
  try {
    await x.client.patch(x.gvr, o.metadata.namespace, o.metadata.name!, 'strategic', { metadata });
  } catch (e) {
    // Gone, or another object of the same name by now: nothing to release.
    if (!isReason(e, 'NotFound', 'Invalid')) throw e;
  }
}
