import type { SchedulerPlugin } from '../framework/plugin';

/** Higher priority first; among equals, who has waited longer. */
export function prioritySort(): SchedulerPlugin {
  return {
    name: 'PrioritySort',
    less: (a, b) => a.pod.priority > b.pod.priority || (a.pod.priority === b.pod.priority && a.timestamp < b.timestamp),
  };
}
