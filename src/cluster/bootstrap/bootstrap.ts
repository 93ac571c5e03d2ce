import { isReason } from '../../api/errors/status-error';
import type { GVR, KubeObject } from '../../api/meta/object';
import { parseApiVersion } from '../../api/meta/object';
import type { Client } from '../../client/client';

/** As whom kube-apiserver writes the objects of priority and fairness. */
const FLOW_CONTROL_MANAGER = 'api-priority-and-fairness-config-producer-v1';

/** Looks whether something is there already, without a request. */
export type Exists = (r: GVR, namespace: string | undefined, name: string) => boolean;

/**
 * Creates what every cluster holds and this one lacks: namespaces first, then everything else side by side.
 * `resources`: plural by apiVersion and kind.
 */
export async function bootstrap(client: Client, objects: readonly KubeObject[], resources: ReadonlyMap<string, GVR>, exists: Exists): Promise<number> {
  const missing = objects.filter((o) => !exists(resourceOf(o, resources), o.metadata.namespace, o.metadata.name!));
  const create = async (o: KubeObject): Promise<void> => {
    try {
      const r = resourceOf(o, resources);
      await client.create(r, o, r.group === 'flowcontrol.apiserver.k8s.io' ? { fieldManager: FLOW_CONTROL_MANAGER } : {});
    } catch (e) {
      if (!isReason(e, 'AlreadyExists')) throw new Error(`${o.kind} ${o.metadata.name} of a new cluster could not be made: ${(e as Error).message}`, { cause: e });
    }
  };
  await Promise.all(missing.filter((o) => o.kind === 'Namespace').map(create));
  await Promise.all(missing.filter((o) => o.kind !== 'Namespace').map(create));
  return missing.length;
}

/** Key of `resources`. */
export function typeKey(o: { apiVersion: string; kind: string }): string {
  return `${o.apiVersion}/${o.kind}`;
}

function resourceOf(o: KubeObject, resources: ReadonlyMap<string, GVR>): GVR {
  const found = resources.get(typeKey(o));
  if (!found) throw new Error(`nothing serves ${typeKey(o)} (${parseApiVersion(o.apiVersion).group || 'core'})`);
  return found;
}
