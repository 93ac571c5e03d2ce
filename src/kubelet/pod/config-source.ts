import type { GVR, KubeObject } from '../../api/meta/object';
import type { Caches, Informer } from '../../client/informer';
import { CONFIG_MAPS, PERSISTENT_VOLUME_CLAIMS, SECRETS } from '../../client/resources';

export type ConfigKind = 'configmap' | 'secret' | 'claim';

const RESOURCES: Readonly<Record<ConfigKind, GVR>> = { configmap: CONFIG_MAPS, secret: SECRETS, claim: PERSISTENT_VOLUME_CLAIMS };

/** What is asked for is not known yet, because the watch on such objects has just begun. */
export const UNKNOWN = Symbol('not known yet');

/**
 * ConfigMaps, Secrets and claims that pods refer to. They are watched from the first pod on that refers to any. Who misses one is called again
 * when something in its namespace changes.
 */
export class ConfigSource {
  private readonly informers = new Map<ConfigKind, Informer>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly caches: Caches) {}

  get(kind: ConfigKind, namespace: string, name: string): KubeObject | undefined | typeof UNKNOWN {
    const informer = this.informer(kind);
    return informer.get(`${namespace}/${name}`) ?? (informer.synced ? undefined : UNKNOWN);
  }

  /** The values of a ConfigMap or Secret as text. */
  data(kind: 'configmap' | 'secret', namespace: string, name: string): Record<string, string> | undefined | typeof UNKNOWN {
    const o = this.get(kind, namespace, name);
    if (o === undefined || o === UNKNOWN) return o;
    const data = (o['data'] ?? {}) as Record<string, string>;
    if (kind === 'configmap') return data;
    return Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v, 'base64').toString('utf8')]));
  }

  /** Calls `fn` once when something in the namespace has come or changed, or when all is known; the result takes that back. */
  onChange(namespace: string, fn: () => void): () => void {
    let set = this.waiting.get(namespace);
    if (!set) this.waiting.set(namespace, (set = new Set()));
    set.add(fn);
    return () => void this.waiting.get(namespace)?.delete(fn);
  }

  private informer(kind: ConfigKind): Informer {
    let informer = this.informers.get(kind);
    if (!informer) {
      informer = this.caches.informer(RESOURCES[kind], { optional: true });
      this.informers.set(kind, informer);
      const wake = (o: KubeObject): void => this.wake(o.metadata.namespace!);
      informer.subscribe({ added: wake, updated: wake });
      void informer.whenSynced().then(() => {
        for (const namespace of [...this.waiting.keys()]) this.wake(namespace);
      });
    }
    return informer;
  }

  private wake(namespace: string): void {
    const waiting = this.waiting.get(namespace);
    if (!waiting?.size) return;
    this.waiting.delete(namespace);
    for (const fn of waiting) fn();
  }
}
