import type { SchedulerPlugin } from './plugin';

/** Where plugins take part in scheduling, in the order of a pod's way, by the names of KubeSchedulerConfiguration. */
export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

/** Whether a plugin has something to do at a point. */
export function takesPartIn(plugin: SchedulerPlugin, point: ExtensionPoint): boolean {
  if (point === 'queueSort') return plugin.less !== undefined;
  if (point === 'reserve') return (plugin.reserve ?? plugin.unreserve) !== undefined;
  return plugin[point] !== undefined;
}
