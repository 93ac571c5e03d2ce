import type { SchedulerPlugin } from '../framework/plugin';
import { failed, SKIP, unresolvable, unschedulable } from '../framework/verdict';

const STATE = 'DynamicResources';
const NO_CLAIMS = unschedulable('no new claims to deallocate');
const NOT_FOUND = failed(new Error('not found'));

/**
 * Pods that refer to ResourceClaims. Allocation of devices is not built yet: such pods stay pending and say so. What the plugin answers for
 * all other pods is upstream's, including the bare "not found" when an earlier plugin has ended the preFilters.
 */
export function dynamicResources(): SchedulerPlugin {
  return {
    name: 'DynamicResources',
    requeueOn: ['resource-claim/add', 'resource-claim/update', { on: 'pod/claims', when: (pod, e) => e.now?.metadata.uid === pod.uid }],
    preFilter(state, pod) {
      state.set(STATE, true);
      const claims = pod.pod['spec'].resourceClaims as { name: string }[] | undefined;
      if (!claims?.length) return SKIP;
      return unresolvable(`pod refers to resource claims (${claims.map((c) => c.name).join(', ')}), which this scheduler cannot allocate`);
    },
    postFilter: (state) => ({ verdict: state.has(STATE) ? NO_CLAIMS : NOT_FOUND }),
  };
}
