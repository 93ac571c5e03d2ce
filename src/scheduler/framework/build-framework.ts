import type { ProfileOptions } from '../options';
import type { CycleState } from './cycle-state';
import type { ExtensionPoint } from './extension-points';
import { EXTENSION_POINTS, takesPartIn } from './extension-points';
import { Framework } from './framework';
import type { PluginContext, SchedulerPlugin } from './plugin';
import { choosePlugins } from './plugin-sets';
import type { ProfileEntry } from './registry';
import { DEFAULT_PROFILE } from './registry';

/**
 * Makes the plugins of a profile.
 * @throws Error when the profile names a plugin that does not exist, or enables one where it has nothing to do
 */
export function buildFramework(o: ProfileOptions, extra: readonly ProfileEntry[], x: Omit<PluginContext, 'fits'>): Framework {
  const known = new Map([...DEFAULT_PROFILE, ...extra].map((e) => [e.name, e]));
  let last: { state: CycleState; filters: ReturnType<Framework['filtersFor']> } | undefined;
  const context: PluginContext = {
    ...x,
    fits(state, pod, node) {
      if (last?.state !== state) last = { state, filters: framework.filtersFor(state) };
      return framework.runFilters(last.filters, state, pod, node);
    },
  };
  const made = new Map<string, SchedulerPlugin>();
  const make = (name: string): SchedulerPlugin => {
    let plugin = made.get(name);
    if (!plugin) {
      const entry = known.get(name);
      if (!entry) throw new Error(`profile "${o.schedulerName}" names the plugin "${name}", which does not exist`);
      made.set(name, (plugin = entry.make(context, o.args?.[name] ?? {})));
    }
    return plugin;
  };
  for (const name of Object.keys(o.args ?? {})) if (!known.has(name)) make(name);
  const chosen = choosePlugins(DEFAULT_PROFILE, o.plugins ?? {}, (name, point) => takesPartIn(make(name), point));
  const at = Object.fromEntries(EXTENSION_POINTS.map((p) => [p, chosen.at[p].map(make)])) as Record<ExtensionPoint, SchedulerPlugin[]>;
  const framework = new Framework(o.schedulerName, { all: chosen.all.map(make), at, weightOf: chosen.weightOf }, o.percentageOfNodesToScore ?? 0, x.cache, x.nominator);
  return framework;
}
