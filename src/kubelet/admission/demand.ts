import type { KubeObject } from '../../api/meta/object';
import { podResources } from '../../api/quota/pod-resources';
import { quantityMilliValue, quantityValue } from '../../api/quantity';

/** What a pod takes of a node: CPU in thousandths, everything else in whole units; and the host ports. */
export interface Demand {
  amounts: ReadonlyMap<string, number>;
  /** `protocol/port` with the address it is bound to. */
  ports: readonly { ip: string; key: string }[];
}

interface Container {
  restartPolicy?: string;
  ports?: { hostPort?: number; hostIP?: string; protocol?: string }[];
}

const NONE: readonly never[] = [];

export function demandOf(pod: KubeObject): Demand {
  const { containers, initContainers = NONE } = pod['spec'] as { containers: Container[]; initContainers?: Container[] };
  const ports: { ip: string; key: string }[] = [];
  for (const c of [...initContainers.filter((i) => i.restartPolicy === 'Always'), ...containers]) {
    for (const p of c.ports ?? NONE) if (p.hostPort) ports.push({ ip: p.hostIP || '0.0.0.0', key: `${p.protocol || 'TCP'}/${p.hostPort}` });
  }
  return { amounts: amountsOf(podResources(pod, 'requests')), ports: ports.length ? ports : NONE };
}

/** A resource list in numbers. */
export function amountsOf(list: Readonly<Record<string, string>>): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const name in list) amounts.set(name, name === 'cpu' ? quantityMilliValue(list[name]!) : quantityValue(list[name]!));
  return amounts;
}
