import { PODS } from '../../client/resources';
import type { PluginContext, SchedulerPlugin } from '../framework/plugin';
import { failed } from '../framework/verdict';

/** Binds through the pod's binding subresource. */
export function defaultBinder(x: PluginContext): SchedulerPlugin {
  return {
    name: 'DefaultBinder',
    async bind(_, pod, nodeName) {
      const { namespace, name, uid } = pod;
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { namespace, name, uid }, target: { kind: 'Node', name: nodeName } };
      try {
        await x.client.create(PODS, binding, { subresource: 'binding', name });
        return undefined;
      } catch (e) {
        return failed(e as Error);
      }
    },
  };
}
