import type { GVR, KubeObject } from '../api/meta/object';
import { keyOf } from '../api/meta/object';
import type { Disposable } from '../util/clock';
import type { Log } from '../util/log';
import type { Informer, InformerHandler } from './informer';
import { ObjectStore } from './object-store';
import type { ReflectorSink } from './reflector';
import { gvrPath } from './resources';

/** The informer that a reflector fills. Handlers are called at once and in order, before the next event is taken. */
export class SharedInformer<T extends KubeObject = KubeObject> implements Informer<T>, ReflectorSink<T> {
  private readonly store = new ObjectStore<T>();
  private handlers: readonly InformerHandler<T>[] = [];
  private waiting: (() => void)[] = [];
  private seen = false;

  constructor(
    readonly gvr: GVR,
    private readonly log: Log,
  ) {}

  get synced(): boolean {
    return this.seen;
  }

  /** Resolves when the initial state has been seen. */
  async whenSynced(): Promise<void> {
    if (!this.seen) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  get(key: string): T | undefined {
    return this.store.get(key);
  }

  list(namespace?: string): readonly T[] {
    return this.store.list(namespace);
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.store.byIndex(index, value);
  }

  addIndex(name: string, fn: (o: T) => readonly string[]): void {
    this.store.addIndex(name, fn);
  }

  subscribe(h: InformerHandler<T>): Disposable {
    for (const o of this.store.list()) this.call(h, 'added', o);
    this.handlers = [...this.handlers, h];
    return { dispose: () => void (this.handlers = this.handlers.filter((x) => x !== h)) };
  }

  replace(items: readonly T[]): void {
    const gone = new Set(this.store.keys());
    for (const o of items) gone.delete(keyOf(o));
    for (const key of gone) this.remove(key);
    for (const o of items) {
      // What has not changed since is no news.
      const old = this.store.get(keyOf(o));
      if (!old || old.metadata.resourceVersion !== o.metadata.resourceVersion) this.put(o);
    }
    if (this.seen) return;
    this.seen = true;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', o: T): void {
    if (type === 'DELETED') this.remove(keyOf(o), o);
    else this.put(o);
  }

  private put(o: T): void {
    const key = keyOf(o);
    let old = this.store.get(key);
    if (old && old.metadata.uid !== o.metadata.uid) {
      // Deleted and made again behind our back.
      this.remove(key);
      old = undefined;
    }
    this.store.set(key, o);
    for (const h of this.handlers) {
      if (old) this.call(h, 'updated', o, old);
      else this.call(h, 'added', o);
    }
  }

  private remove(key: string, last?: T): void {
    const old = this.store.delete(key);
    if (!old) return;
    for (const h of this.handlers) this.call(h, 'deleted', last ?? old);
  }

  private call(h: InformerHandler<T>, what: 'added' | 'updated' | 'deleted', o: T, old?: T): void {
    try {
      if (what === 'updated') h.updated?.(o, old!);
      else h[what]?.(o);
    } catch (err) {
      // One handler's mistake must not keep the change from the others, nor end the watch.
      this.log.error({ resource: gvrPath(this.gvr), key: keyOf(o), err }, `informer handler failed on ${what}`);
    }
  }
}
