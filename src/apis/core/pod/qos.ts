import { addQuantity, compareQuantity } from '../../../api/quantity';
import type { Raw, ResourceList } from '../../shared/raw';

const COMPUTE = ['cpu', 'memory'] as const;

/** A canonical quantity above zero. */
function positive(q: string | undefined): q is string {
  return q !== undefined && q !== '0' && q.charCodeAt(0) !== 45;
}

/** Quality of service class of a pod spec: by pod-level resources if there are any, else by all (init) containers (ComputePodQOS). */
export function podQos(spec: Raw): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const holders: readonly Raw[] = spec.resources ? [spec as Raw] : [...((spec.containers ?? []) as Raw[]), ...((spec.initContainers ?? []) as Raw[])];
  const podLevel = !!spec.resources;
  let any = false;
  let guaranteed = true;
  for (const h of holders) {
    const limits = h.resources?.limits as ResourceList | undefined;
    const requests = h.resources?.requests as ResourceList | undefined;
    for (const r of COMPUTE) {
      const limited = positive(limits?.[r]);
      any ||= limited || positive(requests?.[r]);
      // a pod without any limits of its own is judged by its requests alone
      if (!limited && !(podLevel && !Object.keys(limits ?? {}).length)) guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed && sumsAgree(holders) ? 'Guaranteed' : 'Burstable';
}

/** Requests and limits of cpu and memory are the same amounts. */
function sumsAgree(holders: readonly Raw[]): boolean {
  const sum = (list: 'limits' | 'requests', r: string): string | undefined => {
    let total: string | undefined;
    for (const h of holders) {
      const q = h.resources?.[list]?.[r] as string | undefined;
      if (positive(q)) total = total === undefined ? q : addQuantity(total, q);
    }
    return total;
  };
  return COMPUTE.every((r) => {
    const limit = sum('limits', r);
    const request = sum('requests', r);
    return limit === request || (limit !== undefined && request !== undefined && compareQuantity(limit, request) === 0);
  });
}
