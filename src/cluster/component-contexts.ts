import { LocalClient } from '../apiserver/local-client';
import type { ControlPlane } from '../apiserver/control-plane';
import { createCaches } from '../client/caches';
import type { Client } from '../client/client';
import type { ComponentContext } from '../client/component';
import { createEvents } from '../client/event-recorder';
import type { EventSource } from '../client/event-recorder';
import type { Caches } from '../client/informer';
import type { Clock } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';

/** Who asks: the user, and the name in managed fields. */
export interface Identity {
  user: string;
  agent: string;
  groups?: readonly string[];
}

/** Gives every component a client of its own, and all of them the same caches and events. */
export class ComponentContexts {
  private readonly stopping = new AbortController();
  private readonly caches: Caches;
  private readonly sources: EventSource[] = [];

  constructor(
    /** Where clients come from; `signal`: nothing more is to be asked. */
    private readonly connect: (who: Identity, signal: AbortSignal) => Client,
    private readonly x: { clock: Clock; random: Random; log: Log },
  ) {
    this.caches = createCaches(this.client('system:kube-controller-manager', 'kubernest-informers'), x);
  }

  /** A client that acts as `user` and is named `agent` in managed fields. */
  client(user: string, agent: string, groups: readonly string[] = []): Client {
    return this.connect({ user, agent, groups }, this.stopping.signal);
  }

  /** What a component is given. */
  of(user: string, agent: string): ComponentContext {
    const client = this.client(user, agent);
    const { clock, random } = this.x;
    const log = this.x.log.child({ component: agent });
    const events = createEvents(client, { clock, random, log });
    this.sources.push(events);
    return { client, caches: this.caches, clock, random, log, events };
  }

  /** After the components have stopped: writes what they still had to say and lets go of the caches. */
  async stop(): Promise<void> {
    await Promise.all(this.sources.map((s) => s.flushed()));
    for (const s of this.sources) s.stop();
    this.caches.stop();
    this.stopping.abort(new Error('the cluster stops'));
  }
}

/** A client in the process of the API server, with an identity of its own. */
export function localClient(plane: ControlPlane, { user, agent, groups = [] }: Identity, signal: AbortSignal): Client {
  return new LocalClient({ handlers: plane.handlers, user: { name: user, groups: ['system:authenticated', ...groups] }, userAgent: agent, signal });
}

/** For components in the process of the API server. */
export function localContexts(plane: ControlPlane, x: { clock: Clock; random: Random; log: Log }): ComponentContexts {
  return new ComponentContexts((who, signal) => localClient(plane, who, signal), x);
}
