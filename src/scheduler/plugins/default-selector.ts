import type { KubeObject } from '../../api/meta/object';
import { controllerOf, keyOf } from '../../api/meta/object';
import type { Requirement } from '../../api/selectors/label-selector';
import { LabelSelector, selectorFrom, selectorFromSet } from '../../api/selectors/label-selector';
import type { Caches } from '../../client/informer';
import { REPLICA_SETS, REPLICATION_CONTROLLERS, SERVICES, STATEFUL_SETS } from '../../client/resources';
import { LabelIndex } from '../cache/label-index';

/** Which pods belong together with a pod when it does not say so itself: those of its Services and of the controller that made it. */
export class DefaultSelectors {
  private readonly services = new Map<string, LabelIndex<{ selector: LabelSelector; labels: Record<string, string> }>>();
  private readonly known = new Map<string, { selector: LabelSelector; labels: Record<string, string> }>();
  private readonly controllers;
  private readonly replicaSets;
  private readonly statefulSets;

  constructor(caches: Caches) {
    this.controllers = caches.informer(REPLICATION_CONTROLLERS);
    this.replicaSets = caches.informer(REPLICA_SETS);
    this.statefulSets = caches.informer(STATEFUL_SETS);
    caches.informer(SERVICES).subscribe({
      added: (s) => this.add(s),
      updated: (s, old) => {
        this.remove(old);
        this.add(s);
      },
      deleted: (s) => this.remove(s),
    });
  }

  /** The selector, or undefined when nothing selects the pod (helper.DefaultSelector upstream). */
  of(pod: KubeObject): LabelSelector | undefined {
    const requirements: Requirement[] = [];
    let labels: Record<string, string> | undefined;
    this.services.get(pod.metadata.namespace!)?.candidates(pod.metadata.labels, (s) => {
      if (s.selector.matches(pod.metadata.labels)) labels = { ...labels, ...s.labels };
    });
    const owner = controllerOf(pod);
    const key = `${pod.metadata.namespace}/${owner?.name}`;
    let own: LabelSelector | undefined;
    if (owner?.kind === 'ReplicationController' && owner.apiVersion === 'v1') {
      labels = { ...labels, ...(this.controllers.get(key)?.['spec'].selector as Record<string, string> | undefined) };
    } else if (owner?.kind === 'ReplicaSet' && owner.apiVersion === 'apps/v1') {
      own = selectorOf(this.replicaSets.get(key));
    } else if (owner?.kind === 'StatefulSet' && owner.apiVersion === 'apps/v1') {
      own = selectorOf(this.statefulSets.get(key));
    }
    if (labels) requirements.push(...selectorFromSet(labels).requirements);
    if (own) requirements.push(...own.requirements);
    return requirements.length ? new LabelSelector(requirements) : undefined;
  }

  private add(service: KubeObject): void {
    const labels = service['spec']?.selector as Record<string, string> | undefined;
    if (!labels || !Object.keys(labels).length) return;
    const namespace = service.metadata.namespace!;
    let index = this.services.get(namespace);
    if (!index) this.services.set(namespace, (index = new LabelIndex()));
    const entry = { selector: selectorFromSet(labels), labels };
    this.known.set(keyOf(service), entry);
    index.add(entry.selector, entry);
  }

  private remove(service: KubeObject): void {
    const entry = this.known.get(keyOf(service));
    if (!entry) return;
    this.known.delete(keyOf(service));
    this.services.get(service.metadata.namespace!)!.delete(entry.selector, entry);
  }
}

function selectorOf(o: KubeObject | undefined): LabelSelector | undefined {
  const spec = o?.['spec']?.selector as Parameters<typeof selectorFrom>[0];
  return spec && selectorFrom(spec);
}
