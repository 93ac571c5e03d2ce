import type { GVR, KubeObject } from '../api/meta/object';
import type { Clock } from '../util/clock';
import type { Log } from '../util/log';
import type { Random } from '../util/random';
import type { Client } from './client';
import type { Caches, Informer } from './informer';
import { Reflector } from './reflector';
import { gvrPath } from './resources';
import { SharedInformer } from './shared-informer';

class SharedCaches implements Caches {
  private readonly entries = new Map<string, { informer: SharedInformer<KubeObject>; reflector: Reflector<KubeObject>; optional: boolean }>();
  private stopped = false;

  constructor(
    private readonly client: Client,
    private readonly x: { clock: Clock; random: Random; log: Log },
  ) {}

  informer<T extends KubeObject>(gvr: GVR, o: { fieldSelector?: string; optional?: boolean } = {}): Informer<T> {
    if (this.stopped) throw new Error(`informer of ${gvrPath(gvr)} asked for after the caches were stopped`);
    const id = entryId(gvr, o);
    let entry = this.entries.get(id);
    if (!entry) {
      const informer = new SharedInformer(gvr, this.x.log);
      const reflector = new Reflector({ ...this.x, client: this.client, gvr, fieldSelector: o.fieldSelector, sink: informer });
      entry = { informer, reflector, optional: true };
      this.entries.set(id, entry);
      reflector.start();
    }
    if (!o.optional) entry.optional = false;
    return entry.informer as unknown as Informer<T>;
  }

  drop(gvr: GVR, o: { fieldSelector?: string } = {}): void {
    const id = entryId(gvr, o);
    this.entries.get(id)?.reflector.stop();
    this.entries.delete(id);
  }

  async synced(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const all = Promise.all([...this.entries.values()].filter((e) => !e.optional).map((e) => e.informer.whenSynced()));
    if (!signal) {
      await all;
      return;
    }
    let abort!: () => void;
    const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([all, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  stop(): void {
    this.stopped = true;
    for (const e of this.entries.values()) e.reflector.stop();
  }
}

function entryId(gvr: GVR, o: { fieldSelector?: string }): string {
  return `${gvrPath(gvr)}?${o.fieldSelector ?? ''}`;
}

/**
 * Shared informers over one client: one list and watch per resource and field selector, whoever asks (client-go's informer factory).
 * With a local client the informers hold the server's own objects.
 */
export function createCaches(client: Client, x: { clock: Clock; random: Random; log: Log }): Caches {
  return new SharedCaches(client, x);
}
