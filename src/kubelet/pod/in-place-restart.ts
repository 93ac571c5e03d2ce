import type { ContainerRecord } from './container';
import type { ContainerStopper } from './container-stopper';
import { CrashBackoff } from './crash-backoff';
import { RESTARTING_ALL, restartsAll } from './restart-policy';

/** Whether any end of one of the pod's containers can restart the whole pod. */
export function couldRestartAll(records: readonly ContainerRecord[]): boolean {
  return records.some((r) => r.spec.restartPolicyRules?.some((rule) => rule.action === 'RestartAllContainers'));
}

/** The end of a container may restart the whole pod in place: all others are ended at once, then everything begins anew (KEP-5532). */
export class InPlaceRestart {
  active = false;

  constructor(private readonly stopper: ContainerStopper) {}

  /** A container has ended; true when that restarts the pod and nothing runs in it any more. */
  after(r: ContainerRecord, records: readonly ContainerRecord[]): boolean {
    if (!this.active && !restartsAll(r, r.state.terminated!.exitCode)) return false;
    this.active = true;
    const others = records.filter((o) => o.kind !== 'ephemeral');
    for (const o of others) this.stopper.stop(o, 'killing', 0);
    return !others.some((o) => o.running);
  }

  /** As if none of the containers had ever run, but for how often they did: they are started in order again. */
  reset(records: readonly ContainerRecord[]): void {
    this.active = false;
    const message = 'The container is removed because RestartAllContainers in place';
    for (const r of records) {
      if (!r.state.terminated || r.kind === 'ephemeral') continue;
      r.last = { ...r.state.terminated, exitCode: 137, reason: RESTARTING_ALL, message };
      r.state = { waiting: { reason: RESTARTING_ALL, message } };
      r.restarts++;
      r.crashes = new CrashBackoff();
      r.killing = undefined;
    }
  }
}
