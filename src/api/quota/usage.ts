import type { KubeObject } from '../meta/object';
import { parseTime } from '../meta/time';
import { compareQuantity, roundQuantity } from '../quantity';
import { podResources } from './pod-resources';
import type { ResourceList } from './resource-list';

/** A group and a resource plural. */
interface GroupResource {
  group: string;
  resource: string;
}

/** Short names of counted resources from before count/… */
const COUNT_ALIASES: Readonly<Record<string, string>> = {
  configmaps: 'configmaps',
  resourcequotas: 'resourcequotas',
  replicationcontrollers: 'replicationcontrollers',
  secrets: 'secrets',
};

const POD_NAMES = new Set(['cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'pods']);
const CLASS = '.storageclass.storage.k8s.io/';

/** Name under which the objects of any resource can be counted: count/deployments.apps, count/pods. */
export function countName(r: GroupResource): string {
  return r.group ? `count/${r.resource}.${r.group}` : `count/${r.resource}`;
}

/** The resource whose objects use what this quota name stands for; undefined: nobody knows. Inverse of what usageOf names. */
export function resourceOfQuotaName(name: string): GroupResource | undefined {
  const counted = /^count\/([^.]+)(?:\.(.+))?$/.exec(name);
  if (counted) return { group: counted[2] ?? '', resource: counted[1]! };
  if (POD_NAMES.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')) return { group: '', resource: 'pods' };
  if (name === 'services' || name.startsWith('services.')) return { group: '', resource: 'services' };
  if (name === 'persistentvolumeclaims' || name === 'requests.storage' || name.includes(CLASS)) return { group: '', resource: 'persistentvolumeclaims' };
  if (COUNT_ALIASES[name]) return { group: '', resource: name };
  return name.startsWith('requests.') && name.includes('/') ? { group: '', resource: 'pods' } : undefined;
}

/** What one object uses of every quota name it counts for. `now`: milliseconds since the epoch. */
export function usageOf(r: GroupResource, o: KubeObject, now: number): ResourceList {
  const out: ResourceList = { [countName(r)]: '1' };
  if (r.group !== '') return out;
  if (r.resource === 'pods') return { ...out, ...podUsage(o, now) };
  if (r.resource === 'services') return { ...out, ...serviceUsage(o) };
  if (r.resource === 'persistentvolumeclaims') return { ...out, ...claimUsage(o) };
  const alias = COUNT_ALIASES[r.resource];
  return alias ? { ...out, [alias]: '1' } : out;
}

/** Pods that have ended, or should be gone by now, use nothing but their place among objects. */
export function podCounts(pod: KubeObject, now: number): boolean {
  const phase = pod['status']?.phase as string | undefined;
  if (phase === 'Succeeded' || phase === 'Failed') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  return deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined || now <= parseTime(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function podUsage(pod: KubeObject, now: number): ResourceList {
  if (!podCounts(pod, now)) return {};
  const out: ResourceList = { pods: '1' };
  for (const [name, amount] of Object.entries(podResources(pod, 'requests'))) {
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-')) out[name] = amount;
    if (out[name] !== undefined || name.includes('/')) out[`requests.${name}`] = amount;
  }
  const limits = podResources(pod, 'limits');
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) if (limits[name] !== undefined) out[`limits.${name}`] = limits[name];
  return out;
}

function serviceUsage(s: KubeObject): ResourceList {
  const { type, ports = [], allocateLoadBalancerNodePorts } = s['spec'] as { type?: string; ports?: { nodePort?: number }[]; allocateLoadBalancerNodePorts?: boolean };
  let nodePorts = 0;
  if (type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)) nodePorts = ports.length;
  else if (type === 'LoadBalancer') nodePorts = ports.filter((p) => p.nodePort).length;
  return { services: '1', 'services.loadbalancers': type === 'LoadBalancer' ? '1' : '0', 'services.nodeports': String(nodePorts) };
}

function claimUsage(c: KubeObject): ResourceList {
  const spec = c['spec'] as { storageClassName?: string; resources?: { requests?: ResourceList } };
  const out: ResourceList = { persistentvolumeclaims: '1' };
  const storageClass = c.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName;
  if (storageClass) out[`${storageClass}${CLASS}persistentvolumeclaims`] = '1';
  let storage = spec.resources?.requests?.['storage'];
  if (storage === undefined) return out;
  const allocated = c['status']?.allocatedResources?.storage as string | undefined;
  if (allocated !== undefined && compareQuantity(allocated, storage) > 0) storage = allocated;
  storage = roundQuantity(storage, 0);
  out['requests.storage'] = storage;
  if (storageClass) out[`${storageClass}${CLASS}requests.storage`] = storage;
  return out;
}
