import { keyOf } from '../../api/meta/object';
import type { Component, ComponentContext } from '../../client/component';
import { QueueComponent } from '../../client/queue-component';
import { HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../client/resources';
import { AllResources } from '../shared/all-resources';
import { indexByLabel } from '../shared/label-index';
import type { Pod } from '../shared/types';
import { AutoscalerSync } from './autoscaler-sync';
import { Metrics } from './metrics';
import type { HorizontalPodAutoscaler } from './types';

/** Metrics cannot be watched: every autoscaler is looked at after this time, and changes of it wait for that too. */
const PERIOD = 15_000;

/** Scales what HorizontalPodAutoscalers refer to by the metrics they name. */
export function createHorizontalPodAutoscalerController(x: ComponentContext): Component {
  const name = 'horizontal-pod-autoscaler-controller';
  const all = new AllResources(x);
  const autoscalers = x.caches.informer<HorizontalPodAutoscaler>(HORIZONTAL_POD_AUTOSCALERS);
  const pods = indexByLabel(x.caches.informer<Pod>(PODS));
  const sync = new AutoscalerSync(x, all, new Metrics(x.client, all), pods, x.events.recorder('horizontal-pod-autoscaler'));
  const work = new QueueComponent({
    ...x,
    name,
    setup: (queue) => {
      const add = (o: HorizontalPodAutoscaler): void => queue.addAfter(keyOf(o), PERIOD);
      return [autoscalers.subscribe({ added: add, updated: add, deleted: (o) => sync.forget(keyOf(o)) })];
    },
    async reconcile(key) {
      const hpa = autoscalers.get(key);
      if (!hpa) return sync.forget(key);
      try {
        await sync.sync(hpa);
      } catch (e) {
        x.log.debug({ component: name, key, err: (e as Error).message }, 'autoscaling failed and will be tried again');
      }
      return { after: PERIOD };
    },
  });
  return {
    name,
    async start(signal) {
      await all.start(signal);
      await work.start(signal);
    },
    async stop() {
      all.stop();
      await work.stop();
    },
    ready: () => work.ready(),
  };
}
