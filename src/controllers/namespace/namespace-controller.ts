import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import type { Informer } from '../../client/informer';
import { QueueComponent } from '../../client/queue-component';
import { NAMESPACES } from '../../client/resources';
import { exponentialDelay, WorkQueue } from '../../client/work-queue';
import { AllInformers, AllResources } from '../shared/all-resources';
import type { Condition } from '../shared/types';
import { namespaceConditions } from './namespace-conditions';
import { deleteContent } from './namespace-content';

const FINALIZER = 'kubernetes';
/** Changes of the content are looked at together after this time. */
const SETTLE = 100;
/** Content that cannot be watched is looked at again after this time. */
const RECHECK = 8000;

interface Namespace extends KubeObject {
  spec: { finalizers?: string[] };
  status: { phase?: string; conditions?: Condition[] };
}

class NamespaceController implements Component {
  readonly name = 'namespace-controller';
  private readonly all: AllResources;
  private readonly informers: AllInformers;
  private readonly namespaces: Informer<Namespace>;
  private readonly work: QueueComponent;

  constructor(private readonly x: ComponentContext) {
    this.all = new AllResources(x);
    this.namespaces = x.caches.informer<Namespace>(NAMESPACES);
    const queue = new WorkQueue(x.clock, (n) => exponentialDelay(n, 5, 60_000));
    this.work = new QueueComponent({
      ...x,
      name: this.name,
      queue,
      workers: 10,
      setup: () => {
        const add = (o: Namespace): void => {
          if (isLeaving(o)) queue.add(o.metadata.name!);
        };
        return [this.namespaces.subscribe({ added: add, updated: add })];
      },
      reconcile: (key) => this.reconcile(key),
    });
    const contentChanged = (o: KubeObject): void => {
      const ns = this.namespaces.get(o.metadata.namespace!);
      if (ns && isLeaving(ns)) queue.addAfter(o.metadata.namespace!, SETTLE);
    };
    this.informers = new AllInformers(
      this.all,
      x.caches,
      (r) => r.namespaced,
      (informer) =>
        informer.subscribe({
          added: contentChanged,
          deleted: contentChanged,
          updated: (o, old) => {
            if (o.metadata.finalizers?.length !== old.metadata.finalizers?.length) contentChanged(o);
          },
        }),
    );
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.all.start(signal);
    this.informers.update();
    await this.work.start(signal);
  }

  async stop(): Promise<void> {
    this.all.stop();
    this.informers.stop();
    await this.work.stop();
  }

  ready(): boolean {
    return this.work.ready();
  }

  private async reconcile(name: string): Promise<{ after?: number } | void> {
    let ns = this.namespaces.get(name);
    if (!ns || !isLeaving(ns)) return;
    try {
      if (ns.status.phase !== 'Terminating') ns = await this.updateStatus(ns, { ...ns.status, phase: 'Terminating' });
      const resources = this.all.preferred('delete').filter((r) => r.namespaced);
      const { done, unwatched, remains } = await deleteContent(this.x.client, name, resources);
      const conditions = namespaceConditions(ns.status.conditions, remains, this.x.clock.now());
      if (!sameJson(conditions, ns.status.conditions)) ns = await this.updateStatus(ns, { ...ns.status, conditions });
      if (!done) {
        if (remains.errors.length > 0) throw new AggregateError(remains.errors, remains.errors.map((e) => e.message).join(', '));
        return unwatched ? { after: RECHECK } : undefined;
      }
      const finalizers = ns.spec.finalizers!.filter((f) => f !== FINALIZER);
      await this.x.client.update(NAMESPACES, { ...ns, spec: { ...ns.spec, finalizers } }, { subresource: 'finalize' });
    } catch (e) {
      if (!isReason(e, 'NotFound')) throw e;
    }
  }

  private updateStatus(ns: Namespace, status: Namespace['status']): Promise<Namespace> {
    return this.x.client.update<Namespace>(NAMESPACES, { ...ns, status }, { subresource: 'status' });
  }
}

/** It is to be deleted and waits for this controller. */
function isLeaving(ns: Namespace): boolean {
  return ns.metadata.deletionTimestamp !== undefined && (ns.spec.finalizers?.includes(FINALIZER) ?? false);
}

/** Empties namespaces that are to be deleted and then lets them go. */
export function createNamespaceController(x: ComponentContext): Component {
  return new NamespaceController(x);
}
