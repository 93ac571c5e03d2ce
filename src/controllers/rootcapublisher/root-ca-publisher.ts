import { isReason } from '../../api/errors/status-error';
import type { KubeObject } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { sameJson } from '../../client/equality';
import { QueueComponent } from '../../client/queue-component';
import { CONFIG_MAPS, NAMESPACES } from '../../client/resources';
import { namespaceTerminating } from '../shared/errors';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
/** Clients see this text; it is part of the object. */
const DESCRIPTION_TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Keeps the ConfigMap kube-root-ca.crt in every namespace. `rootCa`: PEM of the authorities that the API server's certificate is checked against. */
export function createRootCaPublisher(x: ComponentContext, rootCa: string): Component {
  const namespaces = x.caches.informer(NAMESPACES);
  const maps = x.caches.informer(CONFIG_MAPS);
  const data = { 'ca.crt': rootCa };
  return new QueueComponent({
    ...x,
    name: 'root-ca-publisher',
    setup: (queue) => {
      const map = (o: KubeObject): void => {
        if (o.metadata.name === NAME) queue.add(o.metadata.namespace!);
      };
      const namespace = (o: KubeObject): void => queue.add(o.metadata.name!);
      return [namespaces.subscribe({ added: namespace, updated: namespace }), maps.subscribe({ updated: map, deleted: map })];
    },
    async reconcile(namespace) {
      const ns = namespaces.get(namespace);
      if (!ns || ns['status']?.phase === 'Terminating') return;
      const there = maps.get(`${namespace}/${NAME}`);
      const metadata = { name: NAME, namespace, annotations: { [DESCRIPTION]: DESCRIPTION_TEXT } };
      try {
        if (!there) {
          await x.client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
        } else if (!sameJson(there['data'], data) || !there.metadata.annotations?.[DESCRIPTION]) {
          const annotations = { ...there.metadata.annotations, ...metadata.annotations };
          await x.client.update(CONFIG_MAPS, { ...there, metadata: { ...there.metadata, annotations }, data });
        }
      } catch (e) {
        if (!isReason(e, 'AlreadyExists', 'NotFound') && !namespaceTerminating(e)) throw e;
      }
    },
  });
}
