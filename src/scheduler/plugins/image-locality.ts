import { withTag } from '../cache/node-images';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import { SKIP } from '../framework/verdict';

const MB = 1024 * 1024;
const LEAST = 23 * MB;
const MOST_PER_CONTAINER = 1000 * MB;
const STATE = 'ImageLocality';

/** Prefers nodes that have the pod's images, by size; images that many nodes have weigh more, so that few nodes are not overrun. */
export function imageLocality(x: PluginContext): SchedulerPlugin {
  return {
    name: 'ImageLocality',
    preScore(state, pod) {
      const spec = pod.pod['spec'] as { containers: { image: string }[]; initContainers?: { image: string }[]; volumes?: { image?: { reference?: string } }[] };
      const containers = [...spec.containers, ...(spec.initContainers ?? [])];
      const images = containers.map((c) => withTag(c.image ?? ''));
      for (const v of spec.volumes ?? []) if (v.image?.reference) images.push(withTag(v.image.reference));
      // Without any node having any of them all nodes score 0.
      if (!images.some((i) => x.cache.images.get(i))) return SKIP;
      state.set(STATE, { images, most: MOST_PER_CONTAINER * containers.length });
      return undefined;
    },
    score(state, _, node) {
      const { images, most } = state.get<{ images: string[]; most: number }>(STATE)!;
      const total = x.cache.list().length;
      let sum = 0;
      for (const name of images) {
        const image = node.images.get(name);
        if (image) sum += Math.trunc(image.size * (image.nodes / total));
      }
      return Math.trunc((100 * (Math.min(most, Math.max(LEAST, sum)) - LEAST)) / (most - LEAST));
    },
  };
}
