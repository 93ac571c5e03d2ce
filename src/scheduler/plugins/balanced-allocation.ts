import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import { SKIP } from '../framework/verdict';
import type { ResourceWeight } from './resource-scorers';
import { DEFAULT_RESOURCES, ResourceAmounts } from './resource-scorers';

/** Prefers nodes on which the pod makes the shares taken of CPU, memory … more alike. */
export function balancedAllocation(_: PluginContext, args: { resources?: ResourceWeight[] } = {}): SchedulerPlugin {
  const amounts = new ResourceAmounts(args.resources ?? DEFAULT_RESOURCES, 'requested');
  return {
    name: 'NodeResourcesBalancedAllocation',
    // Pods without requests would all go to the same node.
    preScore: (_state, pod) => (amounts.wants(pod) ? undefined : SKIP),
    score(_state, pod, node) {
      amounts.read(pod, node);
      const after = balance(amounts.requested, amounts.allocatable);
      const before = balance(amounts.allocated, amounts.allocatable);
      // Around 75 when nothing changes, towards 100 when the pod evens the node out, towards 50 when it tips it.
      return 50 + Math.trunc((50 + after - before) / 2);
    },
  };
}

/** 100 when all shares are alike, less the more they differ (their standard deviation). */
function balance(requested: readonly number[], allocatable: readonly number[]): number {
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < requested.length; i++) {
    if (allocatable[i] === 0) continue;
    const share = Math.min(1, requested[i]! / allocatable[i]!);
    n++;
    sum += share;
    squares += share * share;
  }
  if (n < 2) return 100;
  return Math.trunc((1 - Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2))) * 100);
}
