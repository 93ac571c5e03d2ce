import type { Clock } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';
import type { Client } from './client';
import type { EventSource } from './event-recorder';
import type { Caches } from './informer';

/** A part of the cluster that runs beside the API server: a controller, the scheduler, a node. Composed and ended by the composition root. */
export interface Component {
  readonly name: string;
  /** Resolves when the component has seen the initial state and works. Rejects with the signal's reason when it is aborted first. */
  start(signal: AbortSignal): Promise<void>;
  /** Takes up no more work and resolves when what was begun is done. Harmless when repeated, or before start. */
  stop(): Promise<void>;
  ready(): boolean;
}

/** What every component is given; its whole view of the world. `client` acts with the component's own identity. */
export interface ComponentContext {
  client: Client;
  caches: Caches;
  clock: Clock;
  random: Random;
  log: Log;
  events: EventSource;
}
