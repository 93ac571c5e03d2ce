import type { KubeObject } from '../api/meta/object';
import { formatTime } from '../api/meta/time';
import type { Clock } from '../util/clock';
import { LruMap } from '../util/lru-map';
import type { ObjectReference } from './object-reference';

/** A core/v1 Event as a recorder makes it. */
export interface CoreEvent extends KubeObject {
  involvedObject: ObjectReference;
  reason: string;
  message: string;
  source: { component: string; host?: string };
  firstTimestamp: string;
  lastTimestamp: string;
  count: number;
  type: string;
  reportingComponent: string;
  reportingInstance: string;
}

const CACHE = 4096;
/** From that many different messages in the interval on, events of one reason become one. */
const MOST_SIMILAR = 10;
const SIMILAR_INTERVAL = 600_000;
/** Events that one source may send about one object at once, and milliseconds after which it may send one more. */
const SPAM_BURST = 25;
const SPAM_REFILL = 300_000;

interface Seen {
  count: number;
  firstTimestamp: string;
  name: string;
}

/** What is to be written: a new event, or a patch of the one that stands for it. */
export interface Correlated {
  event: CoreEvent;
  patch?: { count: number; lastTimestamp: string; message: string };
  /** Key under which the event is remembered; writes of one key must stay in order. */
  key: string;
}

/** Counts repeated events, joins similar ones and holds back floods: client-go's EventCorrelator with its defaults. */
export class EventCorrelator {
  private readonly similar = new LruMap<string, { messages: Set<string>; last: number }>(CACHE);
  private readonly seen = new LruMap<string, Seen>(CACHE);
  private readonly spam = new LruMap<string, { tokens: number; at: number }>(CACHE);

  constructor(private readonly clock: Clock) {}

  /** What to write for a new event; undefined: nothing, its source has said too much about the object. */
  correlate(event: CoreEvent, name: (of: string) => string): Correlated | undefined {
    const [aggregated, key] = this.aggregate(event, name);
    const before = this.seen.get(key);
    let result: Correlated = { event: aggregated, key };
    if (before) {
      const e = {
        ...aggregated,
        metadata: { ...aggregated.metadata, name: before.name },
        firstTimestamp: before.firstTimestamp,
        count: before.count + 1,
      };
      result = { event: e, key, patch: { count: e.count, lastTimestamp: e.lastTimestamp, message: e.message } };
    }
    const { count, firstTimestamp, metadata } = result.event;
    this.seen.set(key, { count, firstTimestamp, name: metadata.name! });
    return this.accept(spamKey(event)) ? result : undefined;
  }

  private aggregate(event: CoreEvent, name: (of: string) => string): [CoreEvent, string] {
    const now = this.clock.now();
    const similarKey = `${spamKey(event)}|${event.reason}|${event.reportingComponent}|${event.reportingInstance}`;
    let record = this.similar.get(similarKey);
    if (!record || now - record.last > SIMILAR_INTERVAL) record = { messages: new Set(), last: now };
    record.messages.add(event.message);
    record.last = now;
    this.similar.set(similarKey, record);
    if (record.messages.size < MOST_SIMILAR) {
      return [event, `${spamKey(event)}|${event.reason}|${event.involvedObject.fieldPath ?? ''}|${event.message}`];
    }
    const [oldest] = record.messages;
    record.messages.delete(oldest!);
    const time = formatTime(now);
    const joined: CoreEvent = {
      ...event,
      metadata: { name: name(event.involvedObject.name ?? ''), namespace: event.metadata.namespace },
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      message: `(combined from similar events): ${event.message}`,
      reportingComponent: '',
      reportingInstance: '',
    };
    return [joined, similarKey];
  }

  private accept(key: string): boolean {
    const now = this.clock.monotonic();
    const bucket = this.spam.get(key) ?? { tokens: SPAM_BURST, at: now };
    bucket.tokens = Math.min(SPAM_BURST, bucket.tokens + (now - bucket.at) / SPAM_REFILL);
    bucket.at = now;
    this.spam.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

function spamKey(e: CoreEvent): string {
  const o = e.involvedObject;
  return [e.source.component, e.source.host, o.kind, o.namespace, o.name, o.uid, o.apiVersion, e.type].join('|');
}
