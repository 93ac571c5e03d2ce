import { isReason } from '../../api/errors/status-error';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../client/resources';
import { namespaceTerminating } from '../shared/errors';

const NAME = 'default';

/** Gives every namespace its ServiceAccount `default`. */
export function createServiceAccountController(x: ComponentContext): Component {
  const namespaces = x.caches.informer(NAMESPACES);
  const accounts = x.caches.informer(SERVICE_ACCOUNTS);
  return new QueueComponent({
    ...x,
    name: 'serviceaccount-controller',
    setup: (queue) => [
      namespaces.subscribe({ added: (ns) => queue.add(ns.metadata.name!), updated: (ns) => queue.add(ns.metadata.name!) }),
      accounts.subscribe({
        deleted: (a) => {
          if (a.metadata.name === NAME) queue.add(a.metadata.namespace!);
        },
      }),
    ],
    async reconcile(namespace) {
      const ns = namespaces.get(namespace);
      if (!ns || ns['status']?.phase === 'Terminating' || accounts.get(`${namespace}/${NAME}`)) return;
      try {
        await x.client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } });
      } catch (e) {
        if (!isReason(e, 'AlreadyExists', 'NotFound') && !namespaceTerminating(e)) throw e;
      }
    },
  });
}
