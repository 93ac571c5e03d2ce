import type { KubeObject } from '../meta/object';
import type { ResourceList } from './resource-list';
import { addLists, maxLists } from './resource-list';

interface Container {
  restartPolicy?: string;
  resources?: { requests?: ResourceList; limits?: ResourceList };
}

/** Resources that can be given for a pod as a whole. */
const POD_LEVEL = /^(cpu|memory|hugepages-.*)$/;

/**
 * What the pod's containers may use together: the sum of those that run side by side, or what starting takes when that is more, with
 * pod-level resources in their place and the overhead on top (PodRequests and PodLimits of component-helpers).
 */
export function podResources(pod: KubeObject, what: 'requests' | 'limits'): ResourceList {
  const spec = pod['spec'] as { containers?: Container[]; initContainers?: Container[]; overhead?: ResourceList; resources?: Container['resources'] };
  let running: ResourceList = {};
  for (const c of spec.containers ?? []) running = addLists(running, c.resources?.[what]);
  let sidecars: ResourceList = {};
  let starting: ResourceList = {};
  for (const c of spec.initContainers ?? []) {
    const own = c.resources?.[what] ?? {};
    if (c.restartPolicy === 'Always') {
      running = addLists(running, own);
      sidecars = addLists(sidecars, own);
      starting = maxLists(starting, sidecars);
    } else starting = maxLists(starting, addLists(sidecars, own));
  }
  const total = maxLists(running, starting);
  for (const [name, amount] of Object.entries(spec.resources?.[what] ?? {})) if (POD_LEVEL.test(name)) total[name] = amount;
  const { overhead } = spec;
  if (!overhead) return total;
  if (what === 'requests') return addLists(total, overhead);
  const limited: ResourceList = {};
  for (const name in overhead) if (total[name] !== undefined) limited[name] = overhead[name]!;
  return addLists(total, limited);
}

/** Neither requests nor limits of cpu or memory anywhere: the quality of service is BestEffort. */
export function isBestEffort(pod: KubeObject): boolean {
  const spec = pod['spec'] as { containers?: Container[]; initContainers?: Container[]; resources?: Container['resources'] };
  const asks = (r: Container['resources']): boolean =>
    [r?.requests, r?.limits].some((l) => ['cpu', 'memory'].some((n) => l?.[n] !== undefined && l[n] !== '0'));
  return !asks(spec.resources) && ![...(spec.containers ?? []), ...(spec.initContainers ?? [])].some((c) => asks(c.resources));
}
