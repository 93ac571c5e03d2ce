import type { Clock } from '../../util/clock';
import type { Prober } from '../probes/prober';
import type { Runtime } from '../runtime/runtime';
import type { ContainerRecord } from './container';
import type { ContainerStarter } from './container-starter';
import { stopDelay } from './stop-delay';

/** Ends single containers: says why, lets the preStop hook run, and asks the runtime. */
export class ContainerStopper {
  constructor(
    private readonly x: { clock: Clock; prober: Prober; runtime: Runtime },
    private readonly starter: ContainerStarter,
  ) {}

  /** Ends a running container within `grace` milliseconds; harmless when it is being ended already. */
  stop(r: ContainerRecord, message: string, grace: number): void {
    if (!r.running || r.stopping) return;
    r.stopping = true;
    this.starter.event(r, 'Normal', 'Killing', message);
    this.x.prober.stop(r.id);
    const { id } = r;
    const hook = Math.min(stopDelay(r.spec), grace);
    if (hook > 0) this.x.clock.after(hook, () => this.x.runtime.stop(id, grace - hook));
    else this.x.runtime.stop(id, grace);
  }

  /** Ends several, the last first. */
  stopAll(records: readonly ContainerRecord[], grace: number): void {
    for (const r of [...records].reverse()) this.stop(r, `Stopping container ${r.spec.name}`, grace);
  }
}
