import { isReason } from '../api/errors/status-error';
import type { GVR, KubeObject } from '../api/meta/object';
import { Backoff } from '../util/backoff';
import type { Clock, Disposable } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';
import type { Client, WatchOptions } from './client';
import { gvrPath } from './resources';

/** Where a reflector puts what it sees. */
export interface ReflectorSink<T extends KubeObject> {
  /** The complete present state, at the beginning and after a gap. */
  replace(items: readonly T[]): void;
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  client: Client;
  gvr: GVR;
  fieldSelector?: string;
  sink: ReflectorSink<T>;
  clock: Clock;
  random: Random;
  log: Log;
}

/** A list is read in pages of this size from servers without WatchList, as client-go does. */
const PAGE = 500;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * Keeps a sink current with one resource, for ever: a streamed list (WatchList) or else a paged one, then a watch that is resumed from
 * the last version seen, a new list when that version has expired, and growing pauses between failures (client-go's Reflector).
 */
export class Reflector<T extends KubeObject> {
  private version: string | undefined;
  private streaming = true;
  private attempt: { watch?: Disposable; timer?: Disposable; over: boolean } = { over: true };
  private stopped = false;
  private readonly backoff: Backoff;

  constructor(private readonly o: ReflectorOptions<T>) {
    this.backoff = new Backoff({ first: 800, most: 30_000, factor: 2, jitter: 1, resetAfter: 120_000 }, o.clock, o.random);
  }

  start(): void {
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.attempt.over = true;
    this.attempt.watch?.dispose();
    this.attempt.timer?.dispose();
  }

  private connect(): void {
    if (this.version !== undefined) this.watch({ resourceVersion: this.version });
    else if (this.streaming) this.watch({ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' });
    else void this.list();
  }

  private async list(): Promise<void> {
    const attempt = (this.attempt = { over: false });
    try {
      const items: T[] = [];
      let next: string | undefined;
      do {
        const page = await this.o.client.list<T>(this.o.gvr, { fieldSelector: this.o.fieldSelector, limit: PAGE, continue: next });
        if (attempt.over) return;
        for (const item of page.items) items.push(item);
        next = page.metadata.continue || undefined;
        this.version = page.metadata.resourceVersion;
      } while (next !== undefined);
      this.o.sink.replace(items);
      this.connect();
    } catch (e) {
      this.version = undefined;
      if (!attempt.over) this.retry(e as Error, 'cannot list');
    }
  }

  private watch(how: Partial<WatchOptions>): void {
    const attempt: typeof this.attempt = (this.attempt = { over: false });
    let initial: Map<string, T> | undefined = how.sendInitialEvents ? new Map() : undefined;
    const began = this.o.clock.monotonic();
    const event = (type: string, object: T): void => {
      if (attempt.over) return;
      if (type === 'BOOKMARK') {
        if (initial && object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') {
          const items = [...initial.values()];
          initial = undefined;
          this.version = object.metadata.resourceVersion;
          this.o.sink.replace(items);
        } else if (!initial) this.version = object.metadata.resourceVersion;
        return;
      }
      if (initial) {
        const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
        if (type === 'DELETED') initial.delete(key);
        else initial.set(key, object);
        return;
      }
      this.version = object.metadata.resourceVersion;
      if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') this.o.sink.apply(type, object);
      else this.o.log.warn({ resource: gvrPath(this.o.gvr), type }, 'watch event of an unknown type was left out');
    };
    const closed = (error?: Error): void => {
      if (attempt.over) return;
      attempt.over = true;
      this.ended(error, initial !== undefined, this.o.clock.monotonic() - began);
    };
    try {
      const opened = this.o.client.watch<T>(
        this.o.gvr,
        // A limit makes a connection that died unnoticed end; spread so that watches do not all end together.
        { fieldSelector: this.o.fieldSelector, allowWatchBookmarks: true, timeoutSeconds: 300 + this.o.random.int(300), ...how },
        { event, closed },
      );
      if (attempt.over) opened.dispose();
      else attempt.watch = opened;
    } catch (e) {
      closed(e as Error);
    }
  }

  private ended(error: Error | undefined, initial: boolean, lasted: number): void {
    if (this.stopped) return;
    if (isReason(error, 'Expired', 'Gone')) {
      this.version = undefined;
      this.soon(0);
    } else if (error && initial && isReason(error, 'Invalid')) {
      // The server has no WatchList: read lists from now on.
      this.streaming = false;
      this.connect();
    } else if (error) this.retry(error, 'watch failed');
    else if (lasted < 1000) this.retry(undefined, 'watch ended at once');
    else this.soon(0);
  }

  private retry(error: Error | undefined, what: string): void {
    const ms = this.backoff.next();
    this.o.log.warn({ resource: gvrPath(this.o.gvr), err: error?.message, retryAfterMs: Math.round(ms) }, what);
    this.soon(ms);
  }

  /** Never connects from inside a watch callback: the client may still be busy ending the old one. */
  private soon(ms: number): void {
    if (this.stopped) return;
    const attempt: typeof this.attempt = (this.attempt = { over: false });
    attempt.timer = this.o.clock.after(ms, () => {
      if (attempt.over) return;
      attempt.over = true;
      this.connect();
    });
  }
}
