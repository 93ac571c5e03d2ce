import type { ContainerRecord, Terminated } from './container';
import { RESTARTING_ALL, restarts } from './restart-policy';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** Whether every main container has ended and none is started again: what else runs in the pod may go. */
export function mainsAreOver(records: readonly ContainerRecord[], policy: string): boolean {
  return records.every((r) => r.kind !== 'main' || (r.state.terminated !== undefined && !r.killing?.free && !restarts(r, policy, r.state.terminated.exitCode)));
}

/**
 * A pod's phase by what its containers are doing (getPhase upstream). `over`: nothing will be started any more; `begun`: a main container has
 * been started before.
 */
export function phaseOf(records: readonly ContainerRecord[], policy: string, over: boolean, begun: boolean): Phase {
  let pendingInit = 0;
  let pendingSidecars = 0;
  let waiting = 0;
  let running = 0;
  let stopped = 0;
  let stoppedForGood = 0;
  let succeeded = 0;
  for (const r of records) {
    const ended = r.ended;
    switch (r.kind) {
      case 'init':
        if (!ended) pendingInit++;
        else if (ended.exitCode !== 0 && (over || !again(r, policy, ended))) return 'Failed';
        else if (ended.exitCode !== 0) pendingInit++;
        break;
      case 'sidecar':
        if (r.running) {
          if (!r.started) pendingSidecars++;
          running++;
        } else if (!ended) {
          pendingSidecars++;
          waiting++;
        }
        break;
      case 'main':
        if (r.running) running++;
        else if (!ended) waiting++;
        else {
          stopped++;
          if (!again(r, policy, ended)) stoppedForGood++;
          if (ended.exitCode === 0) succeeded++;
        }
        break;
      case 'ephemeral':
    }
  }
  if (pendingInit > 0 || (pendingSidecars > 0 && !begun)) return over ? 'Failed' : 'Pending';
  if (waiting > 0) return over ? 'Failed' : stopped > 0 ? 'Running' : 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return over ? 'Failed' : 'Pending';
  if (!over && stoppedForGood < stopped) return 'Running';
  return succeeded === stopped ? 'Succeeded' : 'Failed';
}

function again(r: ContainerRecord, policy: string, ended: Terminated): boolean {
  return ended.reason === RESTARTING_ALL || restarts(r, policy, ended.exitCode);
}
