import type { KubeObject } from '../../api/meta/object';
import { keyOf } from '../../api/meta/object';
import type { Informer } from '../../client/informer';
import type { Clock, Disposable } from '../../util/clock';

/** A watch that has not shown a write after this time is not waited for any longer. */
const PATIENCE = 30_000;

interface Pending {
  group: string;
  /** Version that the cache must reach; undefined: the object of this uid must go. */
  rev?: number;
  uid?: string;
  since: number;
}

/** What a controller has written and its cache does not show yet: acting on the old state would write things twice. */
export class Written {
  private readonly pending = new Map<string, Pending>();
  readonly subscription: Disposable;

  constructor(
    private readonly informer: Informer,
    private readonly clock: Clock,
  ) {
    const seen = (o: KubeObject): void => {
      const p = this.pending.get(keyOf(o));
      if (p?.rev !== undefined && revOf(o) >= p.rev) this.pending.delete(keyOf(o));
    };
    this.subscription = informer.subscribe({ added: seen, updated: seen, deleted: (o) => void this.pending.delete(keyOf(o)) });
  }

  /** The object as the server answered to a create or update. `group`: what pendingOf is asked for. */
  stored(group: string, o: KubeObject): void {
    const cached = this.informer.get(keyOf(o));
    if (!cached || revOf(cached) < revOf(o)) this.pending.set(keyOf(o), { group, rev: revOf(o), since: this.clock.monotonic() });
  }

  deleted(group: string, o: KubeObject): void {
    if (this.informer.get(keyOf(o))?.metadata.uid === o.metadata.uid) this.pending.set(keyOf(o), { group, uid: o.metadata.uid, since: this.clock.monotonic() });
  }

  /** True while the cache lags behind a write of the group. */
  isBehind(group: string): boolean {
    for (const [key, p] of this.pending) {
      if (this.clock.monotonic() - p.since > PATIENCE) this.pending.delete(key);
      else if (p.group === group) return true;
    }
    return false;
  }
}

function revOf(o: KubeObject): number {
  return Number(o.metadata.resourceVersion);
}
