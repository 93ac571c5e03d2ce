import { addQuantity, compareQuantity } from '../../api/quantity';
import type { Raw, ResourceList } from './raw';

/** Without a prototype: names are the clients', and may be those of properties that every object has. */
function emptyList(): ResourceList {
  return Object.create(null) as ResourceList;
}

function add(to: ResourceList, from: ResourceList | undefined): void {
  for (const r in from) to[r] = to[r] === undefined ? from[r]! : addQuantity(to[r], from[r]!);
}

function raise(to: ResourceList, from: ResourceList): void {
  for (const r in from) if (to[r] === undefined || compareQuantity(from[r]!, to[r]) > 0) to[r] = from[r]!;
}

/**
 * What the containers of a pod ask for together: the sum of those that run side by side (with the sidecars), or what one init container
 * needs beside the sidecars before it, whichever is more (AggregateContainerRequests / -Limits).
 */
export function aggregateResources(spec: Raw, list: 'requests' | 'limits'): ResourceList {
  const total = emptyList();
  for (const c of (spec.containers ?? []) as Raw[]) add(total, c.resources?.[list]);
  const sidecars = emptyList();
  const atInit = emptyList();
  for (const c of (spec.initContainers ?? []) as Raw[]) {
    const own = c.resources?.[list] as ResourceList | undefined;
    if (c.restartPolicy === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(atInit, sidecars);
    } else {
      const needed = Object.assign(emptyList(), own);
      add(needed, sidecars);
      raise(atInit, needed);
    }
  }
  raise(total, atInit);
  return total;
}
