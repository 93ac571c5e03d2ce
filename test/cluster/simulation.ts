import type { GVR, KubeObject } from '../../src/api/meta/object';
import type { Client } from '../../src/client/client';
import type { Component } from '../../src/client/component';
import type { ComponentContexts } from '../../src/cluster/component-contexts';
import { addonObjects } from '../../src/cluster/addons/addons';
import { CONTROLLERS } from '../../src/controllers/controllers';
import { createKubelet } from '../../src/kubelet/kubelet';
import { createScheduler } from '../../src/scheduler/scheduler';
import { FakeClock } from '../../src/util/fake-clock';
import { SeededRandom } from '../../src/util/random';
import type { Plane } from '../client/plane';
import { startPlane } from '../client/plane';

/** The processes of a cluster beside its API server. */
export type Process = 'controllers' | 'scheduler' | 'kubelet';
export const PROCESSES: readonly Process[] = ['controllers', 'scheduler', 'kubelet'];

export interface SimulationOptions {
  seed: number;
  nodes?: number;
  addons?: readonly string[];
  /** Makes processes of the three, with caches of their own, and stands between them and the server; called anew at every start. */
  wrap?: (process: Process, clock: FakeClock) => (client: Client) => Client;
}

/** A whole cluster without HTTP, whose time stands still until it is moved on and whose chance comes from a seed: every run is the same. */
export class Simulation {
  readonly clock = new FakeClock();
  readonly random: SeededRandom;
  plane!: Plane;
  client!: Client;
  private readonly running = new Map<Process, { components: Component[]; contexts: ComponentContexts }>();

  private constructor(private readonly o: SimulationOptions) {
    this.random = new SeededRandom(o.seed);
  }

  static async start(o: SimulationOptions): Promise<Simulation> {
    const s = new Simulation(o);
    s.plane = await startPlane(s.clock, s.random, addonObjects(o.addons ?? []));
    s.client = s.plane.contexts.client('admin', 'tests', ['system:masters']);
    for (const p of PROCESSES) await s.begin(p);
    return s;
  }

  /** Begins a process, which knows nothing of what was before. */
  async begin(process: Process): Promise<void> {
    const contexts = this.o.wrap ? this.plane.separate(this.o.wrap(process, this.clock)) : this.plane.contexts;
    const components = this.make(process, contexts);
    this.running.set(process, { components, contexts });
    await this.while(Promise.all(components.map((c) => c.start(new AbortController().signal))));
  }

  /** Ends a process. */
  async end(process: Process): Promise<void> {
    const found = this.running.get(process);
    if (!found) return;
    this.running.delete(process);
    await this.while(Promise.all(found.components.map((c) => c.stop())));
    if (found.contexts !== this.plane.contexts) await this.while(found.contexts.stop());
  }

  /** Leaves a process to itself that has been cut off: nothing that it still does reaches anybody. */
  drop(process: Process): void {
    const found = this.running.get(process);
    if (!found) return;
    this.running.delete(process);
    const end = async (): Promise<void> => {
      await Promise.allSettled(found.components.map((c) => c.stop()));
      await found.contexts.stop();
    };
    void end();
  }

  /** Moves time on, letting everything that falls due happen. */
  async run(ms: number): Promise<void> {
    await this.clock.advance(ms, () => this.settle());
  }

  /** Moves time on until it is so. @throws Error when it is not so after `ms` milliseconds */
  async until<T>(what: string, check: () => Promise<T | undefined | false>, ms = 3_600_000): Promise<T> {
    const end = this.clock.now() + ms;
    for (;;) {
      await this.settle();
      const found = await check();
      if (found) return found;
      if (this.clock.now() >= end) throw new Error(`${what} does not come about`);
      await this.run(500);
    }
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let seen = this.plane.settled(); ; ) {
      await new Promise((r) => setImmediate(r));
      const now = this.plane.settled();
      if (now !== undefined && now === seen) return;
      seen = now;
    }
  }

  list<T extends KubeObject = KubeObject>(r: GVR, namespace?: string): Promise<readonly T[]> {
    return this.client.list<T>(r, { namespace }).then((l) => l.items);
  }

  async stop(): Promise<void> {
    for (const p of [...this.running.keys()].reverse()) await this.end(p);
    await this.while(this.plane.stop());
  }

  /** Time passes while something is waited for. */
  private async while(what: Promise<unknown>): Promise<void> {
    let over = false;
    const done = what.finally(() => (over = true));
    done.catch(() => undefined);
    for (let i = 0; !over; i++) {
      await this.settle();
      if (!over && i > 20) await this.run(100);
    }
    await done;
  }

  private make(process: Process, contexts: ComponentContexts): Component[] {
    if (process === 'scheduler') return [createScheduler(contexts.of('system:kube-scheduler', 'kube-scheduler'))];
    if (process === 'kubelet') return [createKubelet(contexts.of('system:kubelet', 'kubelet'), { nodes: this.o.nodes ?? 3 })];
    const options = { rootCa: 'PEM', authority: { cert: '', key: '' }, signToken: () => 'token' };
    const addons = this.o.addons ?? [];
    return CONTROLLERS.filter((c) => c.addon === undefined || addons.includes(c.addon)).map((c) => c.create(contexts.of(`system:serviceaccount:kube-system:${c.serviceAccount}`, 'kube-controller-manager'), options));
  }
}
