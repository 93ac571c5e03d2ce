import { isReason } from '../../api/errors/status-error';
import type { GVR, KubeObject } from '../../api/meta/object';
import type { Client } from '../../client/client';

/** Keeps objects that are in use from going by a finalizer. */
export class Protection {
  constructor(
    private readonly client: Client,
    private readonly gvr: GVR,
    private readonly finalizer: string,
  ) {}

  /** It has to get the finalizer, or may lose it. */
  concerns(o: KubeObject): boolean {
    return (o.metadata.deletionTimestamp !== undefined) === this.has(o);
  }

  /** Adds the finalizer, or takes it away from what is to be deleted and not in use. */
  async sync(o: KubeObject, inUse: () => Promise<boolean>): Promise<void> {
    if (!this.concerns(o)) return;
    const others = (o.metadata.finalizers ?? []).filter((f) => f !== this.finalizer);
    if (!this.has(o)) others.push(this.finalizer);
    else if (await inUse()) return;
    try {
      await this.client.update(this.gvr, { ...o, metadata: { ...o.metadata, finalizers: others } });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  private has(o: KubeObject): boolean {
    return o.metadata.finalizers?.includes(this.finalizer) ?? false;
  }
}
