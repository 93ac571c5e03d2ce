import type { GVR, KubeObject } from '../../src/api/meta/object';
import type { Client } from '../../src/client/client';
import type { Component, ComponentContext } from '../../src/client/component';
import { CONTROLLERS } from '../../src/controllers/controllers';
import { createKubelet } from '../../src/kubelet/kubelet';
import { createScheduler } from '../../src/scheduler/scheduler';
import { FakeClock } from '../../src/util/fake-clock';
import { SeededRandom } from '../../src/util/random';
import type { Plane } from '../client/plane';
import { startPlane } from '../client/plane';

export interface SimulationOptions {
  seed: number;
  nodes?: number;
  /** Stands between a component and the server. */
  wrap?: (client: Client, component: string) => Client;
}

/** A whole cluster without HTTP, whose time stands still until it is moved on and whose chance comes from a seed: every run is the same. */
export class Simulation {
  readonly clock = new FakeClock();
  readonly random: SeededRandom;
  plane!: Plane;
  client!: Client;
  private readonly running = new Map<string, Component>();

  private constructor(private readonly o: SimulationOptions) {
    this.random = new SeededRandom(o.seed);
  }

  static async start(o: SimulationOptions): Promise<Simulation> {
    const s = new Simulation(o);
    s.plane = await startPlane(s.clock, s.random);
    s.client = s.plane.contexts.client('admin', 'tests', ['system:masters']);
    for (const name of s.components) await s.begin(name);
    return s;
  }

  /** Names of everything that can be begun and ended. */
  get components(): string[] {
    return [...CONTROLLERS.map((c) => c.name), 'scheduler', 'kubelet'];
  }

  /** Begins a component anew, as a process that knows nothing of before. */
  async begin(name: string): Promise<void> {
    const component = this.make(name);
    this.running.set(name, component);
    await this.while(component.start(new AbortController().signal));
  }

  /** Ends a component. */
  async end(name: string): Promise<void> {
    const component = this.running.get(name);
    this.running.delete(name);
    if (component) await this.while(component.stop());
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
    for (const name of [...this.running.keys()].reverse()) await this.end(name);
    await this.while(this.plane.stop());
  }

  /** Time passes while something is waited for. */
  private async while(what: Promise<void>): Promise<void> {
    let over = false;
    const done = what.finally(() => (over = true));
    done.catch(() => undefined);
    for (let i = 0; !over; i++) {
      await this.settle();
      if (!over && i > 20) await this.run(100);
    }
    await done;
  }

  private make(name: string): Component {
    const of = (user: string, agent: string): ComponentContext => {
      const x = this.plane.contexts.of(user, agent);
      return this.o.wrap ? { ...x, client: this.o.wrap(x.client, name) } : x;
    };
    if (name === 'scheduler') return createScheduler(of('system:kube-scheduler', 'kube-scheduler'));
    if (name === 'kubelet') return createKubelet(of('system:kubelet', 'kubelet'), { nodes: this.o.nodes ?? 3 });
    const c = CONTROLLERS.find((x) => x.name === name)!;
    const none = { rootCa: 'PEM', authority: { cert: '', key: '' }, signToken: () => 'token' };
    return c.create(of(`system:serviceaccount:kube-system:${c.serviceAccount}`, 'kube-controller-manager'), none);
  }
}
