import type { ClusterEvent, ClusterEventName } from '../framework/cluster-event';
import type { Framework } from '../framework/framework';
import type { SchedulerPlugin } from '../framework/plugin';
import type { QueuedPod } from './queued-pod';

type When = (q: QueuedPod, event: ClusterEvent) => boolean;

/** Which plugins' refusals an event may lift: the requeueOn of each profile's plugins, by event. */
export class RequeueRules {
  private readonly profiles = new Map<string, Map<ClusterEventName, Map<string, When>>>();
  /** The plugins of any profile. */
  private readonly concerned = new Map<ClusterEventName, Set<string>>();

  constructor(frameworks: Iterable<Framework>) {
    for (const f of frameworks) {
      const rules = new Map<ClusterEventName, Map<string, When>>();
      this.profiles.set(f.schedulerName, rules);
      for (const plugin of f.plugins) this.register(plugin, rules);
    }
  }

  /** Plugins that care about this kind of event. */
  plugins(event: ClusterEventName): Iterable<string> {
    return this.concerned.get(event) ?? [];
  }

  /** Whether one of the plugins that refused the pod takes the event for a reason to try again; 'now' skips the back-off. */
  worth(q: QueuedPod, event: ClusterEvent): 'now' | 'later' | 'no' {
    if (event.name === 'timeout' || event.name === 'activate' || q.failedWithError) return 'later';
    const rules = this.profiles.get(q.pod.pod['spec'].schedulerName as string)?.get(event.name);
    if (!rules) return 'no';
    for (const plugin of q.pendingOn) if (rules.get(plugin)?.(q, event)) return 'now';
    for (const plugin of q.refusedBy) if (rules.get(plugin)?.(q, event)) return 'later';
    return 'no';
  }

  private register(plugin: SchedulerPlugin, rules: Map<ClusterEventName, Map<string, When>>): void {
    for (const rule of plugin.requeueOn ?? []) {
      const on = typeof rule === 'string' ? rule : rule.on;
      const when: When = typeof rule === 'string' ? () => true : (q, event) => rule.when(q.pod, event);
      let byPlugin = rules.get(on);
      if (!byPlugin) rules.set(on, (byPlugin = new Map()));
      const before = byPlugin.get(plugin.name);
      byPlugin.set(plugin.name, before ? (q, event) => before(q, event) || when(q, event) : when);
      const names = this.concerned.get(on);
      if (names) names.add(plugin.name);
      else this.concerned.set(on, new Set([plugin.name]));
    }
  }
}
