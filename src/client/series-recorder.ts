import { isReason } from '../api/errors/status-error';
import type { KubeObject } from '../api/meta/object';
import { formatMicroTime } from '../api/meta/time';
import type { Clock } from '../util/clock';
import type { Client } from './client';
import type { EventNames } from './event-names';
import type { SeriesRecorder } from './event-recorder';
import { referenceTo } from './object-reference';
import type { OrderedWriter } from './ordered-writer';
import { EVENTS } from './resources';

/** A series without news for that long is over; its last count is written. */
const FINISH = 6 * 60_000;
/** Running series are written that often, so that they do not outlive their time. */
const REFRESH = 30 * 60_000;

interface Kept {
  event: KubeObject;
  last: number;
  series?: { count: number; lastObservedTime: string };
}

/** A recorder of events.k8s.io/v1 Events that turns repetitions into series, as client-go's tools/events does. */
export function createSeriesRecorder(
  client: Client,
  writer: OrderedWriter,
  names: EventNames,
  x: { clock: Clock },
  controller: string,
  instance: string,
): { recorder: SeriesRecorder; stop: () => void } {
  const kept = new Map<string, Kept>();

  const write = (key: string, k: Kept): void => {
    const event = k.series ? { ...k.event, series: { ...k.series } } : k.event;
    writer.write(`${controller}|${key}`, async () => {
      const { namespace, name } = event.metadata;
      if (event['series']) {
        try {
          await client.patch(EVENTS, namespace, name!, 'strategic', { series: event['series'] as unknown });
          return;
        } catch (e) {
          if (!isReason(e, 'NotFound')) throw e;
        }
      }
      await client.create(EVENTS, event);
    });
  };

  const finish = x.clock.every(FINISH, () => {
    const before = x.clock.now() - FINISH;
    for (const [key, k] of kept) {
      if (k.last >= before) continue;
      if (k.series) write(key, k);
      kept.delete(key);
    }
  });
  const refresh = x.clock.every(REFRESH, () => {
    for (const [key, k] of kept) if (k.series) write(key, k);
  });

  const recorder: SeriesRecorder = {
    event(regarding, related, type, reason, action, note) {
      const now = x.clock.now();
      const about = referenceTo(regarding);
      const other = related && referenceTo(related);
      const key = [type, action, reason, instance, ...Object.values(about), ...Object.values(other ?? {})].join('|');
      const before = kept.get(key);
      if (before) {
        const first = before.series === undefined;
        before.series = { count: (before.series?.count ?? 1) + 1, lastObservedTime: formatMicroTime(now) };
        before.last = now;
        // Later repetitions are only counted; the refresh or the end of the series writes them.
        if (first) write(key, before);
        return;
      }
      const event: KubeObject = {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: names.next(about.name ?? ''), namespace: about.namespace || 'default' },
        eventTime: formatMicroTime(now),
        reportingController: controller,
        reportingInstance: instance,
        action,
        reason,
        regarding: about,
        ...(other ? { related: other } : {}),
        note,
        type,
      };
      const fresh = { event, last: now };
      kept.set(key, fresh);
      write(key, fresh);
    },
  };
  return {
    recorder,
    stop: () => {
      finish.dispose();
      refresh.dispose();
    },
  };
}
