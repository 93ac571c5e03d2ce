import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Informer } from '../../client/informer';

/** An informer's objects, with changes that are on their way to the server already made; each holds until the server's version differs. */
export class AssumeCache {
  private readonly assumed = new Map<string, { object: KubeObject; over: string | undefined }>();

  constructor(readonly informer: Informer) {}

  get(key: string): KubeObject | undefined {
    return this.latest(key, this.informer.get(key));
  }

  list(): KubeObject[] {
    return this.informer.list().map((o) => this.latest(keyOf(o), o)!);
  }

  /** Takes a change for made; the object has to come from this cache. */
  assume(object: KubeObject): void {
    const key = keyOf(object);
    this.assumed.set(key, { object, over: this.informer.get(key)?.metadata.resourceVersion });
  }

  restore(object: KubeObject): void {
    this.assumed.delete(keyOf(object));
  }

  private latest(key: string, current: KubeObject | undefined): KubeObject | undefined {
    const a = this.assumed.get(key);
    if (!a) return current;
    if (current && current.metadata.resourceVersion === a.over) return a.object;
    this.assumed.delete(key);
    return current;
  }
}
