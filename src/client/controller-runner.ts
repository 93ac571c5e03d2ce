import type { KubeObject } from '../api/meta/object';
import { controllerOf, keyOf, parseApiVersion } from '../api/meta/object';
import type { Disposable } from '../util/clock';
import type { Component, ComponentContext } from './component';
import { QueueComponent } from './queue-component';
import { gvrOf } from './resources';

export interface ReconcileContext extends ComponentContext {
  /** Aborted when the controller is stopped. */
  signal: AbortSignal;
}

/** A level-triggered controller: brings what an object stands for in line with it, whatever has happened. Resources are named 'apps/v1/deployments'. */
export interface Controller {
  name: string;
  /** The resource whose keys are reconciled. */
  for: string;
  /** Resources whose objects lead to the key of their controlling owner, when that is of the `for` resource's kind. */
  owns?: string[];
  /** The kind behind `for`; needed with `owns`. */
  kind?: string;
  /** Keys reconciled at the same time; default 5. */
  workers?: number;
  /** Other resources, each with the keys one of its objects concerns. */
  maps?: Record<string, (o: KubeObject) => string[]>;
  /** `after`: milliseconds after which the key is looked at again. Conflicts and other errors lead to a later retry. */
  reconcile(key: string, x: ReconcileContext): Promise<{ after?: number } | void>;
}

/** A component that runs a controller. */
export function runController(c: Controller, x: ComponentContext): Component {
  if (c.owns?.length && !c.kind) throw new Error(`controller ${c.name} owns ${c.owns.join(', ')} and must name its own kind`);
  const resource = gvrOf(c.for);
  const log = x.log.child({ component: c.name });
  return new QueueComponent({
    ...x,
    log,
    name: c.name,
    workers: c.workers,
    setup: (queue) => {
      const subscriptions: Disposable[] = [];
      const on = (gvr: string, keys: (o: KubeObject) => readonly string[]): void => {
        const add = (o: KubeObject): void => {
          for (const k of keys(o)) queue.add(k);
        };
        const updated = (o: KubeObject, old: KubeObject): void => {
          add(old);
          add(o);
        };
        subscriptions.push(x.caches.informer(gvrOf(gvr)).subscribe({ added: add, updated, deleted: add }));
      };
      on(c.for, (o) => [keyOf(o)]);
      for (const owned of c.owns ?? []) on(owned, (o) => ownerKey(o, resource.group, c.kind!));
      for (const [gvr, map] of Object.entries(c.maps ?? {})) on(gvr, map);
      return subscriptions;
    },
    reconcile: (key, signal) => c.reconcile(key, { ...x, log, signal }),
  });
}

/** Key of the controlling owner of that group and kind: none or one. */
export function ownerKey(o: KubeObject, group: string, kind: string): string[] {
  const owner = controllerOf(o);
  if (!owner || owner.kind !== kind || parseApiVersion(owner.apiVersion).group !== group) return [];
  return [o.metadata.namespace ? `${o.metadata.namespace}/${owner.name}` : owner.name];
}
