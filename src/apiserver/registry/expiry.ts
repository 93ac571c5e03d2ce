import { parseTime } from '../../api/meta/time';
import type { KubeObject } from '../../api/meta/object';
import type { Cached } from '../../storage/watch-cache/watch-cache';
import type { Clock, Disposable } from '../../util/clock';
import type { Log } from '../../util/log';
import type { Registry } from './registry';

/** Objects whose time is up are taken away no more often than this, in milliseconds. */
const ROUND = 1000;

/**
 * Takes objects away once nobody has written them for `ttlMs` milliseconds, as etcd's leases do for the Events of kube-apiserver
 * (--event-ttl). Infinity keeps them. What was stored before the start counts from its last recorded write.
 */
export function startExpiry(registry: Registry, o: { ttlMs: number; clock: Clock; log: Log }): Disposable {
  if (o.ttlMs === Infinity) return { dispose() {} };
  const expiry = new Expiry(registry, o);
  const watch = registry.cache.watch({}, undefined, {
    offer: (e) => {
      if (e.cached && e.type !== 'DELETED') expiry.written(e.cached);
      return true;
    },
    close: () => expiry.dispose(),
  });
  expiry.start();
  return {
    dispose: () => {
      watch.dispose();
      expiry.dispose();
    },
  };
}

class Expiry {
  /** Every write, oldest first; those that were followed by another have no effect. */
  private queue: { key: string; rev: number; at: number }[] = [];
  private started = false;
  private timer: Disposable | undefined;

  constructor(
    private readonly registry: Registry,
    private readonly o: { ttlMs: number; clock: Clock; log: Log },
  ) {}

  written(c: Cached): void {
    const at = (this.started ? this.o.clock.now() : lastWrite(c.object)) + this.o.ttlMs;
    this.queue.push({ key: c.key, rev: c.rev, at });
    if (this.started) this.schedule();
  }

  start(): void {
    this.queue.sort((a, b) => a.at - b.at);
    this.started = true;
    this.schedule();
  }

  dispose(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.started = false;
  }

  private schedule(): void {
    const [first] = this.queue;
    if (!first || this.timer) return;
    this.timer = this.o.clock.after(Math.max(ROUND, first.at - this.o.clock.now()), () => {
      this.timer = undefined;
      this.round();
      if (this.started) this.schedule();
    });
  }

  private round(): void {
    const now = this.o.clock.now();
    let due = 0;
    while (due < this.queue.length && this.queue[due]!.at <= now) due++;
    for (const { key, rev } of this.queue.splice(0, due)) {
      const current = this.registry.cache.get(key);
      // Written again since: that write stands further back in the queue.
      if (current?.rev !== rev) continue;
      this.registry.expire(current).catch((e: unknown) => this.o.log.error({ err: e, key }, 'cannot take away what has expired'));
    }
  }
}

function lastWrite(o: KubeObject): number {
  let last = parseTime(o.metadata.creationTimestamp ?? '');
  for (const f of o.metadata.managedFields ?? []) {
    const t = parseTime((f['time'] as string | undefined) ?? '');
    if (t > last || Number.isNaN(last)) last = t;
  }
  return Number.isNaN(last) ? 0 : last;
}
