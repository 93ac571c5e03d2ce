import { isReason } from '../../api/errors/status-error';
import type { KubeObject, OwnerReference } from '../../api/meta/object';
import { controllerOf, groupResource, parseApiVersion } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { Informer } from '../../client/informer';
import type { AllResources } from '../shared/all-resources';
import type { Pod } from '../shared/types';

export interface ScaleSources {
  client: Client;
  all: AllResources;
  replicaSets: Informer;
  deployments: Informer;
  statefulSets: Informer;
  replicationControllers: Informer;
}

/** How many pods the controllers of these pods are asked to keep, each counted once; `unmanaged`: pods without a controller. */
export async function expectedScale(x: ScaleSources, pods: readonly Pod[]): Promise<{ expected: number; unmanaged: Pod[] }> {
  const scales = new Map<string, number>();
  const owners = new Set<string>();
  const unmanaged: Pod[] = [];
  for (const pod of pods) {
    const ref = controllerOf(pod);
    if (!ref) unmanaged.push(pod);
    if (!ref || owners.has(ref.uid)) continue;
    owners.add(ref.uid);
    const found = await scaleOf(x, ref, pod.metadata.namespace!);
    if (!found) throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
    scales.set(found.uid, found.replicas);
  }
  return { expected: [...scales.values()].reduce((a, b) => a + b, 0), unmanaged };
}

async function scaleOf(x: ScaleSources, ref: OwnerReference, namespace: string): Promise<{ uid: string; replicas: number } | undefined> {
  const { group } = parseApiVersion(ref.apiVersion);
  const of = (informer: Informer, r: OwnerReference): KubeObject | undefined => {
    const o = informer.get(`${namespace}/${r.name}`);
    return o?.metadata.uid === r.uid ? o : undefined;
  };
  const counted = (o: KubeObject): { uid: string; replicas: number } => ({ uid: o.metadata.uid!, replicas: (o['spec']?.replicas as number | undefined) ?? 1 });
  if (ref.kind === 'ReplicaSet' && group === 'apps') {
    const rs = of(x.replicaSets, ref);
    const parent = rs && controllerOf(rs);
    const deployment = parent?.kind === 'Deployment' ? of(x.deployments, parent) : undefined;
    if (deployment) return counted(deployment);
    if (rs && parent?.kind !== 'Deployment') return counted(rs);
  }
  const plain = ref.kind === 'StatefulSet' && group === 'apps' ? of(x.statefulSets, ref) : ref.kind === 'ReplicationController' && group === '' ? of(x.replicationControllers, ref) : undefined;
  return plain ? counted(plain) : bySubresource(x, ref, namespace);
}

/** Any other kind must have the scale subresource. */
async function bySubresource(x: ScaleSources, ref: OwnerReference, namespace: string): Promise<{ uid: string; replicas: number } | undefined> {
  const r = x.all.ofKind(ref.apiVersion, ref.kind);
  if (!r) throw new Error(`no matches for kind "${ref.kind}" in version "${ref.apiVersion}"`);
  const get = async (subresource?: string): Promise<KubeObject | undefined> => {
    try {
      return await x.client.get(r.gvr, r.namespaced ? namespace : undefined, ref.name, { subresource });
    } catch (e) {
      if (isReason(e, 'NotFound')) return undefined;
      throw e;
    }
  };
  const scale = await get('scale');
  if (scale) return scale.metadata.uid === ref.uid ? { uid: ref.uid, replicas: (scale['spec']?.replicas as number | undefined) ?? 0 } : undefined;
  if (await get()) throw new Error(`${groupResource(r.gvr.group, r.gvr.resource)} does not implement the scale subresource`);
  return undefined;
}
