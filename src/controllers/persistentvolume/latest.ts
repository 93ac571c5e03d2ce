import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Informer } from '../../client/informer';
import type { Disposable } from '../../util/clock';

/** An informer's objects, or what has been written over them and not come back yet. */
export class Latest<T extends KubeObject> {
  private readonly written = new Map<string, T>();
  readonly subscription: Disposable;

  constructor(readonly informer: Informer<T>) {
    const seen = (o: T): void => {
      const mine = this.written.get(keyOf(o));
      if (mine && rev(mine) <= rev(o)) this.written.delete(keyOf(o));
    };
    this.subscription = informer.subscribe({ added: seen, updated: seen, deleted: (o) => void this.written.delete(keyOf(o)) });
  }

  get(key: string): T | undefined {
    return this.written.get(key) ?? this.informer.get(key);
  }

  byIndex(index: string, value: string): T[] {
    return this.informer.byIndex(index, value).map((o) => this.written.get(keyOf(o)) ?? o);
  }

  /** Takes the server's answer to a write. */
  store(o: T): T {
    const cached = this.informer.get(keyOf(o));
    if (cached && rev(cached) < rev(o)) this.written.set(keyOf(o), o);
    return o;
  }
}

const rev = (o: KubeObject): number => Number(o.metadata.resourceVersion);
