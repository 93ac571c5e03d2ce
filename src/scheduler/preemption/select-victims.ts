import type { NodeInfo } from '../cache/node-info';
import type { PodInfo } from '../cache/pod-info';
import type { CycleState } from '../framework/cycle-state';
import type { PluginContext } from '../framework/plugin';
import type { Verdict } from '../framework/verdict';
import { unresolvable } from '../framework/verdict';
import type { Budget } from './budgets';
import { violating } from './budgets';
import { startedAt } from './pod-times';

const NO_VICTIMS = unresolvable('No preemption victims found for incoming pod');

/** Pods whose removal makes room on a node, most important first. */
export interface Candidate {
  node: NodeInfo;
  victims: readonly PodInfo[];
  /** How many of them a disruption budget would have protected. */
  violations: number;
}

/**
 * The fewest and least important pods that have to leave a node so that `pod` fits (SelectVictimsOnNode upstream): all of lower priority are
 * taken away, then as many as possible are put back, those protected by budgets and the more important ones first. The cache is as before when
 * it returns.
 */
export function selectVictims(x: PluginContext, state: CycleState, pod: PodInfo, node: NodeInfo, budgets: readonly Budget[]): Candidate | Verdict {
  const potential = [...node.pods].filter((p) => p.priority < pod.priority);
  if (potential.length === 0) return NO_VICTIMS;
  const removed = new Set<PodInfo>();
  const remove = (p: PodInfo): void => {
    x.cache.tryRemove(p, node);
    removed.add(p);
  };
  const restore = (p: PodInfo): void => {
    x.cache.tryAdd(p, node);
    removed.delete(p);
  };
  try {
    for (const p of potential) remove(p);
    const refusal = x.fits(state, pod, node);
    if (refusal) return refusal;
    const important = byImportance(x.clock.now());
    potential.sort(important);
    const { violates, respects } = violating(potential, budgets);
    const victims: PodInfo[] = [];
    let violations = 0;
    const reprieve = (p: PodInfo): boolean => {
      restore(p);
      if (!x.fits(state, pod, node)) return true;
      remove(p);
      victims.push(p);
      return false;
    };
    for (const p of violates) if (!reprieve(p)) violations++;
    for (const p of respects) reprieve(p);
    return { node, victims: victims.sort(important), violations };
  } finally {
    // In the order in which they were: which pod comes first must not depend on what was tried.
    for (const p of potential) if (removed.has(p)) restore(p);
  }
}

/** Higher priority first, then who has run longer. */
function byImportance(now: number): (a: PodInfo, b: PodInfo) => number {
  return (a, b) => b.priority - a.priority || startedAt(a, now) - startedAt(b, now);
}
