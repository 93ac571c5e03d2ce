import type { KubeObject } from '../api/meta/object';
import { formatTime } from '../api/meta/time';
import { isReason } from '../api/errors/status-error';
import type { Clock } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';
import type { Client } from './client';
import type { CoreEvent, Correlated } from './event-correlator';
import { EventCorrelator } from './event-correlator';
import { EventNames } from './event-names';
import type { ObjectReference } from './object-reference';
import { referenceTo } from './object-reference';
import { OrderedWriter } from './ordered-writer';
import { CORE_EVENTS } from './resources';
import { createSeriesRecorder } from './series-recorder';

export type EventType = 'Normal' | 'Warning';

/** Writes core/v1 Events about objects. Never waits and never fails: what cannot be written is logged. */
export interface EventRecorder {
  event(about: KubeObject | ObjectReference, type: EventType, reason: string, message: string, annotations?: Record<string, string>): void;
}

/** Writes events.k8s.io/v1 Events, as the scheduler does. */
export interface SeriesRecorder {
  event(regarding: KubeObject, related: KubeObject | undefined, type: EventType, reason: string, action: string, note: string): void;
}

/** Where components get their recorders from. */
export interface EventSource {
  /** A recorder of core/v1 Events; `component` becomes source.component and reportingComponent, `host` source.host. */
  recorder(component: string, host?: string): EventRecorder;
  /** A recorder of events.k8s.io/v1 Events; `instance` is reportingInstance. */
  seriesRecorder(controller: string, instance: string): SeriesRecorder;
  /** Resolves when everything recorded so far is written or given up. */
  flushed(): Promise<void>;
  stop(): void;
}

/**
 * A source whose recorders write through `client`, as client-go's EventBroadcasters do: named by the object and the time in hexadecimal,
 * counted, combined and held back by an EventCorrelator of each recorder's own, tried again while the server cannot be reached.
 */
export function createEvents(client: Client, x: { clock: Clock; random: Random; log: Log }): EventSource {
  const writer = new OrderedWriter(x);
  const names = new EventNames(x.clock, x.random);
  const stops: (() => void)[] = [];
  return {
    recorder: (component, host) => coreRecorder(client, writer, names, x, component, host),
    seriesRecorder: (controller, instance) => {
      const r = createSeriesRecorder(client, writer, names, x, controller, instance);
      stops.push(r.stop);
      return r.recorder;
    },
    flushed: () => writer.idle(),
    stop: () => {
      for (const stop of stops) stop();
      writer.stop();
    },
  };
}

function coreRecorder(
  client: Client,
  writer: OrderedWriter,
  names: EventNames,
  x: { clock: Clock; log: Log },
  component: string,
  host: string | undefined,
): EventRecorder {
  const correlator = new EventCorrelator(x.clock);
  const source = host === undefined ? { component } : { component, host };
  const write = async (c: Correlated): Promise<void> => {
    const { namespace, name } = c.event.metadata;
    if (c.patch) {
      try {
        await client.patch(CORE_EVENTS, namespace, name!, 'strategic', c.patch);
        return;
      } catch (e) {
        // Its time to live has run out: begin a new one.
        if (!isReason(e, 'NotFound')) throw e;
      }
    }
    await client.create(CORE_EVENTS, c.event);
  };
  return {
    event(about, type, reason, message, annotations) {
      const involvedObject = referenceTo(about);
      const now = formatTime(x.clock.now());
      const event: CoreEvent = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: {
          name: names.next(involvedObject.name ?? ''),
          namespace: involvedObject.namespace || 'default',
          ...(annotations ? { annotations } : {}),
        },
        involvedObject,
        reason,
        message,
        source,
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        type,
        reportingComponent: component,
        reportingInstance: host ?? '',
      };
      const correlated = correlator.correlate(event, (of) => names.next(of));
      if (correlated) writer.write(`${component}|${correlated.key}`, () => write(correlated));
    },
  };
}
