import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Client } from '../../client/client';
import type { EventRecorder } from '../../client/event-recorder';
import { PODS } from '../../client/resources';
import { namespaceTerminating } from './errors';
import { controllerRef } from './owners';
import type { Pod, PodTemplate } from './types';

/** Makes and deletes pods on behalf of a controller and tells of it in events about their owner. */
export class PodControl {
  constructor(
    private readonly client: Client,
    private readonly events: EventRecorder,
  ) {}

  /** @throws StatusError when the API refuses; an event tells, unless the namespace is going */
  async create(namespace: string | undefined, pod: KubeObject, owner: KubeObject): Promise<Pod> {
    try {
      const made = await this.client.create<Pod>(PODS, { ...pod, metadata: { ...pod.metadata, namespace } });
      this.events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
      return made;
    } catch (e) {
      if (!namespaceTerminating(e)) this.events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${(e as Error).message}`);
      throw e;
    }
  }

  /** @throws StatusError NotFound when it is gone already; other refusals are told in an event */
  async delete(namespace: string | undefined, name: string, owner: KubeObject): Promise<void> {
    try {
      await this.client.delete(PODS, namespace, name);
    } catch (e) {
      if (!isReason(e, 'NotFound')) this.events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${(e as Error).message}`);
      throw e;
    }
    this.events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
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
