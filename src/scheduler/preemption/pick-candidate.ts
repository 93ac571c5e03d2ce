import type { Candidate } from './select-victims';
import { startedAt } from './pod-times';

/**
 * The candidate that does least harm: fewest budgets violated, then the lowest highest priority among the victims, the lowest sum of their
 * priorities, the fewest of them, the latest start of the most important ones; the first among equals.
 */
export function pickCandidate(candidates: readonly Candidate[], now: number): Candidate {
  const criteria: ((c: Candidate) => number)[] = [
    (c) => -c.violations,
    (c) => -c.victims[0]!.priority,
    (c) => -c.victims.reduce((sum, p) => sum + p.priority + 2 ** 31, 0),
    (c) => -c.victims.length,
    (c) => {
      const most = c.victims[0]!.priority;
      return Math.min(...c.victims.filter((p) => p.priority === most).map((p) => startedAt(p, now)));
    },
  ];
  let left = candidates;
  for (const rate of criteria) {
    if (left.length === 1) break;
    const best = Math.max(...left.map(rate));
    left = left.filter((c) => rate(c) === best);
  }
  return left[0]!;
}
