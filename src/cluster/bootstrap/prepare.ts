import { apiVersionOf } from '../../api/meta/object';
import type { GVR, KubeObject } from '../../api/meta/object';
import type { ControlPlane } from '../../apiserver/control-plane';
import type { ComponentContexts } from '../component-contexts';
import { bootstrap, typeKey } from './bootstrap';
import { bootstrapObjects } from './bootstrap-objects';

/** Makes sure that the cluster holds what every cluster holds, and `more`; at later starts it finds everything there. */
export async function prepareCluster(plane: ControlPlane, contexts: ComponentContexts, more: readonly KubeObject[] = []): Promise<void> {
  const resources = new Map<string, GVR>();
  for (const { definition: d } of plane.handlers.all()) {
    resources.set(typeKey({ apiVersion: apiVersionOf(d.gvk), kind: d.gvk.kind }), { group: d.gvk.group, version: d.gvk.version, resource: d.plural });
  }
  const client = contexts.client('system:apiserver', 'kube-apiserver', ['system:masters']);
  await bootstrap(client, [...bootstrapObjects(), ...more], resources, (r, ns, name) => plane.lookup.get(r, ns, name) !== undefined);
}
