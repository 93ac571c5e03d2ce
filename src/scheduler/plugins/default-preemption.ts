import { POD_DISRUPTION_BUDGETS } from '../../client/resources';
import type { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import { Diagnosis } from '../framework/diagnosis';
import type { CycleState } from '../framework/cycle-state';
import type { PluginContext, PostFilterResult, SchedulerPlugin } from '../framework/plugin';
import { unresolvable, unschedulable } from '../framework/verdict';
import { budgetsOf } from '../preemption/budgets';
import { PreemptionExecutor } from '../preemption/executor';
import { pickCandidate } from '../preemption/pick-candidate';
import type { Candidate } from '../preemption/select-victims';
import { selectVictims } from '../preemption/select-victims';

const NOT_HELPFUL = unresolvable('Preemption is not helpful for scheduling');
const WAITING = unresolvable('waiting for the preemption for this pod to be finished');

interface PreemptionArgs {
  minCandidateNodesPercentage?: number;
  minCandidateNodesAbsolute?: number;
}

/** Makes room for a pod that fits nowhere by evicting pods of lower priority. */
export function defaultPreemption(x: PluginContext, args: PreemptionArgs = {}): SchedulerPlugin {
  const percentage = args.minCandidateNodesPercentage ?? 10;
  const absolute = args.minCandidateNodesAbsolute ?? 100;
  const budgets = x.caches.informer(POD_DISRUPTION_BUDGETS);
  const executor = new PreemptionExecutor(x);

  /** Candidates from a random place on, until there are enough; those that respect all budgets first. */
  const dryRun = (state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], d: Diagnosis): Candidate[] => {
    const allowances = budgetsOf(budgets.list());
    const wanted = Math.min(nodes.length, Math.max(absolute, Math.trunc((nodes.length * percentage) / 100)));
    const offset = x.random.int(nodes.length);
    const respecting: Candidate[] = [];
    const violating: Candidate[] = [];
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[(offset + i) % nodes.length]!;
      const found = selectVictims(x, state, pod, node, allowances);
      if ('code' in found) {
        d.note(node, found);
        continue;
      }
      (found.violations ? violating : respecting).push(found);
      if (respecting.length && respecting.length + violating.length >= wanted) break;
    }
    return [...respecting, ...violating];
  };

  return {
    name: 'DefaultPreemption',
    requeueOn: [{ on: 'assigned-pod/delete', when: () => false }],
    preEnqueue: (pod) => (executor.isRunning(pod.uid) ? WAITING : undefined),
    postFilter(state, pod, diagnosis): PostFilterResult {
      x.metrics.preemptionAttempt();
      const why = ineligible(x, pod, diagnosis);
      if (why) return { verdict: unschedulable(`preemption: ${why}`) };
      const all = x.cache.list();
      const potential = diagnosis.resolvable(all);
      const tried = new Diagnosis(all.length);
      tried.absent = NOT_HELPFUL;
      const candidates = potential.length ? dryRun(state, pod, potential, tried) : [];
      if (!candidates.length) return { nominate: '', verdict: unschedulable(`preemption: ${tried.message()}`) };
      const best = pickCandidate(candidates, x.clock.now());
      executor.start(best, pod);
      return { nominate: best.node.name };
    },
  };
}

/** Why the pod may not preempt others: it must not, or those it has preempted already are still on their way out. */
function ineligible(x: PluginContext, pod: PodInfo, diagnosis: Diagnosis): string | undefined {
  if (pod.pod['spec'].preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.pod['status']?.nominatedNodeName as string | undefined;
  const node = nominated ? x.cache.nodes.get(nominated) : undefined;
  if (!node?.node || diagnosis.verdictOf(node).code === 'unresolvable') return undefined;
  for (const p of node.pods) {
    if (p.priority < pod.priority && leavingByPreemption(p)) return 'not eligible due to a terminating pod on the nominated node.';
  }
  return undefined;
}

function leavingByPreemption(p: PodInfo): boolean {
  if (!p.terminating) return false;
  const conditions = (p.pod['status']?.conditions ?? []) as { type: string; status: string; reason?: string }[];
  const c = conditions.find((o) => o.type === 'DisruptionTarget');
  return c?.status === 'True' && c.reason === 'PreemptionByScheduler';
}
