import { isReason } from '../../api/errors/status-error';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { NODES } from '../../client/resources';
import type { Node } from '../shared/types';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** For how many seconds kubelets may keep secrets and configuration, by the number of nodes; ranges overlap so that it does not swing. */
const STEPS: readonly { least: number; most: number; seconds: number }[] = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1000, seconds: 30 },
  { least: 900, most: 2000, seconds: 60 },
  { least: 1800, most: Infinity, seconds: 300 },
];

/** Tells nodes how long they may keep what they have read, which depends on how many they are. */
export function createNodeTtlController(x: ComponentContext): Component {
  const nodes = x.caches.informer<Node>(NODES);
  let count = 0;
  let step = 0;
  return new QueueComponent({
    ...x,
    name: 'ttl-controller',
    setup: (queue) => {
      const changed = (by: number): void => {
        count += by;
        const before = step;
        if (count > STEPS[step]!.most) step++;
        else if (count < STEPS[step]!.least) step--;
        if (step !== before) for (const n of nodes.list()) queue.add(n.metadata.name!);
      };
      return [
        nodes.subscribe({
          added: (n) => {
            changed(1);
            queue.add(n.metadata.name!);
          },
          updated: (n, old) => {
            if (n.metadata.annotations?.[ANNOTATION] !== old.metadata.annotations?.[ANNOTATION]) queue.add(n.metadata.name!);
          },
          deleted: () => changed(-1),
        }),
      ];
    },
    async reconcile(key) {
      const node = nodes.get(key);
      const wanted = String(STEPS[step]!.seconds);
      if (!node || node.metadata.annotations?.[ANNOTATION] === wanted) return;
      try {
        await x.client.patch(NODES, undefined, key, 'strategic', { metadata: { annotations: { [ANNOTATION]: wanted } } });
      } catch (e) {
        if (!isReason(e, 'NotFound')) throw e;
      }
    },
  });
}
