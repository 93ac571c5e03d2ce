import type { Clock, Disposable } from '../../util/clock';
import type { Prober } from '../probes/prober';
import type { Runtime } from '../runtime/runtime';
import type { ContainerRecord } from './container';
import type { ContainerStarter } from './container-starter';
import { runHook } from './hooks';

/** However little is left of the grace period, a container gets that many milliseconds to end by itself. */
const LEAST = 2000;

/** Ends containers of a pod: says why, lets the preStop hook run, waits for their turn, and asks the runtime. */
export class ContainerStopper {
  /** Sidecars that wait until nothing runs any more that was started after them. */
  private readonly waiting: (() => void)[] = [];
  private readonly timers = new Set<Disposable>();

  constructor(
    private readonly x: { clock: Clock; prober: Prober; runtime: Runtime },
    private readonly starter: ContainerStarter,
  ) {}

  /** Ends a running container within `grace` milliseconds; harmless when it is being ended already. */
  stop(r: ContainerRecord, message: string, grace: number): void {
    this.begin(r, message, grace, undefined);
  }

  /** Ends several: sidecars after everything else, the last one first, as far as the grace period lasts. */
  stopAll(records: readonly ContainerRecord[], grace: number): void {
    for (const r of [...records].reverse()) this.begin(r, `Stopping container ${r.spec.name}`, grace, r.kind === 'sidecar' ? records : undefined);
  }

  /** What is being ended has less time than was said before. */
  hurry(records: readonly ContainerRecord[], grace: number): void {
    for (const r of records) if (r.running && r.stopping) this.later(grace, () => this.x.runtime.stop(r.id, 0));
  }

  /** A container has ended: others may have their turn. */
  advance(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  clear(): void {
    this.waiting.length = 0;
    for (const t of this.timers) t.dispose();
    this.timers.clear();
  }

  private begin(r: ContainerRecord, message: string, grace: number, order: readonly ContainerRecord[] | undefined): void {
    if (!r.running || r.stopping) return;
    r.stopping = true;
    this.starter.event(r, 'Normal', 'Killing', message);
    this.x.prober.stop(r.id);
    const end = this.x.clock.now() + grace;
    const next = (): void => this.inTurn(r, r.id, end, order);
    const hook = r.spec.lifecycle?.preStop;
    if (!hook || grace <= 0) {
      next();
      return;
    }
    let over = false;
    const done = (ok: boolean): void => {
      if (over) return;
      over = true;
      if (!ok && r.running) this.starter.event(r, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
      next();
    };
    this.later(grace, () => done(true));
    void runHook(this.x, r.id, hook).then(done);
  }

  private inTurn(r: ContainerRecord, id: string, end: number, order: readonly ContainerRecord[] | undefined): void {
    if (!r.running || r.id !== id) return;
    const left = end - this.x.clock.now();
    if (order && left > 0 && order.slice(order.indexOf(r) + 1).some((o) => o.running && o.kind !== 'ephemeral')) {
      this.waiting.push(() => this.inTurn(r, id, end, order));
      this.later(left, () => this.inTurn(r, id, end, undefined));
      return;
    }
    this.x.runtime.stop(id, Math.max(left, LEAST));
  }

  private later(ms: number, fn: () => void): void {
    const timer = this.x.clock.after(ms, () => {
      this.timers.delete(timer);
      fn();
    });
    this.timers.add(timer);
  }
}
