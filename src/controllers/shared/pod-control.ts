import { StatusError, isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import { controllerOf } from '../../api/meta/object';
import { CacheLag } from '../../client/cache-lag';
import type { Client } from '../../client/client';
import type { EventRecorder } from '../../client/event-recorder';
import type { Informer } from '../../client/informer';
import { PODS } from '../../client/resources';
import { namespaceTerminating } from './errors';
import { controlledBy, controllerRef } from './owners';
import type { Pod, PodTemplate } from './types';

/** Makes and deletes pods on behalf of a controller and tells of it in events about their owner. */
export class PodControl {
  /** Owners for whom a request had no answer, or none that tells whether it was done. */
  private readonly doubts = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly events: EventRecorder,
  ) {}

  /**
   * Makes sure, where the outcome of a request is unknown, that the cache shows what is stored: or pods would be made twice. Upstream takes
   * such a pod for not made. `pods`: indexed by controller. @throws CacheLag while it does not
   */
  async certain(owner: KubeObject, pods: Informer<Pod>): Promise<void> {
    const uid = owner.metadata.uid!;
    if (!this.doubts.has(uid)) return;
    const stored = (await this.client.list<Pod>(PODS, { namespace: owner.metadata.namespace })).items.filter((p) => controllerOf(p)?.uid === uid);
    const cached = new Map(controlledBy(pods, owner).map((p) => [p.metadata.uid, p]));
    const same = stored.every((p) => {
      const c = cached.get(p.metadata.uid);
      return c && (c.metadata.deletionTimestamp === undefined) === (p.metadata.deletionTimestamp === undefined);
    });
    if (!same || stored.length !== cached.size) throw new CacheLag('pods');
    this.doubts.delete(uid);
  }

  /** The owner is gone. */
  forget(owner: KubeObject): void {
    this.doubts.delete(owner.metadata.uid!);
  }

  /** @throws StatusError when the API refuses; an event tells, unless the namespace is going */
  async create(namespace: string | undefined, pod: KubeObject, owner: KubeObject): Promise<Pod> {
    try {
      const made = await this.client.create<Pod>(PODS, { ...pod, metadata: { ...pod.metadata, namespace } });
      this.events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
      return made;
    } catch (e) {
      this.doubt(owner, e);
      if (!namespaceTerminating(e)) this.events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${(e as Error).message}`);
      throw e;
    }
  }

  /** @throws StatusError NotFound when it is gone already; other refusals are told in an event */
  async delete(namespace: string | undefined, name: string, owner: KubeObject): Promise<void> {
    try {
      await this.client.delete(PODS, namespace, name);
    } catch (e) {
      this.doubt(owner, e);
      if (!isReason(e, 'NotFound')) this.events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${(e as Error).message}`);
      throw e;
    }
    this.events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
  }

  /** A refusal below 500 says that nothing was done; anything else leaves it open. */
  private doubt(owner: KubeObject, e: unknown): void {
    if (!(e instanceof StatusError) || e.code >= 500) this.doubts.add(owner.metadata.uid!);
  }
}

/** The pod that a template describes for `owner`: a generated name, the template's labels, annotations and finalizers. */
export function podFromTemplate(template: PodTemplate, owner: KubeObject): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: `${owner.metadata.name}-`, labels, annotations, finalizers, ownerReferences: [controllerRef(owner)] },
    spec: template.spec,
  };
}
