import type { Component, ComponentContext } from '../../src/client/component';
import { createCaches } from '../../src/client/caches';
import { createEvents } from '../../src/client/event-recorder';
import { FakeClock } from '../../src/util/fake-clock';
import type { Log } from '../../src/util/log';
import { silentLog } from '../../src/util/log';
import { SeededRandom } from '../../src/util/random';
import { FakeClient } from './fake-client';

/** A fake server with all that components are given, for tests of them. */
export class World {
  readonly clock = new FakeClock();
  readonly random = new SeededRandom(42);
  readonly client = new FakeClient(this.clock, this.random);
  readonly problems: string[] = [];
  readonly log: Log = { ...silentLog, warn: (f, m) => void this.problems.push(`${m} ${JSON.stringify(f)}`), error: (f, m) => void this.problems.push(`${m} ${JSON.stringify(f)}`), child: () => this.log };
  readonly events = createEvents(this.client, this);
  readonly context: ComponentContext = { ...this, client: this.client, caches: createCaches(this.client, this), events: this.events };
  private readonly abort = new AbortController();
  private readonly running: Component[] = [];

  async start(...components: ((x: ComponentContext) => Component)[]): Promise<void> {
    for (const create of components) {
      const c = create(this.context);
      this.running.push(c);
      await c.start(this.abort.signal);
    }
    await this.settle();
  }

  /** Lets everything run that can without time passing. */
  async settle(): Promise<void> {
    for (let before = -1; before !== this.client.actions.length; ) {
      before = this.client.actions.length;
      for (let i = 0; i < 20; i++) await new Promise((r) => setImmediate(r));
    }
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms, () => this.settle());
    await this.settle();
  }

  async stop(): Promise<void> {
    for (const c of this.running.splice(0)) await c.stop();
    this.context.caches.stop();
    this.events.stop();
  }
}
