import type { KubeObject } from '../../src/api/meta/object';
import { formatTime } from '../../src/api/meta/time';
import { CORE_EVENTS, PODS } from '../../src/client/resources';
import type { Pod } from '../../src/controllers/shared/types';
import type { World } from '../client/world';

export const template = (app: string, image = 'nginx:1'): object => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image, resources: {} }], restartPolicy: 'Always', terminationGracePeriodSeconds: 30 },
});

/** Plays scheduler and kubelet: pods get a node and become ready at once, unless `hold` says no; deleted ones go. */
export function playNodes(w: World, hold: (pod: Pod) => boolean = () => false): void {
  const run = (pod: KubeObject): void => {
    void (async () => {
      const p = pod as Pod;
      if (p.metadata.deletionTimestamp) await w.client.delete(PODS, p.metadata.namespace, p.metadata.name!, { gracePeriodSeconds: 0 }).catch(() => undefined);
      else if (!p.spec.nodeName) await w.client.update(PODS, { ...p, spec: { ...p.spec, nodeName: 'node-1' } });
      else if (p.status?.phase === 'Pending' && !hold(p)) await setReady(w, p, true);
    })().catch(() => undefined);
  };
  w.context.caches.informer(PODS).subscribe({ added: run, updated: run });
}

export async function setReady(w: World, pod: KubeObject, ready: boolean, phase = 'Running'): Promise<void> {
  const fresh = await w.client.get<Pod>(PODS, pod.metadata.namespace, pod.metadata.name!);
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: formatTime(w.clock.now()) };
  await w.client.update(PODS, { ...fresh, status: { phase, podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }], conditions: [condition] } }, { subresource: 'status' });
}

/** reason: message of all events about an object, in the order of their making. */
export async function eventsOf(w: World, name: string): Promise<string[]> {
  await w.events.flushed();
  return w.client
    .all(CORE_EVENTS)
    .filter((e) => e['involvedObject'].name === name)
    .map((e) => `${e['reason']}: ${e['message']}`);
}
